"""Scanned pages and pictures are read with Debian's Tesseract, or fail with the package's name."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from core.domain import Parsing
from core.errors import DocumentError
from ingest.parse import parse
from testing.components import report_missing
from testing.files import pdf
from testing.scans import noise, picture_file, scanned

LEAVE = [
    "Annual leave at the example company",
    "Everybody has thirty days of paid leave in a year of full work.",
    "Ask your manager four weeks before the first day of it.",
    "Sick leave is paid for six weeks, with a note of the doctor.",
]
RATES = [
    "Country          Rate         Change",
    "Norway            1,480          12",
    "Sweden           2,375          40",
]
MISSING = "Tests of scanned pages need Tesseract. Install it: apt-get install tesseract-ocr tesseract-ocr-eng"


@pytest.fixture(autouse=True)
def tesseract() -> None:
    """Debian's Tesseract. Without it the tests are skipped, but never in CI."""
    if shutil.which("tesseract") is None:
        report_missing(MISSING)


def words(text: str) -> list[str]:
    return text.replace("\n", " ").split()


def test_a_scanned_page_is_read_with_its_page_number() -> None:
    parsed = parse(scanned(pdf([LEAVE, ["The second page is about rates."]])), "scan.pdf")

    assert words(" ".join(LEAVE)) == words(parsed.text[: parsed.page_starts[1]])
    assert parsed.text[parsed.page_starts[1] :] == "The second page is about rates."
    assert parsed.left_out == ()


def test_signs_between_blanks_are_read() -> None:
    line = "The rate is £ 1,234.56 plus 12.5 % and $ 40 + 2 = 42 - see § 12"

    parsed = parse(scanned(pdf([[*LEAVE, line]])), "scan.pdf")

    assert words(parsed.text)[-len(words(line)) :] == words(line)


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_that_was_scanned_sideways_or_upside_down_is_read(turn: int) -> None:
    assert words(parse(scanned(pdf([LEAVE * 3]), turn=turn), "scan.pdf").text) == words(" ".join(LEAVE * 3))


def test_a_page_that_was_scanned_askew_is_read() -> None:
    assert words(parse(scanned(pdf([LEAVE * 3]), turn=1.5), "scan.pdf").text) == words(" ".join(LEAVE * 3))


def test_the_cells_of_a_scanned_row_stay_together_and_text_is_no_table() -> None:
    text = parse(scanned(pdf([[*LEAVE, "", *RATES]])), "scan.pdf").text

    assert text.count("|") == 4 * 4
    assert "| Norway | 1,480 | 12 |" in text
    assert "| Sweden | 2,375 | 40 |" in text


def test_a_stamp_that_is_written_on_a_scan_is_read_once() -> None:
    assert parse(scanned(pdf([LEAVE]), written="Received 12 May"), "scan.pdf").text.count("Received 12 May") == 1


@pytest.mark.parametrize(
    ("kind", "name"), [("PNG", "a.png"), ("JPEG", "a.jpg"), ("TIFF", "a.tif"), ("WEBP", "a.webp"), ("BMP", "a.bmp")]
)
def test_pictures_of_every_kind_are_read(kind: str, name: str) -> None:
    assert words(parse(picture_file(pdf([LEAVE]), kind), name).text) == words(" ".join(LEAVE))


def test_a_file_of_several_pictures_has_as_many_pages() -> None:
    parsed = parse(picture_file(pdf([LEAVE, ["The second page is about rates."]]), "TIFF"), "a.tiff")

    assert parsed.text[parsed.page_starts[1] :] == "The second page is about rates."


def test_a_picture_without_text_contains_no_text() -> None:
    with pytest.raises(DocumentError) as caught:
        parse(noise(), "a.png")

    assert caught.value.reason == "it contains no text"


def test_a_language_without_data_fails_with_its_package() -> None:
    with pytest.raises(DocumentError) as caught:
        parse(scanned(pdf([LEAVE])), "scan.pdf", Parsing(ocr_languages=("eng", "xho")))

    assert caught.value.reason == (
        "it is scanned, and Tesseract has no data for 'xho': apt-get install tesseract-ocr tesseract-ocr-xho"
    )


@pytest.mark.parametrize(
    ("content", "name"), [(scanned(pdf([LEAVE])), "a.pdf"), (picture_file(pdf([LEAVE]), "PNG"), "a.png")]
)
def test_without_tesseract_a_scan_fails_with_the_package(
    content: bytes, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DocumentError) as caught:
        parse(content, name)

    assert caught.value.reason.endswith(
        "and Tesseract is not installed: apt-get install tesseract-ocr tesseract-ocr-eng"
    )


def test_without_tesseract_the_written_pages_of_a_mixed_file_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    parsed = parse(_mixed(), "mixed.pdf")

    assert parsed.text.startswith(LEAVE[0])
    assert parsed.left_out[0].startswith("the scanned page 2, because Tesseract is not installed")


def test_with_tesseract_all_pages_of_a_mixed_file_are_read() -> None:
    parsed = parse(_mixed(), "mixed.pdf")

    assert [words(parsed.text).count(word) for word in ("doctor.", "rates.")] == [2, 1]


def _mixed() -> bytes:
    import io

    import pypdfium2 as pdfium

    mixed = pdfium.PdfDocument(pdf([LEAVE]))
    mixed.import_pages(pdfium.PdfDocument(scanned(pdf([["The second page is about rates."]]))))
    mixed.import_pages(pdfium.PdfDocument(pdf([LEAVE[::-1]])))
    buffer = io.BytesIO()
    mixed.save(buffer)
    return buffer.getvalue()

"""Which pages are pictures, and where their words are on the page."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from ingest.parse.images.ocr import Recognised, RecognisedWord
from ingest.parse.pdf.geometry import Box, Page
from ingest.parse.pdf.scans import hard_to_read, is_scan, with_recognised, words_of_picture
from testing.pages import words

PAGE = Page(1, Box(0, 0, 500, 700), ())
ROWS = ["Products sold here 5,000 4,000", "Services given now 2,500 2,000", "Total of them all 7,500 6,000"]


def recognised() -> list[RecognisedWord]:
    found = []
    for line, row in enumerate(ROWS):
        left = 100
        for word in row.split():
            found.append(
                RecognisedWord(word, left, 100 + 50 * line, left + 20 * len(word), 130 + 50 * line, (1, 1, line), 95.0)
            )
            left += 20 * len(word) + 12
    return found


def turned(word: RecognisedWord, turns: int) -> RecognisedWord:
    left, top, right, bottom = word.left, word.top, word.right, word.bottom
    for _ in range(turns):
        left, top, right, bottom = 2000 - bottom, left, 2000 - top, right
    return replace(word, left=left, top=top, right=right, bottom=bottom)


def rows(found: list[RecognisedWord]) -> list[str]:
    placed = words_of_picture(found, 4.0, PAGE.bounds)
    baselines = sorted({round(word.baseline) for word in placed})
    return [
        " ".join(word.text for word in sorted(placed, key=lambda one: one.left) if round(word.baseline) == baseline)
        for baseline in baselines
    ]


@pytest.mark.parametrize("turns", range(4))
def test_words_of_a_line_have_one_baseline_however_the_page_was_scanned(turns: int) -> None:
    assert rows([turned(word, turns) for word in recognised()]) == ROWS


def test_a_page_that_was_scanned_askew_is_made_level() -> None:
    slope = math.tan(math.radians(1.5))
    askew = [
        replace(word, top=word.top + round(slope * word.left), bottom=word.bottom + round(slope * word.left))
        for word in recognised()
    ]

    assert rows(askew) == ROWS


def test_a_picture_with_few_letters_is_a_scan() -> None:
    stamp = tuple(words("Received 12 May"))

    assert is_scan(replace(PAGE, images=0.9, words=stamp, drawn=True))
    assert is_scan(replace(PAGE, drawn=True))
    assert not is_scan(replace(PAGE, images=0.9, words=tuple(words("text " * 30)), drawn=True))
    assert not is_scan(PAGE)


def test_a_page_of_meaningless_characters_is_read_as_a_picture() -> None:
    page = replace(PAGE, words=tuple(words("abcdefghij " * 20)), unreadable=150)

    assert is_scan(page)
    assert [word.text for word in with_recognised(page, Recognised(tuple(recognised()[:1])), 4.0).words] == ["Products"]


def test_what_is_written_on_a_scan_is_there_once() -> None:
    (stamp,) = words("Products", left=25, top=18)

    page = with_recognised(replace(PAGE, words=(stamp,)), Recognised(tuple(recognised()[:2])), 4.0)

    assert [word.text for word in page.words] == ["Products", "sold"]


def test_a_dash_that_is_recognised_as_a_line_of_its_own_is_on_the_line_beside_it() -> None:
    dash = RecognisedWord("—", 700, 163, 730, 167, (2, 1, 1), 90.0)

    assert rows([*recognised(), dash]) == [ROWS[0], f"{ROWS[1]} —", ROWS[2]]


def test_signs_do_not_shift_the_baseline_of_their_line() -> None:
    signs = [RecognisedWord("—", 700 + 40 * at, 113, 730 + 40 * at, 117, (1, 1, 0), 90.0) for at in range(9)]

    without, *_ = words_of_picture(recognised(), 4.0, PAGE.bounds)
    beside, *_ = words_of_picture([*recognised(), *signs], 4.0, PAGE.bounds)
    assert beside == without


def test_a_picture_of_signs_only_is_read() -> None:
    assert rows([RecognisedWord("€", 100, 100, 120, 130, (1, 1, 1), 90.0)]) == ["€"]


def test_every_word_that_could_not_be_read_is_reported_with_its_page() -> None:
    words = Recognised(tuple(recognised()))

    assert hard_to_read(3, words) is None
    assert hard_to_read(3, replace(words, guessed=1)) == "page 3: 1 word could not be read"
    assert hard_to_read(3, replace(words, guessed=2)) == "page 3: 2 words could not be read"


def test_a_page_that_is_hard_to_read_is_reported() -> None:
    unsure = Recognised((replace(recognised()[0], confidence=41.0),), 2)

    assert hard_to_read(3, unsure) == (
        "page 3: 2 words could not be read, and the others are hard to read (mean confidence 41 of 100)"
    )
    assert hard_to_read(3, replace(unsure, guessed=0)) == "page 3: hard to read (mean confidence 41 of 100)"
    assert hard_to_read(3, Recognised(problem="it could not be read")) == "page 3: it could not be read"

from __future__ import annotations

import io
import time
from typing import Any, get_args

import pytest
from rich.console import Console

from app.grounding import check
from app.health import FindingKind
from cli import console as console_module
from cli.console import (
    line_of,
    marked,
    print_answer,
    print_health,
    print_hits,
    print_ingestion,
    print_report,
    shown_progress,
)
from ingest.progress import Progress
from ingest.report import IngestReport, LeftOut, Unread

ANSWER = "Every colleague has 77 days of annual leave [1]."
CONTEXT = "Annual leave\nEvery colleague has 25 days of annual leave a year."
CITATION: dict[str, Any] = {
    "index": 1,
    "document_id": "leave/annual.md",
    "document_name": "Annual leave",
    "section": "Booking [draft]",
    "page": 3,
    "score": 0.875,
    "text": "Every colleague has 25 days.\n",
}


def completion(**about: Any) -> dict[str, Any]:
    usual = {
        "degraded": False,
        "degraded_reason": None,
        "refused": False,
        "grounding": None,
        "withheld": [],
        "retried": None,
        "choices": [],
        "conflicts": [],
        "nearest": [],
        "citations": [CITATION],
        "recorded": False,
    }
    return {"choices": [{"message": {"content": ANSWER}}], "groundwork": {**usual, **about}}


def plain_console() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=100, highlight=False), out


def test_an_answer_is_printed_with_its_citations_below() -> None:
    console, out = plain_console()
    print_answer(completion(), console)
    assert out.getvalue().splitlines() == [
        ANSWER,
        "",
        "[1] Annual leave > Booking [draft] > page 3 (leave/annual.md)",
    ]


def test_an_answer_that_is_kept_names_the_command_that_explains_it() -> None:
    console, out = plain_console()
    print_answer(completion(recorded=True, answer_id="answer-1"), console)
    assert out.getvalue().splitlines()[-1] == "How it came about: groundwork explain answer-1"


def test_brackets_of_an_answer_are_not_interpreted_as_markup() -> None:
    console, out = plain_console()
    answer = completion(citations=[])
    answer["choices"][0]["message"]["content"] = "[bold]Yes[/bold] [1] [/red]"
    print_answer(answer, console)
    assert out.getvalue() == "[bold]Yes[/bold] [1] [/red]\n"


def flag(text: str, reason: str, severity: str = "hard", evidence: str | None = None) -> dict[str, Any]:
    start = ANSWER.index(text)
    nearest = {"context": 0, "start": 0, "end": 2, "text": evidence} if evidence else None
    return {
        "start": start,
        "end": start + len(text),
        "text": text,
        "reason": reason,
        "severity": severity,
        "confidence": 0.9,
        "evidence": nearest,
    }


def report_of(*flags: dict[str, Any]) -> dict[str, Any]:
    """Return a report of one sentence, the whole answer."""
    sentence = {"start": 0, "end": len(ANSWER), "score": 0.5, "supported": False}
    return {"flags": list(flags), "supported": False, "score": 0.5, "sentences": [sentence], "unjudged": []}


def last_line_about(one: dict[str, Any]) -> str:
    console, out = plain_console()
    print_report(ANSWER, report_of(one), console)
    return out.getvalue().splitlines()[-1]


def test_a_flag_is_printed_with_its_reason_and_the_nearest_evidence() -> None:
    line = last_line_about(flag("77", "number_absent", evidence="25"))
    assert line == "77: not in the sources; nearest there: “25”"


def test_a_contradiction_is_printed_with_what_the_sources_say() -> None:
    assert last_line_about(flag("77", "number_mismatch", evidence="25")) == "77: the sources say 25"
    assert last_line_about(flag("77", "number_mismatch")) == "77: the sources give another number"


def test_a_long_source_is_quoted_by_its_beginning() -> None:
    out = io.StringIO()
    print_report(ANSWER, report_of(flag("77", "negation", evidence="word " * 100)), Console(file=out, width=400))
    assert out.getvalue().splitlines()[-1] == f"77: the sources say the opposite: “{('word ' * 40).strip()}…”"


def test_a_quotation_that_is_in_no_source_is_named() -> None:
    assert last_line_about(flag("77 days", "quote_not_found")) == "77 days: this quotation is not in the sources"


def test_the_line_on_the_answer_comes_before_the_flags() -> None:
    console, out = plain_console()
    print_report(ANSWER, report_of(flag("77", "number_mismatch", evidence="25")), console)
    assert out.getvalue().splitlines()[1:] == ["", "1 statement contradicts the sources.", "77: the sources say 25"]


def test_what_was_not_checked_is_listed_unless_it_is_the_whole_answer() -> None:
    part = {"start": 0, "end": 5, "reason": "from_question"}
    console, out = plain_console()
    print_report(ANSWER, {**report_of(), "unjudged": [part]}, console)
    assert out.getvalue().splitlines()[2:] == [
        "Everything that could be checked is in the sources.",
        f"{ANSWER[:5].strip()}: not checked: only the question says this",
    ]
    console, out = plain_console()
    whole = {"start": 0, "end": len(ANSWER), "reason": "other_language"}
    print_report(ANSWER, {**report_of(), "unjudged": [whole]}, console)
    assert out.getvalue().splitlines()[2:] == ["Not checked: the answer is in another language than its sources."]


def test_a_long_flag_is_shortened_to_its_beginning() -> None:
    out = io.StringIO()
    long = {**flag(ANSWER, "sentence_unsupported", "soft"), "text": "Every colleague\n" * 25}
    print_report(ANSWER, report_of(long), Console(file=out, width=200))
    beginning = "Every colleague " * 5
    assert out.getvalue().splitlines()[-1] == f"{beginning.strip()}…: hardly anything here is in the sources"


def test_a_hard_flag_inside_a_soft_sentence_keeps_its_style_and_no_word_is_repeated() -> None:
    sentence = flag(ANSWER, "sentence_unsupported", "soft")
    for flags in ([sentence, flag("77", "number_mismatch")], [flag("77", "number_mismatch"), sentence]):
        console = Console(file=io.StringIO(), record=True, force_terminal=True, width=100, color_system="standard")
        text = marked(ANSWER, flags)
        assert text.plain == ANSWER
        console.print(text)
        styles = {segment.text: str(segment.style) for segment in console.render(text) if segment.text.strip()}
        assert list(styles) == ["Every colleague has ", "77", " days of annual leave [1]."]
        assert "red" in styles["77"]
        assert "yellow" in styles["Every colleague has "]
        assert "yellow" in styles[" days of annual leave [1]."]


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"withheld": [{"reasons": []}]}, "1 sentence was withheld, because the documents do not support it."),
        ({"withheld": [{"reasons": []}] * 3}, "3 sentences were withheld, because the documents do not support them."),
        (
            {"withheld": [{"reasons": []}], "refused": True},
            "An answer was written but is not shown, because the documents do not support it.",
        ),
        (
            {"retried": "second"},
            "This is the model's second answer: the documents did not support its first one.",
        ),
        (
            {"retried": "first"},
            "The documents do not support this answer. A second answer of the model was no better.",
        ),
        (
            {"retried": "failed"},
            "The documents do not support this answer. Asked again, the model did not answer.",
        ),
        (
            {"choices": ["Reset: Phones [old]", "Reset: Sensors"]},
            "Ask again with one of these, as in: groundwork ask 'Reset: Phones [old]'",
        ),
    ],
)
def test_a_notice_is_printed_below_the_answer(about: dict[str, Any], words: str) -> None:
    console, out = plain_console()
    print_answer(completion(citations=[], **about), console)
    assert out.getvalue().splitlines() == [ANSWER, "", words]


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("loading", "The model is loading."),
        ("unreachable", "The model did not answer."),
        ("overloaded", "The model has too many requests."),
        ("empty", "The model wrote nothing."),
        ("looping", "The model repeated itself."),
        ("echo", "The model repeated its prompt."),
        ("cut", "The model reached its limit of tokens."),
    ],
)
def test_a_degraded_answer_says_why(reason: str, cause: str) -> None:
    console, out = plain_console()
    print_answer(completion(degraded=True, degraded_reason=reason, mode="extractive"), console)
    assert cause in out.getvalue()
    assert "sentences of your documents" in out.getvalue()


def test_of_an_answer_that_began_to_repeat_itself_the_shown_part_is_named() -> None:
    console, out = plain_console()
    print_answer(completion(degraded=True, degraded_reason="looping", mode="generated"), console)
    assert "Only the part of its answer before that is shown." in out.getvalue()


def test_an_answer_without_citations_and_flags_is_printed_alone() -> None:
    console, out = plain_console()
    print_answer(completion(citations=[]), console)
    assert out.getvalue() == ANSWER + "\n"


def test_a_refusal_names_the_nearest_passages() -> None:
    console, out = plain_console()
    print_answer(completion(refused=True, citations=[], nearest=[CITATION]), console)
    last = out.getvalue().splitlines()[-1]
    assert last == "Nearest: Annual leave > Booking [draft] > page 3 (leave/annual.md)"


def test_a_conflict_is_named_with_both_pages() -> None:
    console, out = plain_console()
    other = {**CITATION, "document_name": "Sick leave"}
    print_answer(completion(conflicts=[{"a": CITATION, "b": other, "what": "25 days / 28 days"}]), console)
    assert "The sources disagree: 25 days / 28 days (Annual leave and Sick leave)." in out.getvalue()


def test_flagged_words_are_styled_in_place() -> None:
    report = check(ANSWER, [CONTEXT]).to_dict()
    text = marked(ANSWER, report["flags"])
    assert [text.plain[span.start : span.end] for span in text.spans] == ["77"]


def test_colours_appear_on_a_terminal_and_nowhere_else() -> None:
    report = check(ANSWER, [CONTEXT]).to_dict()
    terminal = Console(file=io.StringIO(), record=True, force_terminal=True, width=100, color_system="standard")
    print_report(ANSWER, report, terminal)
    assert "\x1b[" in terminal.export_text(styles=True)
    console, out = plain_console()
    print_report(ANSWER, report, console)
    assert "\x1b[" not in out.getvalue()


def test_hits_are_printed_best_first_with_their_relevance() -> None:
    console, out = plain_console()
    print_hits({"hits": [CITATION, {**CITATION, "index": 2, "section": None, "page": None, "score": 0.5}]}, console)
    lines = out.getvalue().splitlines()
    assert lines[0] == "[1] Annual leave > Booking [draft] > page 3 (leave/annual.md)  0.88"
    assert lines[1] == "Every colleague has 25 days."
    assert "[2] Annual leave (leave/annual.md)  0.50" in lines


def test_a_search_without_hits_says_so() -> None:
    console, out = plain_console()
    print_hits({"hits": [], "notice": None}, console)
    assert out.getvalue() == "Nothing was found.\n"


def test_a_search_before_anything_was_ingested_says_how_to() -> None:
    console, out = plain_console()
    print_hits({"hits": [], "notice": "Nothing has been ingested yet. Run groundwork ingest FOLDER."}, console)
    assert out.getvalue() == "Nothing has been ingested yet. Run groundwork ingest FOLDER.\n"


def place(document_id: str, text: str, page: int | None = None) -> dict[str, Any]:
    names = {"document_id": document_id, "document_name": "Page", "section": None, "page": page, "url": None}
    return {**names, "start": 0, "end": len(text), "text": text}


def test_findings_are_printed_by_kind_with_both_places() -> None:
    console, out = plain_console()
    a, b = place("a.md", "Meals up to 28 EUR."), place("b.pdf", "Meals up to\n35 EUR.", page=3)
    findings = [
        {"kind": "past_date", "what": "30 April 2026", "a": place("c.md", "x" * 300), "b": None},
        {"kind": "number", "what": "28 EUR / 35 EUR", "a": a, "b": b},
    ]
    counts = {"documents": 3, "chunks": 4, "day": "2026-11-29", "seconds": 0.25}
    print_health({"findings": findings, **counts}, console)
    assert out.getvalue().splitlines() == [
        "Documents disagree on a number (1)",
        "  28 EUR / 35 EUR",
        "    a.md: Meals up to 28 EUR.",
        "    b.pdf, page 3: Meals up to 35 EUR.",
        "Past their own dates (1)",
        "  30 April 2026",
        f"    c.md: {'x' * 200}…",
        "2 findings: 3 documents, 4 chunks, 0.2 s.",
    ]


def test_documents_without_findings_are_said_to_have_none() -> None:
    console, out = plain_console()
    print_health({"findings": [], "documents": 3, "chunks": 4, "day": "2026-11-29", "seconds": 0.3}, console)
    assert out.getvalue() == "Nothing was found: 3 documents, 4 chunks, 0.3 s.\n"


def test_every_kind_of_finding_has_a_heading() -> None:
    assert tuple(console_module._FINDINGS) == get_args(FindingKind)


def test_a_report_without_flags_says_that_everything_is_in_the_sources() -> None:
    console, out = plain_console()
    answer = "Every colleague has 25 days of annual leave."
    print_report(answer + "\n", check(answer, [CONTEXT]).to_dict(), console)
    assert out.getvalue().splitlines() == [answer, "", "Everything here is in the sources."]


def test_an_ingestion_report_names_unread_files_on_stderr_and_counts_on_stdout(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed, skipped = (
        (Unread("broken.pdf", "it is damaged"),),
        (Unread("a.exe", "files ending in '.exe' are not read"),),
    )
    print_ingestion(IngestReport(created=2, unchanged=1, chunks=8, failed=failed, skipped=skipped, seconds=2.0))
    out, err = capsys.readouterr()
    assert out == (
        "2 created, 0 updated, 1 unchanged, 0 deleted, 1 failed, 1 skipped; 8 chunks in 2.0 s (4 chunks/s)\n"
    )
    assert err == "failed: broken.pdf: it is damaged\nskipped: a.exe: files ending in '.exe' are not read\n"


def test_an_ingestion_that_read_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_ingestion(IngestReport(failed=(Unread("broken.pdf", "it is damaged"),)))
    assert capsys.readouterr().err.endswith("Nothing could be read.\n")


def test_an_ingestion_of_an_empty_folder_names_the_reason_and_the_fix(capsys: pytest.CaptureFixture[str]) -> None:
    print_ingestion(IngestReport())
    assert "the sources are empty. Name a folder with documents" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress(0, 0, "", "listing"), "listing"),
        (Progress(3, 40, "a.md"), "reading: 3 of 40 documents read, 0 chunks embedded"),
        (
            Progress(40, 40, "a.md", "embedding", chunks=100, chunks_expected=303, seconds_left=14.2),
            "embedding: 40 of 40 documents read, 100 of about 303 chunks embedded, about 15 s left",
        ),
        (
            Progress(1, 1, "a.md", "embedding", chunks=512, chunks_expected=80_000, seconds_left=1201),
            "embedding: 1 of 1 documents read, 512 of about 80,000 chunks embedded, about 21 min left",
        ),
    ],
)
def test_the_progress_of_an_ingestion_is_one_line(progress: Progress, line: str) -> None:
    assert line_of(progress) == line


def test_without_a_terminal_the_progress_is_printed_now_and_then_on_stderr(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.console._LINE_SECONDS", 0.05)
    with shown_progress() as shown:
        time.sleep(0.12)
        shown.update(Progress(1, 2, "a.md"))
        time.sleep(0.12)
        shown.update(Progress(2, 2, "b.md"))
        time.sleep(0.12)
    out, err = capsys.readouterr()
    assert out == ""
    assert set(err.splitlines()) == {
        "reading: 1 of 2 documents read, 0 chunks embedded",
        "reading: 2 of 2 documents read, 0 chunks embedded",
    }
    assert shown.last == Progress(2, 2, "b.md")


def test_what_was_left_out_is_one_line_for_each_document(capsys: pytest.CaptureFixture[str]) -> None:
    left_out = (LeftOut("a.docx", "2 comments"), LeftOut("b.xlsx", "1 chart"), LeftOut("a.docx", "a header"))
    print_ingestion(IngestReport(created=2, left_out=left_out))
    assert capsys.readouterr().err == "left out: a.docx: 2 comments; a header\nleft out: b.xlsx: 1 chart\n"


def test_of_many_documents_the_rest_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    print_ingestion(
        IngestReport(created=50, left_out=tuple(LeftOut(f"{number}.docx", "a header") for number in range(50)))
    )
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 21
    assert lines[-1] == "left out: parts of 30 more documents; --json lists them"


def test_a_forgotten_source_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    print_ingestion(IngestReport(deleted=3, forgotten=("/mnt/docs",)))
    out, err = capsys.readouterr()
    assert err == "forgotten: /mnt/docs\n"
    assert "3 deleted" in out

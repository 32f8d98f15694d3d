from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from app.grounding import check
from app.terminal import marked, print_answer, print_hits, print_report

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
    usual = {"degraded": False, "refused": False, "grounding": None, "citations": [CITATION]}
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


def test_brackets_of_an_answer_are_not_taken_for_markup() -> None:
    console, out = plain_console()
    answer = completion(citations=[])
    answer["choices"][0]["message"]["content"] = "[bold]Yes[/bold] [1] [/red]"
    print_answer(answer, console)
    assert out.getvalue() == "[bold]Yes[/bold] [1] [/red]\n"


def test_a_flag_is_printed_with_its_reason_and_the_nearest_evidence() -> None:
    console, out = plain_console()
    print_answer(completion(grounding=check(ANSWER, [CONTEXT]).to_dict()), console)
    assert out.getvalue().splitlines()[-1].startswith("77: this number is in none of the sources")


def test_a_degraded_answer_says_that_the_model_is_not_reachable() -> None:
    console, out = plain_console()
    print_answer(completion(degraded=True), console)
    assert "The model is not reachable" in out.getvalue()


def test_an_answer_without_citations_and_flags_is_printed_alone() -> None:
    console, out = plain_console()
    print_answer(completion(citations=[]), console)
    assert out.getvalue() == ANSWER + "\n"


def test_flagged_words_are_styled_where_they_stand() -> None:
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


def test_hits_are_printed_best_first_with_their_evidence() -> None:
    console, out = plain_console()
    print_hits({"hits": [CITATION, {**CITATION, "index": 2, "section": None, "page": None, "score": 0.5}]}, console)
    lines = out.getvalue().splitlines()
    assert lines[0] == "[1] Annual leave > Booking [draft] > page 3 (leave/annual.md)  0.88"
    assert lines[1] == "Every colleague has 25 days."
    assert "[2] Annual leave (leave/annual.md)  0.50" in lines


def test_no_hits_are_no_empty_screen() -> None:
    console, out = plain_console()
    print_hits({"hits": []}, console)
    assert "Nothing was found" in out.getvalue()


def test_a_report_without_flags_says_so() -> None:
    console, out = plain_console()
    answer = "Every colleague has 25 days of annual leave."
    print_report(answer + "\n", check(answer, [CONTEXT]).to_dict(), console)
    assert out.getvalue().splitlines() == [answer, "", "Every judged word is carried by the sources."]

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from core.errors import ConfigurationError
from evals.cases.draft.draft import Draft, make_draft, read_drafts, write_drafts
from evals.cases.draft.parts import SourceText
from evals.cases.draft.proposal import Proposal
from evals.cases.read import load_cases
from evals.cases.review.console import ConsoleTerminal
from evals.cases.review.run import review_drafts
from evals.cases.review.session import Session

TEXT = "# Leave\n\nEvery colleague has 25 days\nof leave a year. Unused days lapse on 31 March. Ask early.\n"
SOURCE = SourceText("leave.md", "Leave", TEXT, "markdown")


def draft(question: str, quote: str | None) -> Draft:
    gold = ((TEXT.index(quote), TEXT.index(quote) + len(quote)),) if quote else ()
    kind = "answerable" if quote else "unanswerable"
    return make_draft(Proposal(question, "amount", gold, kind=kind), SOURCE)  # type: ignore[arg-type]


DRAFTS = (
    draft("How many days do I have?", "Every colleague has 25 days\nof leave a year."),
    draft("When do days lapse?", "Unused days lapse on 31 March."),
    draft("Who invented leave?", None),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_drafts(tmp_path / "drafts.jsonl", DRAFTS)
    return tmp_path / "drafts.jsonl"


def reviewed(file: Path, keys: str, texts: dict[str, str] | None = None) -> Result:
    """Review a file with a person who types these lines, at a terminal without colours."""
    command = typer.Typer()

    @command.command()
    def review() -> None:
        terminal = ConsoleTerminal(Console(width=100, no_color=True, force_terminal=False))
        found = review_drafts(file, file.parent / "cases.jsonl", texts or {"leave.md": TEXT}, terminal)
        typer.echo(f"{found.accepted} {found.rejected} {found.undecided} {found.added}")

    result = CliRunner().invoke(command, input=keys, catch_exceptions=False)
    assert result.exit_code == 0
    return result


def decisions(file: Path) -> list[str | None]:
    return [one.decision for one in read_drafts(file)]


def questions(file: Path) -> list[str]:
    return [case.question for case in load_cases(file.parent / "cases.jsonl")]


def test_a_draft_is_shown_with_its_quote_marked_in_its_passage(file: Path) -> None:
    shown = reviewed(file, "q\n").output
    assert "Draft 1 of 3" in shown
    assert "Question: How many days do I have?" in shown
    assert ">>> Every colleague has 25 days\nof leave a year. <<< Unused days lapse" in shown
    assert "\x1b" not in shown


def test_accepted_cases_are_appended_and_rejected_ones_are_not(file: Path) -> None:
    assert reviewed(file, "a\nr\na\n").output.endswith("2 1 0 2\n")
    assert decisions(file) == ["accept", "reject", "accept"]
    assert questions(file) == ["How many days do I have?", "Who invented leave?"]


def test_a_session_goes_on_where_the_last_one_ended_and_appends_nothing_twice(file: Path) -> None:
    reviewed(file, "a\nq\n")
    assert decisions(file) == ["accept", None, None]
    shown = reviewed(file, "s\na\n").output
    assert "Draft 2 of 3" in shown
    assert shown.endswith("2 0 1 1\n")
    assert questions(file) == ["How many days do I have?", "Who invented leave?"]


def test_a_session_that_was_killed_before_its_end_is_caught_up_at_the_next_start(file: Path) -> None:
    session = Session(DRAFTS)
    session.decide("accept")
    write_drafts(file, session.drafts)
    assert reviewed(file, "q\n").output.endswith("1 0 2 1\n")
    assert questions(file) == ["How many days do I have?"]


def test_a_session_without_input_appends_nothing_also_of_an_earlier_one(file: Path) -> None:
    reviewed(file, "a\n")
    (file.parent / "cases.jsonl").unlink()
    assert reviewed(file, "").output.splitlines()[-1] == "1 0 2 0"
    assert not (file.parent / "cases.jsonl").exists()
    assert reviewed(file, "q\n").output.splitlines()[-1] == "1 0 2 1"


def test_the_end_of_the_input_ends_the_session_and_keeps_the_decisions(file: Path) -> None:
    shown = reviewed(file, "a\n").output
    assert "The input has ended." in shown
    assert questions(file) == ["How many days do I have?"]


def test_undo_takes_back_decisions_edits_and_skips_of_the_session(file: Path) -> None:
    reviewed(file, "a\ns\nu\nu\nr\nq\n")
    assert decisions(file) == ["reject", None, None]
    assert not (file.parent / "cases.jsonl").exists()
    assert "Nothing was decided in this session" in reviewed(file, "u\nq\n").output


def test_an_edited_draft_is_accepted_as_edited(file: Path) -> None:
    reviewed(file, "e\nHow much holiday is there?\nhas 25 days of leave\n25 days.\na\nq\n")
    (case,) = load_cases(file.parent / "cases.jsonl")
    assert (case.question, case.gold[0].quote, case.answer) == (
        "How much holiday is there?",
        "has 25 days of leave",
        "25 days.",
    )


def test_a_quote_that_the_document_does_not_have_is_asked_for_again(file: Path) -> None:
    shown = reviewed(file, "e\n\nhas 30 days\nhas 25 days\n\na\nq\n").output
    assert "leave.md does not have these words." in shown
    assert load_cases(file.parent / "cases.jsonl")[0].gold[0].quote == "has 25 days"


def test_an_edit_that_puts_the_answer_into_the_question_is_warned_about(file: Path) -> None:
    shown = reviewed(file, "s\ne\nWhich unused days lapse on 31 March?\n\n\nq\n").output
    assert "The question has the answer in it." in shown


def test_another_key_says_which_there_are(file: Path) -> None:
    assert "Type one of: a (accept), e (edit)" in reviewed(file, "x\n\nq\n").output


def test_a_document_that_is_no_longer_indexed_is_said(file: Path) -> None:
    assert "(The document is not in the index.)" in reviewed(file, "q\n", {"other.md": ""}).output


@pytest.mark.parametrize(
    ("line", "named"),
    [("{", "line 2 is no draft"), ('{"case": {}}', "line 2 is no draft"), ("[]", "line 2 is no draft")],
)
def test_a_line_that_is_no_draft_is_named(file: Path, line: str, named: str) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    file.write_text("\n".join((lines[0], line)), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=named):
        read_drafts(file)


def test_an_unknown_decision_is_named(file: Path) -> None:
    row = json.loads(file.read_text(encoding="utf-8").splitlines()[0])
    file.write_text(json.dumps({**row, "decision": "perhaps"}), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="'decision' is 'perhaps'"):
        read_drafts(file)

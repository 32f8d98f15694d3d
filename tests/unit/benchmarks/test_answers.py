"""Measures, differences and verdicts of the benchmark of answers, and what its question files promise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.answers.ask import Answer, Citation, load_answers, save_answers
from benchmarks.answers.measures import content_words, coverage, difference, f1, measure
from benchmarks.answers.sets import QUESTIONS, SAMPLE, Question, Source, mtrag_document, read_questions
from benchmarks.answers.tables import comparison_table, differences, figures_table, in_markdown
from benchmarks.answers.verdicts import Verdict, digest, load_verdicts, store_verdicts, verdict_table, write_sheet
from core.errors import ConfigurationError
from core.types import Message
from evals.cases.case import Gold
from evals.cases.read import load_cases

LEAVE = "leave.md"


def question(**changes: object) -> Question:
    values: dict[str, object] = {
        "id": "q",
        "text": "How many days?",
        "history": (),
        "answerable": True,
        "gold": (Gold(LEAVE, "Every colleague has 25 days of annual leave."),),
        "reference": "25 days.",
        "sources": frozenset({Source(LEAVE)}),
        "split": "dev",
    }
    return Question(**{**values, **changes})  # type: ignore[arg-type]


def answer(content: str, *documents: str, refused: bool = False, page: int | None = None, id: str = "q") -> Answer:
    citations = tuple(Citation(index, document, page, "", "text") for index, document in enumerate(documents, 1))
    return Answer(id, content, refused, "", citations, 1.0)


def verdict(id: str, verdict: str, split: str = "dev", build: str = "one") -> Verdict:
    return Verdict(build, id, split, verdict, "", "0")


def test_an_answer_with_the_quote_scores_in_every_measure() -> None:
    measures = measure(question(), answer("Every colleague has 25 days of annual leave. [1]", LEAVE))
    assert measures["quote"] == measures["coverage"] == measures["coverage ≥ .8"] == measures["document"] == 1
    assert measures["refused wrongly"] == 0
    assert measures["characters"] == len("Every colleague has 25 days of annual leave.")


def test_a_quote_is_found_in_whatever_layout() -> None:
    row = question(gold=(Gold(LEAVE, "| 5 years | 29 |"),))
    assert measure(row, answer("| Years | Days |\n|---|---|\n| **5** years | 29 [1] |", LEAVE))["quote"] == 1


def test_one_of_several_gold_quotes_is_enough() -> None:
    either = question(gold=(Gold(LEAVE, "Twenty-five days."), Gold("other.md", "You get 25.")))
    measures = measure(either, answer("You get 25. [1]", "other.md"))
    assert measures["quote"] == measures["coverage"] == 1


def test_coverage_compares_stems_of_content_words_and_ignores_letter_case() -> None:
    assert content_words("The Holidays of 2026") == {"holiday", "2026"}
    assert coverage("a HOLIDAY in 2026", "the holidays of 2026") == 1
    assert coverage("a holiday", "the holidays of 2026") == pytest.approx(0.5)
    assert coverage("anything", "of the") == 0


def test_thresholds_of_coverage_include_their_bounds() -> None:
    five = question(gold=(Gold(LEAVE, "alpha beta gamma delta epsilon"),))
    assert measure(five, answer("alpha beta gamma", LEAVE))["coverage ≥ .6"] == 1
    assert measure(five, answer("alpha beta gamma", LEAVE))["coverage ≥ .8"] == 0
    assert measure(five, answer("alpha beta gamma delta", LEAVE))["coverage ≥ .8"] == 1


def test_f1_counts_repeated_words_once_for_each_repetition() -> None:
    assert f1("a b b", "b b c") == pytest.approx(2 * 2 / 6)
    assert f1("A b", "a B") == 1
    assert f1("", "a") == 0


def test_sets_without_quotes_are_compared_with_the_reference() -> None:
    measures = measure(question(gold=(), reference="25 days"), answer("It is 25 days. [1]", LEAVE))
    assert measures["coverage"] == 1
    assert "quote" not in measures


def test_a_refusal_of_an_answerable_question_scores_nothing_and_has_no_length() -> None:
    measures = measure(question(), answer("25 days of annual leave: I could not find it.", refused=True))
    assert measures["coverage"] == measures["F1"] == measures["quote"] == measures["document"] == 0
    assert measures["refused wrongly"] == 1
    assert "characters" not in measures


def test_of_an_unanswerable_question_only_the_refusal_counts() -> None:
    unanswerable = question(answerable=False, gold=(), reference="", sources=frozenset())
    assert measure(unanswerable, answer("No idea.", refused=True)) == {"refused rightly": 1}
    assert measure(unanswerable, answer("25 days. [1]", LEAVE)) == {"refused rightly": 0}


def test_a_page_is_right_only_with_its_document() -> None:
    paged = question(sources=frozenset({Source("a.pdf", 3)}))
    assert measure(paged, answer("x", "a.pdf", page=3))["page"] == 1
    assert measure(paged, answer("x", "a.pdf", page=4))["page"] == 0
    assert measure(paged, answer("x", "b.pdf", page=3))["page"] == 0
    assert "page" not in measure(question(), answer("x", LEAVE))


def test_a_difference_is_taken_over_the_questions_that_both_runs_have() -> None:
    found = difference({"a": 1.0, "b": 1.0, "c": 0.0}, {"a": 0.0, "b": 0.0, "d": 1.0})
    assert found is not None
    assert (found.here, found.there, found.value, found.n) == (1.0, 0.0, 1.0, 2)
    assert (found.low, found.high) == (1.0, 1.0)
    assert found.verdict == "higher"
    assert difference({"a": 1.0}, {"b": 1.0}) is None


def test_runs_that_are_equal_have_no_difference() -> None:
    values = {str(number): float(number % 2) for number in range(10)}
    found = difference(values, values)
    assert found is not None
    assert (found.value, found.low, found.high, found.verdict) == (0, 0, 0, "")


def test_tables_leave_out_what_a_set_lacks() -> None:
    figures = {"a": {"quote": {"q": 1.0}, "characters": {"q": 120.0}}, "b": {"quote": {"q": 0.0}}}
    assert figures_table(figures).columns[1].header == "a"
    assert set(differences(figures["a"], figures["b"])) == {"quote"}
    assert comparison_table({"a": figures["a"]}, {"a": figures["b"], "c": {}}).row_count == 1


def test_an_answer_in_markdown_has_question_history_sources_and_what_was_expected() -> None:
    asked = question(history=(Message("user", "Do we get leave?"),))
    text = in_markdown(asked, answer("25 days. [1]", "a.pdf", page=3))
    for part in ("Do we get leave?", "How many days?", "25 days. [1]", "a.pdf, page 3", "Expected: 25 days."):
        assert part in text


def test_answers_are_read_as_they_were_saved(tmp_path: Path) -> None:
    saved = answer("25 days – “so”. [1]", LEAVE)
    save_answers(tmp_path / "run" / "a.jsonl", [saved])
    assert load_answers(tmp_path / "run" / "a.jsonl") == {"q": saved}


def test_a_sheet_waits_for_verdicts_and_takes_over_those_of_equal_answers(tmp_path: Path) -> None:
    same, new = answer("25 days. [1]", LEAVE), answer("Many. [1]", LEAVE, id="r")
    known = Verdict("old", "q", "dev", "right", "short", digest(same))
    write_sheet(tmp_path / "sheet", "new", [(question(), same), (question(id="r"), new)], [known])
    rows = [json.loads(line) for line in (tmp_path / "sheet").read_text(encoding="utf-8").splitlines()]
    assert [(row["build"], row["verdict"], row["note"]) for row in rows] == [("new", "right", "short"), ("new", "", "")]
    with pytest.raises(ConfigurationError, match=r"line 2: 'verdict' is ''.*right, partly"):
        load_verdicts(tmp_path / "sheet")


def test_stored_verdicts_replace_those_of_the_same_build_and_question(tmp_path: Path) -> None:
    file = tmp_path / "verdicts"
    store_verdicts(file, [verdict("a", "wrong"), verdict("b", "right")])
    store_verdicts(file, [verdict("a", "partly"), verdict("a", "right", build="two")])
    assert load_verdicts(file) == [verdict("b", "right"), verdict("a", "partly"), verdict("a", "right", build="two")]


def test_verdicts_are_summed_by_build_and_half() -> None:
    table = verdict_table([verdict("a", "right"), verdict("b", "refused rightly", "test"), verdict("c", "wrong")])
    assert [list(column.cells) for column in table.columns[1:4]] == [
        ["dev", "test", "all"],
        ["2", "1", "3"],
        ["1", "0", "1"],
    ]
    assert [str(cell).split()[0] for cell in table.columns[8].cells] == ["50%", "100%", "67%"]


def test_a_passage_of_mtrag_belongs_to_the_page_before_its_offsets() -> None:
    assert mtrag_document("ibmcld_12498-8087-10171") == "ibmcld_12498.md"


def test_the_sample_set_has_every_case_of_the_sample_domain_that_names_its_topic() -> None:
    cases = load_cases(SAMPLE / "cases.jsonl")
    specified = [case.id for case in cases if case.kind != "underspecified"]
    assert [question.id for question in read_questions("sample", Path("absent"))] == specified


@pytest.mark.parametrize(("name", "unanswerable"), [("handbook_18f", 8), ("fastapi_docs", 4)])
def test_the_first_questions_are_split_into_halves_with_as_many_of_every_kind(name: str, unanswerable: int) -> None:
    cases = load_cases(QUESTIONS / f"{name}.jsonl")[:40]
    assert sum(not case.answerable for case in cases) == unanswerable
    halves = [sorted(case.kind for case in cases if case.split == split) for split in ("dev", "test")]
    assert halves[0] == halves[1]
    assert all(bool(case.answer) == case.answerable for case in cases)


def test_the_later_questions_about_the_handbook_are_about_held_out_pages_and_a_quarter_is_for_tuning() -> None:
    cases = load_cases(QUESTIONS / "handbook_18f.jsonl")
    added = cases[40:]
    assert all("held-out" in case.tags for case in added)
    assert len(cases) >= 100
    assert sum(case.answerable for case in added) >= 48
    assert sum(case.kind == "unanswerable" for case in added) >= 18
    assert 0.15 <= sum(case.split == "dev" for case in added) / len(added) <= 0.3
    assert all(bool(case.answer) == bool(case.required) == case.answerable for case in cases)


def test_every_stored_verdict_is_about_a_question_of_its_half() -> None:
    splits = {case.id: case.split for case in load_cases(QUESTIONS / "handbook_18f.jsonl")}
    for one in load_verdicts(QUESTIONS / "handbook_18f.verdicts.jsonl"):
        assert splits[one.id] == one.split

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from core.types import Message
from evals.cases.case import Gold
from evals.cases.read import choose_split, load_cases

ROW: dict[str, Any] = {
    "id": "leave-1",
    "question": "How many days?",
    "kind": "answerable",
    "gold": [{"document_id": "leave.md", "quote": "25 days"}],
    "split": "dev",
}
TURN = {"role": "user", "content": "Who pays?"}


def write(folder: Path, *rows: object) -> Path:
    file = folder / "cases.jsonl"
    file.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return file


def test_every_field_of_a_case_is_read(tmp_path: Path) -> None:
    row = {**ROW, "kind": "follow_up", "history": [TURN], "tags": ["amount"], "answer": "25."}
    (case,) = load_cases(write(tmp_path, row))
    assert case.gold == (Gold("leave.md", "25 days"),)
    assert case.history == (Message("user", "Who pays?"),)
    assert (case.kind, case.split, case.answer, case.tags) == ("follow_up", "dev", "25.", frozenset({"amount"}))
    assert case.answerable


def test_labelled_answers_are_read_with_the_places_of_their_unsupported_parts(tmp_path: Path) -> None:
    labelled = [
        {"answer": "You get 30 days, paid twice.", "unsupported": ["paid twice", "30"]},
        {"answer": "You get 25 days.", "unsupported": []},
    ]
    (case,) = load_cases(write(tmp_path, {**ROW, "labelled": labelled}))
    assert [answer.answer for answer in case.labelled] == ["You get 30 days, paid twice.", "You get 25 days."]
    assert [answer.spans for answer in case.labelled] == [((17, 27), (8, 10)), ()]


@pytest.mark.parametrize(
    ("entry", "named", "fix"),
    [
        ({"answer": "25 days."}, "labelled", '{"answer": "…", "unsupported": ["…"]}'),
        ({"answer": " ", "unsupported": []}, "labelled answer 2: 'answer'", "non-empty string"),
        ({"answer": "25 days.", "unsupported": "25"}, "labelled answer 2: 'unsupported'", "list of strings"),
        ({"answer": "25 days.", "unsupported": ["26"]}, "labelled answer 2: 'unsupported' has '26'", "Copy the words"),
        ({"answer": "25 days.", "unsupported": [""]}, "labelled answer 2: 'unsupported' has ''", "Copy the words"),
        ({"answer": "5 or 25 days.", "unsupported": ["5"]}, "'5', which is in the answer 2 times", "more of the words"),
    ],
)
def test_a_label_that_cannot_be_found_names_line_answer_text_and_fix(
    tmp_path: Path, entry: dict[str, Any], named: str, fix: str
) -> None:
    file = write(tmp_path, ROW, {**ROW, "id": "leave-2", "labelled": [{"answer": "25.", "unsupported": []}, entry]})
    with pytest.raises(ConfigurationError) as raised:
        load_cases(file)
    assert "line 2" in str(raised.value)
    assert named in str(raised.value)
    assert fix in str(raised.value)


def test_an_answer_that_is_no_text_is_an_error_and_not_the_word_none(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="line 1: 'answer' is None; it must be a string"):
        load_cases(write(tmp_path, {**ROW, "answer": None}))


def test_a_required_token_is_a_string_or_a_list_of_alternatives(tmp_path: Path) -> None:
    row = {**ROW, "required": ["€650", ["6 months", "six months"]], "forbidden": ["€400"]}
    (case,) = load_cases(write(tmp_path, row))
    assert case.required == (("€650",), ("6 months", "six months"))
    assert case.forbidden == ("€400",)


def test_an_underspecified_question_has_no_gold_and_counts_as_neither_answerable_nor_unanswerable(
    tmp_path: Path,
) -> None:
    (case,) = load_cases(write(tmp_path, {**ROW, "kind": "underspecified", "gold": []}))
    assert (case.kind, case.answerable) == ("underspecified", False)


def test_blank_lines_are_skipped_and_the_order_is_kept(tmp_path: Path) -> None:
    cases = load_cases(write(tmp_path, ROW, "", {**ROW, "id": "leave-0"}, ""))
    assert [case.id for case in cases] == ["leave-1", "leave-0"]


@pytest.mark.parametrize(
    ("change", "key", "fix"),
    [
        ({"question": "  "}, "question", "non-empty string"),
        ({"question": 7}, "question", "non-empty string"),
        ({"kind": "hard"}, "kind", "answerable, unanswerable, follow_up, underspecified"),
        ({"split": "train"}, "split", "dev, test"),
        ({"gold": "25 days"}, "gold", '{"document_id": "…", "quote": "…"}'),
        ({"gold": [{"quote": "25 days"}]}, "gold", '{"document_id": "…", "quote": "…"}'),
        ({"gold": [{"document_id": "leave.md", "quote": ""}]}, "quote", "non-empty string"),
        ({"gold": []}, "gold", "set the kind to 'unanswerable'"),
        ({"kind": "unanswerable"}, "gold", "Remove the quote"),
        ({"kind": "underspecified"}, "gold", "Remove the quote"),
        ({"kind": "follow_up"}, "history", "Add the turns before it"),
        ({"required": "€650"}, "required", '["€650", ["6 months", "six months"]]'),
        ({"required": ["€650", 6]}, "required", '["€650", ["6 months", "six months"]]'),
        ({"required": [["€650", 6]]}, "required", "at least one string"),
        ({"required": [[]]}, "required", "at least one string"),
        ({"required": [" "]}, "required", "Write a word or a number"),
        ({"kind": "unanswerable", "gold": [], "required": ["25"]}, "required", "set the kind to 'answerable'"),
        ({"required": [["25", "30"]], "forbidden": ["30"]}, "forbidden", "Remove it from one of them"),
        ({"forbidden": "€400"}, "forbidden", "list of strings"),
        ({"forbidden": ["—"]}, "forbidden", "Write a word or a number"),
        ({"history": [{"role": "system", "content": "Be kind."}]}, "role", "user, assistant"),
        ({"tags": "amount"}, "tags", "list of strings"),
        ({"golden": []}, "golden", "Known keys: id, question"),
    ],
)
def test_an_error_names_file_line_key_and_fix(tmp_path: Path, change: dict[str, Any], key: str, fix: str) -> None:
    file = write(tmp_path, ROW, {**ROW, "id": "second", **change})
    with pytest.raises(ConfigurationError, match=re.escape(f"{file}, line 2")) as raised:
        load_cases(file)
    assert f"'{key}'" in str(raised.value)
    assert fix in str(raised.value)


@pytest.mark.parametrize("key", ["id", "question", "kind", "gold", "split"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    file = write(tmp_path, {name: value for name, value in ROW.items() if name != key})
    with pytest.raises(ConfigurationError, match=f"line 1: the key '{key}' is missing"):
        load_cases(file)


def test_a_line_that_is_not_an_object_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="line 2 is not valid JSON"):
        load_cases(write(tmp_path, ROW, "{"))
    with pytest.raises(ConfigurationError, match="line 1 is 7; it must be a JSON object"):
        load_cases(write(tmp_path, 7))


def test_a_duplicate_id_names_both_lines(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="line 3: 'id' is 'leave-1', which line 1 has already"):
        load_cases(write(tmp_path, ROW, {**ROW, "id": "other"}, ROW))


def test_a_file_that_is_missing_empty_or_not_text_is_an_error_with_the_fix(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="--cases"):
        load_cases(tmp_path / "none.jsonl")
    with pytest.raises(ConfigurationError, match="contains no cases"):
        load_cases(write(tmp_path, ""))
    (tmp_path / "latin.jsonl").write_bytes(b"\xe9\xff")
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_cases(tmp_path / "latin.jsonl")


def test_a_split_has_its_own_cases_and_all_has_both(tmp_path: Path) -> None:
    file = write(tmp_path, ROW, {**ROW, "id": "second", "split": "test"})
    cases = load_cases(file)
    assert [case.id for case in choose_split(cases, "dev", file)] == ["leave-1"]
    assert [case.id for case in choose_split(cases, "all", file)] == ["leave-1", "second"]


def test_a_split_without_cases_is_an_error(tmp_path: Path) -> None:
    file = write(tmp_path, ROW)
    with pytest.raises(ConfigurationError, match="no cases of the split 'test'"):
        choose_split(load_cases(file), "test", file)


def test_a_text_may_contain_what_ends_a_line_elsewhere(tmp_path: Path) -> None:
    (case,) = load_cases(write(tmp_path, json.dumps({**ROW, "question": "One\u2028two?"}, ensure_ascii=False)))
    assert case.question == "One\u2028two?"


def test_half_of_a_character_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"line 2 has '\\ud800', which is half of a character"):
        load_cases(write(tmp_path, ROW, json.dumps({**ROW, "id": "leave-2", "question": "Days \ud800?"})))

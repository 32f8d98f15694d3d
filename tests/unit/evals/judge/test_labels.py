"""Labels of people are read with the line that is wrong, and disputed ones are left out."""

from __future__ import annotations

import asyncio
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from evals.judge.labels import read_labels
from evals.judge.measure import label_pairs, sample
from testing.judges import RuleJudge

SUPPORT: dict[str, Any] = {"answer": "It is right.", "contexts": ["It is right."], "supported": True}
REVIEW: dict[str, Any] = {
    "id": "r-1",
    "kind": "answer",
    "question": "How many?",
    "answer": "25 days, which is right.",
    "label": {"verdict": "partly", "unsupported": []},
    "case": {
        "id": "r-1",
        "question": "How many?",
        "kind": "answerable",
        "gold": [{"document_id": "leave.md", "quote": "Everybody has 25 days."}],
        "answer": "25 days, which is right.",
        "split": "test",
    },
}


def written(file: Path, *rows: Any) -> Path:
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return file


def test_both_forms_are_read_and_disputed_answers_and_reviews_without_a_case_are_left_out(tmp_path: Path) -> None:
    left_out = [
        {**SUPPORT, "supported": None},
        {**REVIEW, "case": None},
        {**REVIEW, "kind": "refusal"},
        {"id": "pair-1", "source": "pair", "question": "How many?", "preferred": "a"},
    ]
    labels = read_labels(written(tmp_path / "labels.jsonl", SUPPORT, REVIEW, *left_out))

    assert (len(labels.support), len(labels.verdicts), labels.left_out) == (1, 1, 4)
    assert labels.verdicts[0].right is False


def test_the_reference_of_a_review_is_its_quotes_and_not_the_answer_that_is_judged(tmp_path: Path) -> None:
    labels = read_labels(written(tmp_path / "labels.jsonl", REVIEW))
    assert labels.verdicts[0].case.answer == ""


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "labels.jsonl.gz"
    file.write_bytes(gzip.compress(json.dumps({**SUPPORT, "group": "q1"}).encode()))
    assert read_labels(file).support[0].group == "q1"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([1], "must be a JSON object"),
        ({**SUPPORT, "answer": " "}, "'answer' is ' '"),
        ({**SUPPORT, "contexts": "one text"}, "'contexts' must be a list"),
        ({**SUPPORT, "contexts": []}, "'contexts' must be a list"),
        ({**SUPPORT, "supported": 1}, "'supported' is 1"),
        ({"answer": "x", "contexts": ["y"]}, "'supported' is missing"),
        ({**REVIEW, "label": {"verdict": "good"}}, "the verdict is 'good'"),
        ({**REVIEW, "label": "right"}, "the verdict is None"),
        ({**REVIEW, "case": {"id": "x"}}, "the key 'question' is missing"),
    ],
)
def test_a_line_of_another_form_is_named(tmp_path: Path, row: Any, message: str) -> None:
    with pytest.raises(ConfigurationError, match="line 2") as caught:
        read_labels(written(tmp_path / "labels.jsonl", SUPPORT, row))
    assert message in str(caught.value)


def test_a_file_without_labels_or_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no label"):
        read_labels(written(tmp_path / "labels.jsonl", {**SUPPORT, "supported": None}))
    (tmp_path / "text.jsonl").write_text("answer")
    with pytest.raises(ConfigurationError, match="line 1 is not valid JSON"):
        read_labels(tmp_path / "text.jsonl")
    for name, content in (("absent.jsonl", None), ("bad.jsonl", b"\xff"), ("bad.jsonl.gz", b"no gzip")):
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(ConfigurationError, match="cannot be read"):
            read_labels(tmp_path / name)


def test_the_judge_is_asked_about_each_label(tmp_path: Path) -> None:
    labels = read_labels(written(tmp_path / "labels.jsonl", SUPPORT, REVIEW))
    pairs = asyncio.run(label_pairs(RuleJudge(), labels, None, lambda done, total: None))

    assert [(pair.judge, pair.person) for pair in pairs.faithful] == [(True, True)]
    assert [(pair.judge, pair.person) for pair in pairs.correct] == [(True, False)]


def test_a_sample_is_the_same_on_every_call_and_in_order() -> None:
    chosen = sample(range(100), 10)
    assert chosen == sample(range(100), 10) == sorted(chosen)
    assert len(chosen) == 10
    assert sample(range(5), 10) == [0, 1, 2, 3, 4]

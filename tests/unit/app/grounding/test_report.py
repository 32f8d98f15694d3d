"""The report in the shape of the HTTP contract."""

from __future__ import annotations

import json

import pytest

from app.grounding import check


def test_the_dictionary_has_exactly_the_fields_of_the_contract() -> None:
    answer = "A permit costs 45 euros for interns. Which one?"
    report = check(
        answer, ["A permit costs 30 euros, and that is all there is to it."], "What do interns pay?"
    ).to_dict()
    assert json.loads(json.dumps(report)) == report
    assert report == {
        "supported": False,
        "score": pytest.approx(report["sentences"][0]["score"]),
        "flags": [
            {
                "start": 15,
                "end": 23,
                "text": "45 euros",
                "reason": "number_absent",
                "severity": "hard",
                "confidence": report["flags"][0]["confidence"],
                "evidence": {"context": 0, "start": 15, "end": 23, "text": "30 euros"},
            }
        ],
        "sentences": [
            {"start": 0, "end": 36, "score": 1 - report["flags"][0]["confidence"], "supported": False},
            {"start": 37, "end": 47, "score": 1.0, "supported": True},
        ],
        "unjudged": [
            {"start": 28, "end": 35, "reason": "from_question"},
            {"start": 37, "end": 47, "reason": "question"},
        ],
    }


def test_a_flag_without_evidence_has_null() -> None:
    report = check("Permits are purple.", ["Permits are green."]).to_dict()
    assert [flag["evidence"] for flag in report["flags"]] == [None]

"""Runs with texts that try to leave their place in a page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.types import Message
from evals.cases.case import Case, Gold, LabelledAnswer
from evals.labelled import CheckedAnswer
from evals.run.case_result import CaseResult, evaluate_response, failed_result
from tests.unit.evals.responses import case_of, response_to

HOSTILE = "</script><img src=x onerror=\"window.harmed='yes'\"><!--<script>'\"&\u2028\u202e${x}`"
"""A text that would run a script, leave its element, a string or a comment, or turn the direction."""
CONFIGURATION: dict[str, Any] = {
    "date": "2026-11-30T01:00:00+00:00",
    "groundwork": "1.0",
    "domain": HOSTILE,
    "recipe": {"name": "default"},
    "mode": "generated",
    "model": HOSTILE,
    "embedder": "tiny",
    "documents": 3,
    "chunks": 9,
    "cases": "cases.jsonl",
    "cases_sha256": "0123456789abcdef",
    "split": "all",
    "questions": 3,
    "concurrency": 2,
    "price": {"per_hour": 2.5},
}


def passage_of(text: str, number: int = 1, document: str = "leave.md") -> dict[str, Any]:
    """Return a Citation with every field."""
    return {
        "index": number,
        "document_id": document,
        "document_name": HOSTILE,
        "chunk_id": "chunk",
        "text": text,
        "score": 0.25,
        "section": HOSTILE,
        "page": 3,
        "url": None,
        "start": 10 * number,
        "end": 10 * number + len(text),
    }


def hostile_case(name: str = "hostile") -> Case:
    """Return a case of which every text is hostile."""
    gold = Gold("leave.md", f"25 days {HOSTILE}")
    return replace(
        case_of(gold, question=f"How many? {HOSTILE}", answer=HOSTILE, tags=[HOSTILE, "table"], required=[[HOSTILE]]),
        id=name,
        forbidden=(HOSTILE,),
        history=(Message("user", HOSTILE),),
        labelled=(LabelledAnswer(f"Ninety {HOSTILE}", ("Ninety",)),),
    )


def answered(case: Case) -> CaseResult:
    """Return an answer with two flags and a citation, over two passages of which one has the gold quote."""
    content = f"It is 26 days [1], {HOSTILE} always."
    start = content.index("26")
    flags = [
        flag_on(content, start, start + 2, "hard", "number_mismatch", HOSTILE),
        flag_on(content, content.index("always"), content.index("always") + 6, "soft", "term_absent", None),
    ]
    first = passage_of(f"You have **25** days {HOSTILE} a year.")
    response = response_to(
        case,
        content=content,
        mode="generated",
        cited=[first],
        passages=[first, passage_of("Something else.", 2, "other.md")],
        hits=[first, passage_of("Long. " * 100, 3)],
        checked=[CheckedAnswer(labelled, {"flags": []}) for labelled in case.labelled],
    )
    report = {"flags": flags, "sentences": [], "unjudged": []}
    groundwork = {**response.completion["groundwork"], "grounding": report, "timings_ms": {"generate": 900.0}}
    usage = {"prompt_tokens": 1200, "completion_tokens": 90}
    completion = {**response.completion, "groundwork": groundwork, "usage": usage}
    search = {**response.search, "query": HOSTILE}
    return evaluate_response(replace(response, completion=completion, search=search, first_token_ms=210.0))


def flag_on(content: str, start: int, end: int, severity: str, reason: str, evidence: str | None) -> dict[str, Any]:
    """Return a flag as the service gives it."""
    flag = {"start": start, "end": end, "text": content[start:end], "severity": severity, "reason": reason}
    return {**flag, "evidence": None if evidence is None else {"text": evidence}}


RESULTS = (
    answered(hostile_case()),
    failed_result(hostile_case("failed"), HOSTILE, "generated"),
    evaluate_response(response_to(replace(case_of(), id="refused"), refused=True, content="Not in the documents.")),
)
"""An answer with flags, a failed request and a refusal."""

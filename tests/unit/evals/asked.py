"""Cases and what a service returned for them, made in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evals.ask import Asked
from evals.cases import Case, Gold, Kind
from evals.summary import Result, judge

LEAVE = Gold("leave.md", "Everybody has 25 days.")
PAY = Gold("pay.md", "We pay on the 25th.")


def case_of(*gold: Gold, kind: Kind | None = None, tags: Sequence[str] = ()) -> Case:
    """A case with this gold; unanswerable without any."""
    return Case(
        id="a-case",
        question="How many?",
        kind=kind or ("answerable" if gold else "unanswerable"),
        gold=gold,
        split="dev",
        tags=frozenset(tags),
    )


def passage(document_id: str, text: str = "Something else.") -> dict[str, Any]:
    """What a metric reads of a Citation."""
    return {"document_id": document_id, "text": text}


def gold_passage(gold: Gold) -> dict[str, Any]:
    """A passage that answers the entry."""
    return passage(gold.document_id, f"Before. {gold.quote} After.")


def asked_of(
    case: Case,
    *,
    content: str = "An answer.",
    hits: Sequence[dict[str, Any]] = (),
    cited: Sequence[dict[str, Any]] = (),
    refused: bool = False,
    degraded: bool = False,
    severities: Sequence[str] = (),
    answer_ms: float = 100.0,
) -> Asked:
    """What the service returned; a refusal has no grounding."""
    grounding = None if refused else {"flags": [{"severity": severity} for severity in severities]}
    groundwork = {"refused": refused, "degraded": degraded, "citations": list(cited), "grounding": grounding}
    completion = {"choices": [{"message": {"content": content}}], "groundwork": groundwork}
    return Asked(case, completion, {"hits": list(hits)}, answer_ms=answer_ms, search_ms=answer_ms / 10)


def result_of(case: Case, **returned: Any) -> Result:
    """The same, measured."""
    return judge(asked_of(case, **returned))

"""Build cases, and responses of a service to them, in one line each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evals.cases.case import Case, Gold, Kind, LabelledAnswer
from evals.labelled import CheckedAnswer
from evals.response import CaseResponse
from evals.run.case_result import CaseResult, evaluate_response

LEAVE = Gold("leave.md", "Everybody has 25 days.")
PAY = Gold("pay.md", "We pay on the 25th.")


def case_of(
    *gold: Gold,
    kind: Kind | None = None,
    tags: Sequence[str] = (),
    labelled: Sequence[LabelledAnswer] = (),
    question: str = "How many?",
    answer: str = "",
    required: Sequence[Sequence[str]] = (),
    forbidden: Sequence[str] = (),
) -> Case:
    """Return a case with this gold; without any it is unanswerable."""
    return Case(
        id="a-case",
        question=question,
        kind=kind or ("answerable" if gold else "unanswerable"),
        gold=gold,
        split="dev",
        tags=frozenset(tags),
        labelled=tuple(labelled),
        answer=answer,
        required=tuple(map(tuple, required)),
        forbidden=tuple(forbidden),
    )


def passage(document_id: str, text: str = "Something else.") -> dict[str, Any]:
    """Return the fields of a Citation that the metrics read."""
    return {"document_id": document_id, "document_name": document_id, "section": None, "text": text}


def gold_passage(gold: Gold) -> dict[str, Any]:
    """Return a passage that is relevant to the gold entry."""
    return passage(gold.document_id, f"Before. {gold.quote} After.")


def response_to(
    case: Case,
    *,
    content: str = "An answer.",
    hits: Sequence[dict[str, Any]] = (),
    cited: Sequence[dict[str, Any]] = (),
    passages: Sequence[dict[str, Any]] = (),
    refused: bool = False,
    kind: str = "answer",
    mode: str = "extractive",
    finish_reason: str = "stop",
    degraded: bool = False,
    degraded_reason: str | None = None,
    severities: Sequence[str] = (),
    checked: Sequence[CheckedAnswer] = (),
    answer_ms: float = 100.0,
) -> CaseResponse:
    """Return the service's response to a case; a refusal has no grounding report."""
    grounding = None if refused else {"flags": [{"severity": severity} for severity in severities]}
    groundwork = {
        "kind": "refusal" if refused else kind,
        "mode": mode,
        "refused": refused,
        "degraded": degraded or degraded_reason is not None,
        "degraded_reason": degraded_reason,
        "passages": list(passages),
        "citations": list(cited),
        "grounding": grounding,
        "timings_ms": {},
    }
    choices = [{"message": {"content": content}, "finish_reason": finish_reason}]
    usage = {"prompt_tokens": 0, "completion_tokens": 0}
    completion = {"choices": choices, "usage": usage, "groundwork": groundwork}
    search = {"hits": list(hits)}
    return CaseResponse(case, completion, search, answer_ms, search_ms=answer_ms / 10, checked=tuple(checked))


def checked_answer(answer: str, unsupported: Sequence[str] = (), **flags: str) -> CheckedAnswer:
    """Return a labelled answer with a flag on each named word of it; the value is the flag's severity."""
    found = [
        {"start": answer.index(word), "end": answer.index(word) + len(word), "text": word, "severity": severity}
        for word, severity in flags.items()
    ]
    flagged = [{**flag, "reason": "term_absent", "evidence": None} for flag in found]
    return CheckedAnswer(LabelledAnswer(answer, tuple(unsupported)), {"flags": flagged})


def result_of(case: Case, **returned: Any) -> CaseResult:
    """Return the measured response to a case."""
    return evaluate_response(response_to(case, **returned))

"""The judgement of one case: is the answer correct, is it faithful, and what the judge says of the labelled answers.

A refusal is not put to the judge: it is correct if the question is unanswerable. Neither is a question back: it is
correct if the question is underspecified. Both assert nothing, as does small talk.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from evals.cases.case import Case, Kind
from evals.contexts import labelled_contexts, passage_text
from evals.judge.judge import Judge
from evals.judge.verdict import Verdict
from evals.metrics.contribution import Contribution
from evals.response import CaseResponse

CORRECT, FAITHFUL, NOT_JUDGED = "correct (judge)", "faithful (judge)", "not judged (judge)"
JUDGE_METRICS = (CORRECT, FAITHFUL, NOT_JUDGED)
_EXPECTED: Mapping[str, tuple[Kind, str]] = {
    "refusal": ("unanswerable", "refused"),
    "clarification": ("underspecified", "asked back"),
}
"""By the kind of an answer that is not put to the judge: the kind of question to which it is correct, and its name."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge says of the response to a case; `faithful` is None where nothing is asserted.

    `labelled` has a verdict for each labelled answer of the case, in order: whether it is faithful.
    """

    case_id: str
    correct: Verdict
    faithful: Verdict | None
    labelled: tuple[Verdict, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the judgement as JSON values."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Judgement:
        """Return the judgement of `to_dict`. Raises KeyError and TypeError for other values."""
        faithful = values["faithful"]
        return cls(
            str(values["case_id"]),
            Verdict(**values["correct"]),
            None if faithful is None else Verdict(**faithful),
            tuple(Verdict(**verdict) for verdict in values["labelled"]),
        )


async def judge_answer(judge: Judge, case: Case, response: CaseResponse | None) -> Judgement:
    """Judge the response to a case, and its labelled answers. Raises GenerationError where the judge cannot be asked.

    A failed request (no response) is neither correct nor, for an answerable question, faithful.
    """
    if response is None:
        failed = Verdict(False, "The request failed.")
        return Judgement(case.id, failed, failed if case.answerable else None)
    contexts = labelled_contexts(case, response.passages)
    labelled = (judge.is_faithful(case.question, one.answer, contexts) for one in case.labelled)
    correct, faithful, *others = await asyncio.gather(
        _correct(judge, response),
        _faithful(judge, response, [passage_text(one) for one in response.passages]),
        *labelled,
    )
    assert correct is not None
    return Judgement(case.id, correct, faithful, tuple(verdict for verdict in others if verdict is not None))


def judge_contributions(judgement: Judgement) -> dict[str, Contribution]:
    """Return what a judgement contributes to each metric of the judge.

    An answer that was not judged contributes to no share of good answers, but to "not judged (judge)".
    """
    verdicts = {CORRECT: judgement.correct, FAITHFUL: judgement.faithful}
    given = {name: verdict.holds for name, verdict in verdicts.items() if verdict is not None}
    judged = {name: Contribution(float(holds)) for name, holds in given.items() if holds is not None}
    return {**judged, NOT_JUDGED: Contribution(float(len(judged) < len(given)))}


async def _correct(judge: Judge, response: CaseResponse) -> Verdict:
    expected = _EXPECTED.get(response.kind)
    if expected is None:
        return await judge.is_correct(response.case, response.content)
    kind, words = expected
    is_right = response.case.kind == kind
    return Verdict(is_right, f"The service {words}, and the question is {response.case.kind.replace('_', '-')}.")


async def _faithful(judge: Judge, response: CaseResponse, contexts: list[str]) -> Verdict | None:
    if response.kind != "answer":
        return None
    return await judge.is_faithful(response.case.question, response.content, contexts)

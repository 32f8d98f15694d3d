"""Measure how far a judge agrees with people, on the labels of a file."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from core.stats import SEED
from evals.judge.agreement import Agreement, Pair, measure_agreement
from evals.judge.client import JudgeClient
from evals.judge.gather import ReportProgress, gather_with_progress
from evals.judge.judge import Judge, ModelJudge
from evals.judge.labels import Labels, support_pair, verdict_pair

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class LabelPairs:
    """Ratings of a judge and of people: whether answers are faithful, and whether they are correct."""

    faithful: tuple[Pair, ...] = ()
    correct: tuple[Pair, ...] = ()

    def __add__(self, other: LabelPairs) -> LabelPairs:
        return LabelPairs(self.faithful + other.faithful, self.correct + other.correct)


@dataclass(frozen=True, slots=True)
class JudgeAgreement:
    """A judge, and its agreement with people on whether answers are faithful, and correct."""

    judge: dict[str, Any]
    faithful: Agreement
    correct: Agreement

    def to_dict(self) -> dict[str, Any]:
        """Return the agreement as JSON values."""
        return {
            "judge": self.judge,
            "faithful": self.faithful.to_dict(),
            "correct": self.correct.to_dict(),
            "sentences": list(self.sentences()),
        }

    def sentences(self) -> tuple[str, ...]:
        """Return both in words."""
        return (*self.faithful.sentences("faithful (judge)"), *self.correct.sentences("correct (judge)"))

    def labelled_sentences(self) -> tuple[str, ...]:
        """Return those of which there is a label in words."""
        named = (("faithful (judge)", self.faithful), ("correct (judge)", self.correct))
        return tuple(sentence for name, one in named if one.labels for sentence in one.sentences(name))


def describe_judge(client: JudgeClient) -> dict[str, Any]:
    """Return the judge's model, its server and what it was asked, as JSON values."""
    return {"model": client.model, "address": client.address, **asdict(client.usage)}


def judge_sentence(about: Mapping[str, Any]) -> str:
    """Return what `describe_judge` says in words."""
    tokens = about["prompt_tokens"] + about["completion_tokens"]
    counted = f"; {tokens:,} tokens" if tokens else ""
    return (
        f"Judge: {about['model']} at {about['address']}; {about['asked']} questions asked, {about['failed']} without a "
        f"usable reply; {about['cached']} replies from the cache{counted}."
    )


async def measure_judge(
    client: JudgeClient, labels: Labels, limit: int | None, progress: ReportProgress
) -> JudgeAgreement:
    """Ask the judge about the labelled answers. Raises GenerationError where it cannot be asked."""
    pairs = await label_pairs(ModelJudge(client), labels, limit, progress)
    return agreement_of(client, pairs)


def agreement_of(client: JudgeClient, pairs: LabelPairs) -> JudgeAgreement:
    """Return the agreement of a judge that has been asked."""
    return JudgeAgreement(describe_judge(client), measure_agreement(pairs.faithful), measure_agreement(pairs.correct))


async def label_pairs(judge: Judge, labels: Labels, limit: int | None, progress: ReportProgress) -> LabelPairs:
    """Ask the judge about every labelled answer, or about `limit` of each form, drawn at random and always the same.

    Raises GenerationError where the judge cannot be asked.
    """
    support, verdicts = sample(labels.support, limit), sample(labels.verdicts, limit)
    asked = [
        *(support_pair(judge, label) for label in support),
        *(verdict_pair(judge, label) for label in verdicts),
    ]
    pairs = await gather_with_progress(asked, progress)
    return LabelPairs(tuple(pairs[: len(support)]), tuple(pairs[len(support) :]))


def sample(items: Sequence[Item], limit: int | None) -> list[Item]:
    """Return `limit` items at random in their order, the same ones on every call; all without a limit."""
    if limit is None or limit >= len(items):
        return list(items)
    chosen = sorted(random.Random(SEED).sample(range(len(items)), limit))  # noqa: S311 - no secret
    return [items[place] for place in chosen]

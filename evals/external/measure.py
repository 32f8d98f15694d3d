"""What the answer to one question of a public set contributes to each metric: pure functions.

A contribution is that of `evals/metrics/contribution.py`: a part of two sums over questions.

    retrieval    of the ranking of passages, for questions with a relevant one (`evals/external/ranking.py`)
    refusals     for questions of which the set says whether its passages answer them. The positives are those that
                 they do not answer; "F1" of a set with such questions takes a refusal for the answer that there is none
    answers      of a SQuAD set, as its own evaluation does (`evals/external/spans.py`); of MTRAG, the F1 of words with
                 the answer of a person, for the questions that the passages answer
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from evals.external import ranking
from evals.external.published import Format
from evals.external.question_set import ExternalQuestion
from evals.external.spans import exact_match, token_f1
from evals.metrics.contribution import Contribution
from evals.quotes import without_markers

_RankingMetric: TypeAlias = Callable[[Sequence[str], Mapping[str, int], int], float]

_RETRIEVAL: Mapping[Format, Mapping[str, tuple[_RankingMetric, int]]] = {
    "beir": {
        "nDCG@10": (ranking.ndcg, 10),
        "MRR@10": (ranking.reciprocal_rank, 10),
        "recall@10": (ranking.recall, 10),
        "recall@100": (ranking.recall, 100),
    },
    "mtrag": {
        **{f"recall@{k}": (ranking.recall, k) for k in (1, 3, 5, 10)},
        **{f"nDCG@{k}": (ranking.ndcg, k) for k in (1, 3, 5, 10)},
    },
    "squad": {
        **{f"recall@{k}": (ranking.recall, k) for k in (1, 5, 10)},
        "MRR@10": (ranking.reciprocal_rank, 10),
    },
}
"""The metrics of each format's published tables, with the depth."""


@dataclass(frozen=True, slots=True)
class ExternalAnswer:
    """The service's answer: its text, whether it is a refusal, and whether the model failed to write it."""

    content: str
    refused: bool
    degraded: bool

    @classmethod
    def of(cls, completion: Mapping[str, Any]) -> ExternalAnswer:
        """Return what is measured of a response of `/v1/chat/completions`."""
        about = completion["groundwork"]
        return cls(str(completion["choices"][0]["message"]["content"]), bool(about["refused"]), bool(about["degraded"]))

    @property
    def text(self) -> str:
        """The answer without its citation markers; "" for a refusal."""
        return "" if self.refused else without_markers(self.content)


def ranked_passages(search: Mapping[str, Any], question: str) -> tuple[str, ...]:
    """Return the passages of a response of `/v1/search`, the best first, each once.

    A near-duplicate of a passage follows it. As in BEIR's evaluation, a passage with the id of the question does not
    count: in some sets the questions are passages themselves.
    """
    copies: dict[int, list[str]] = {}
    for copy in search["copies"]:
        copies.setdefault(copy["index"], []).append(copy["document_id"])
    found = (one for hit in search["hits"] for one in (hit["document_id"], *copies.get(hit["index"], ())))
    return tuple(dict.fromkeys(one for one in found if one != question))


def measure_retrieval(ranked: Sequence[str], question: ExternalQuestion, form: Format) -> dict[str, Contribution]:
    """Return the contributions of a ranking; none for a question without a relevant passage."""
    if not question.relevant:
        return {}
    return {name: Contribution(metric(ranked, question.grades, k)) for name, (metric, k) in _RETRIEVAL[form].items()}


def measure_answer(answer: ExternalAnswer, question: ExternalQuestion, form: Format) -> dict[str, Contribution]:
    """Return the contributions of an answer."""
    return {
        **_refusals(answer, question),
        **(_spans(answer, question) if form == "squad" else _reference(answer, question)),
        "degraded answers": Contribution(float(answer.degraded)),
    }


def _refusals(answer: ExternalAnswer, question: ExternalQuestion) -> dict[str, Contribution]:
    if question.answerable is None:
        return {}
    precision = {"refusal precision": Contribution(float(not question.answerable))} if answer.refused else {}
    of_class = "answerable but refused" if question.answerable else "refusal recall"
    return {**precision, of_class: Contribution(float(answer.refused))}


def _spans(answer: ExternalAnswer, question: ExternalQuestion) -> dict[str, Contribution]:
    exact = Contribution(exact_match(answer.text, question.answers))
    f1 = Contribution(token_f1(answer.text, question.answers))
    kind = "answerable" if question.answerable else "no answer"
    return {"exact match": exact, "F1": f1, f"exact match, {kind}": exact, f"F1, {kind}": f1}


def _reference(answer: ExternalAnswer, question: ExternalQuestion) -> dict[str, Contribution]:
    if not question.answerable or not question.answers:
        return {}
    return {"F1 with a person's answer": Contribution(token_f1(answer.text, question.answers))}

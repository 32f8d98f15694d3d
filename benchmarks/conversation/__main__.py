"""How the product treats questions in a conversation, on the sample domain: `python -m benchmarks.conversation`.

    follow-ups          recall@5 of the gold quotes, alone and with the conversation
    after any other     the same for every standalone question after OTHERS others, drawn with a fixed seed: what a
                        change of topic loses. "read as follow-up": searched for with the question before it
    clarified           share of questions that are answered by choices: those of `underspecified.jsonl`, their
                        specified twins, the answerable cases, and the questions on two real handbooks

Intervals are the 95% paired bootstrap. mtrag_cloud, with real conversations, is a row of `benchmarks.retrieval`.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from app.answer.clarification import clarification_choices
from app.answer.question.clarify import lacks_topic
from app.answer.retrieval.retrieve import Retriever, retrieve
from app.answer.types import Question, Retrieval
from core.embedding.bundled import bundled_embedder
from core.index import Bm25Encoder
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.recipe import Recipe
from core.types import Message
from evals.cases.case import Case
from evals.cases.read import load_cases
from evals.quotes import contains_quote
from ingest.parse import parse
from ingest.progress import Progress
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import FolderSource

_ROOT = Path(__file__).resolve().parents[2]
_SAMPLE = _ROOT / "domains" / "onboarding"
_QUESTIONS = _ROOT / "benchmarks" / "answers" / "questions"
_K = 5
_SEED = 2026
_RESAMPLES = 2000


def main() -> None:
    """Ingest the sample domain into a temporary index, measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.conversation", description=__doc__)
    parser.add_argument("--others", type=int, default=10, help="other questions before each; default: %(default)s")
    others = parser.parse_args().others
    cases = load_cases(_SAMPLE / "cases.jsonl")
    embedder, sparse = bundled_embedder(), Bm25Encoder("english")
    with tempfile.TemporaryDirectory() as folder:
        index = EdgeIndex.create(Path(folder) / "index", fingerprint_of(embedder, sparse, "onboarding"))
        ingest([FolderSource("corpus", _SAMPLE / "corpus")], index, Stages(parse, embedder, sparse), _ignore)
        retriever = Retriever(index.visible_to(EVERYTHING), embedder, sparse)
        for line in (*_follow_ups(cases, retriever), *_after_any_other(cases, retriever, others)):
            print(line)
        for line in _clarified(cases, retriever):
            print(line)
        index.close()


def _ignore(_: Progress) -> None:
    """Show no progress."""


def _follow_ups(cases: Iterable[Case], retriever: Retriever) -> Iterable[str]:
    chosen = [case for case in cases if case.kind == "follow_up"]
    alone = [_recall(case, _search(case, (), retriever)) for case in chosen]
    after = [_recall(case, _search(case, case.history, retriever)) for case in chosen]
    yield f"follow-ups: {len(chosen)}; recall@{_K} alone {np.mean(alone):.3f}, with history {np.mean(after):.3f}"


def _after_any_other(cases: Sequence[Case], retriever: Retriever, others: int) -> Iterable[str]:
    draw = random.Random(_SEED)
    standalone = [case for case in cases if case.kind != "follow_up"]
    alone: list[float] = []
    after: list[float] = []
    joined = refused = refused_alone = 0
    for case in (case for case in standalone if case.kind == "answerable"):
        found = _search(case, (), retriever)
        before = _recall(case, found)
        for other in draw.sample([one for one in standalone if one is not case], others):
            turns = (Message("user", other.question), Message("assistant", other.answer or "I could not find this."))
            later = _search(case, turns, retriever)
            alone.append(before)
            after.append(_recall(case, later))
            joined += later.query != case.question
            refused += later.answerability < Recipe().refuse_below
            refused_alone += found.answerability < Recipe().refuse_below
    low, high = _interval(np.array(after) - np.array(alone))
    pairs = len(alone)
    yield (
        f"after any other: {pairs} pairs; recall@{_K} alone {np.mean(alone):.3f}, after {np.mean(after):.3f} "
        f"({low:+.3f} to {high:+.3f}); read as follow-up {joined / pairs:.3f}; "
        f"refused {refused_alone / pairs:.3f}, after {refused / pairs:.3f}"
    )


def _clarified(cases: Iterable[Case], retriever: Retriever) -> Iterable[str]:
    lines = (Path(__file__).with_name("underspecified.jsonl")).read_text(encoding="utf-8").splitlines()
    pairs = [json.loads(line) for line in lines]
    sets = {
        "underspecified": [str(pair["question"]) for pair in pairs],
        "specified twins": [str(pair["specified"]) for pair in pairs],
        "answerable cases": [case.question for case in cases if case.kind == "answerable"],
    }
    for name, questions in sets.items():
        choices = [clarification_choices(Question(question), Recipe(), retriever) for question in questions]
        yield f"clarified, {name}: {sum(map(bool, choices))} of {len(questions)}"
        if name == "underspecified":
            yield from (
                f"    {question}  ->  {' | '.join(made)}" for question, made in zip(questions, choices, strict=True)
            )
    for file in sorted(_QUESTIONS.glob("*.jsonl")):
        asked = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        questions = [str(one["question"]) for one in asked if "question" in one]
        if questions:
            yield f"names no topic, {file.stem}: {sum(map(lacks_topic, questions))} of {len(questions)}"


def _search(case: Case, history: Sequence[Message], retriever: Retriever) -> Retrieval:
    return retrieve(case.question, history, Recipe(), retriever)


def _recall(case: Case, found: Retrieval) -> float:
    chunks = [passage.chunk for passage in found.passages[:_K]]
    return float(
        np.mean(
            [
                any(
                    chunk.document_id == gold.document_id and contains_quote(chunk.text, gold.quote) for chunk in chunks
                )
                for gold in case.gold
            ]
        )
    )


def _interval(differences: np.ndarray) -> tuple[float, float]:
    draw = np.random.default_rng(_SEED)
    rows = draw.integers(0, len(differences), (_RESAMPLES, len(differences)))
    low, high = np.quantile(differences[rows].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


if __name__ == "__main__":
    main()

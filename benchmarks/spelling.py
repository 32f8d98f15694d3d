"""Whether misspelled questions are found: recall and refusals with and without the correction.

    python -m benchmarks.spelling [--cases FILE] [--seed N]

The domain's documents (GROUNDWORK_DOMAIN) are ingested into a temporary index. Each answerable question without a
history is asked as it is and with one and two slips of the keyboard in its words of five letters and more: a
neighbouring key, an exchange, a doubled or a missing letter, never the first. The interval is the paired 95% bootstrap
of what the correction changes.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app.answer.question.query import Query
from app.answer.retrieval.retrieve import Retriever, search
from core.domain import load_domain
from core.embedding.bundled import bundled_embedder
from core.index import Bm25Encoder
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.recipe import Recipe
from core.settings import read_settings
from core.stats import estimate_ratio
from evals.cases.case import Case
from evals.cases.read import load_cases
from ingest.parse import parse
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import FolderSource

_LONG_WORD = re.compile(r"[^\W\d_]{5,}")
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_FUNCTION_WORDS = frozenset(
    "about after before between could during their there these those where which while whose would".split()
)
_TOP_K = 5


@dataclass(frozen=True, slots=True)
class _Found:
    """What a search found: recall among the first five documents, and whether the question would be refused."""

    recall: float
    refused: float
    changed: bool


def misspell(question: str, slips: int, choose: random.Random) -> str:
    """Return the question with a slip in so many of its longer words."""
    words = [word for word in _LONG_WORD.finditer(question) if word.group().lower() not in _FUNCTION_WORDS]
    for word in sorted(choose.sample(words, min(slips, len(words))), key=lambda word: -word.start()):
        question = question[: word.start()] + _slip(word.group(), choose) + question[word.end() :]
    return question


def _slip(word: str, choose: random.Random) -> str:
    kind = choose.choice((_neighbour, _exchanged, _doubled, _dropped))
    return kind(word, choose.randrange(1, len(word) - 1), choose)


def _neighbour(word: str, at: int, choose: random.Random) -> str:
    """Replace a letter by the one beside it on the keyboard."""
    row = next((row for row in _ROWS if word[at].lower() in row), word[at])
    key = row.find(word[at].lower())
    beside = row[max(0, key - 1) : key] + row[key + 1 : key + 2]
    return word[:at] + choose.choice(beside or word[at]) + word[at + 1 :]


def _exchanged(word: str, at: int, _: random.Random) -> str:
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _doubled(word: str, at: int, _: random.Random) -> str:
    return word[:at] + word[at] + word[at:]


def _dropped(word: str, at: int, _: random.Random) -> str:
    return word[:at] + word[at + 1 :]


def main() -> None:
    """Ingest, ask and print."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.spelling")
    arguments.add_argument("--cases", type=Path, help="gold questions, in place of the domain's cases.jsonl")
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    domain = load_domain(read_settings(os.environ).domain_dir)
    cases = [case for case in load_cases(chosen.cases or domain.cases) if not case.history]
    with tempfile.TemporaryDirectory() as scratch:
        retriever = _retriever(Path(scratch), domain.sources, domain.language)
        print("\n".join(_report(cases, retriever, domain.recipes["default"], chosen.seed)))


def _retriever(scratch: Path, folders: Sequence[Path], language: str) -> Retriever:
    embedder, sparse = bundled_embedder(), Bm25Encoder(language)
    index = EdgeIndex.create(scratch / "index", fingerprint_of(embedder, sparse, "benchmark"))
    sources = [FolderSource(folder.name, folder) for folder in folders]
    ingest(sources, index, Stages(parse, embedder, sparse), lambda _: None)
    return Retriever(index.visible_to(EVERYTHING), embedder, sparse)


def _report(cases: Sequence[Case], retriever: Retriever, recipe: Recipe, seed: int) -> Iterable[str]:
    answerable = [case for case in cases if case.answerable]
    yield f"{len(answerable)} answerable questions"
    for slips in (0, 1, 2):
        choose = random.Random(seed + slips)
        asked = [(misspell(case.question, slips, choose), case) for case in answerable]
        plain, corrected = (
            [
                _ask(question, case, retriever, replace(recipe, top_k=_TOP_K, correct_spelling=on))
                for question, case in asked
            ]
            for on in (False, True)
        )
        yield f"{slips} slips: {sum(found.changed for found in corrected)} changed"
        yield _line("recall@5", [found.recall for found in plain], [found.recall for found in corrected])
        yield _line("refused", [found.refused for found in plain], [found.refused for found in corrected])
    others = [case for case in cases if case.kind == "unanswerable"]
    changed = sum(_ask(case.question, case, retriever, recipe).changed for case in others)
    yield f"unanswerable questions: {changed} of {len(others)} changed"


def _ask(question: str, case: Case, retriever: Retriever, recipe: Recipe) -> _Found:
    found = search(Query.of(question), recipe, retriever)
    gold = {gold.document_id for gold in case.gold}
    documents = {passage.chunk.document_id for passage in found.passages}
    recall = len(documents & gold) / len(gold) if gold else 0.0
    return _Found(recall, float(found.answerability < recipe.refuse_below), found.query != question)


def _line(name: str, before: Sequence[float], after: Sequence[float]) -> str:
    gain = estimate_ratio(np.array(after) - np.array(before), np.ones(len(before)))
    means = f"{np.mean(before):.3f} -> {np.mean(after):.3f}"
    return f"  {name:8}  {means}  {gain.value:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"


if __name__ == "__main__":
    main()

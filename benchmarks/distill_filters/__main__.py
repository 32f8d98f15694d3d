"""How many paraphrases of evaluation questions the leak filter of training examples finds, and what it drops wrongly.

    python -m benchmarks.distill_filters

`paraphrases.jsonl` has questions of three evaluations, each with a paraphrase in the words of a handbook, written by
hand before any was measured. The columns, for each cosine:

    found      the share of the paraphrases that reach it (95%, Clopper-Pearson)
    wrong      the share of the questions that reach it with another question of their evaluation. The sample domain
               asks some things twice, in other words or another language, so that not all of them are wrong
    one quote  the share of the pairs of questions with a gold quote in common that reach it
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from core.embedding import Embedder, load_embedder
from core.settings import read_settings
from core.stats import estimate_proportion
from core.types import Vectors
from evals.cases.case import Case
from evals.cases.read import load_cases
from evals.distill.data.filters.evaluation import SAME_MEANING_OF_QUOTE, question_text
from evals.distill.data.filters.known_questions import SAME_MEANING
from testing.builders import REPOSITORY

_PAIRS = Path(__file__).with_name("paraphrases.jsonl")
_SETS = (
    REPOSITORY / "domains" / "onboarding" / "cases.jsonl",
    REPOSITORY / "domains" / "support-portal" / "cases.jsonl",
    REPOSITORY / "benchmarks" / "answers" / "questions" / "handbook_18f.jsonl",
)
_COSINES = (0.4, 0.45, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


def main() -> None:
    """Embed all questions and print the table."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    embedder = load_embedder(read_settings({}))
    rows = [json.loads(line) for line in _PAIRS.read_text(encoding="utf-8").splitlines()]
    paraphrases = _compare(embedder, [(row["question"], row["paraphrase"]) for row in rows])
    sets = [load_cases(file) for file in _SETS]
    others = [_nearest(embedder, list(map(question_text, cases))) for cases in sets]
    one_quote = _compare(embedder, [pair for cases in sets for pair in _of_one_quote(cases)])
    wrong = np.concatenate(others)
    table = Table("cosine", "found", "wrong", "one quote", title=f"{len(rows)} paraphrases, {len(wrong)} questions")
    for cosine in _COSINES:
        rate = estimate_proportion(int(np.sum(paraphrases >= cosine)), len(rows))
        used = " (used)" if cosine in (SAME_MEANING, SAME_MEANING_OF_QUOTE) else ""
        table.add_row(
            f"{cosine:.2f}{used}",
            f"{rate.value:.2f} [{rate.low:.2f}, {rate.high:.2f}]",
            f"{np.mean(wrong >= cosine):.3f} ({np.sum(wrong >= cosine)})",
            f"{np.mean(one_quote >= cosine):.2f} of {len(one_quote)}",
        )
    Console().print(table)


def _compare(embedder: Embedder, pairs: Sequence[tuple[str, str]]) -> Vectors:
    """Return the cosine of each pair of questions, shape (pairs,)."""
    first, second = embedder.embed([one for one, _ in pairs]), embedder.embed([two for _, two in pairs])
    return np.asarray(np.sum(first * second, axis=1), dtype=np.float32)


def _nearest(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Return the highest cosine of each question and another one, shape (questions,)."""
    vectors = embedder.embed(texts)
    cosines = np.asarray(vectors @ vectors.T, dtype=np.float32)
    np.fill_diagonal(cosines, -1.0)
    return np.asarray(cosines.max(axis=1), dtype=np.float32)


def _of_one_quote(cases: Sequence[Case]) -> list[tuple[str, str]]:
    """Return the pairs of different questions that share a gold quote."""
    return [
        (question_text(one), question_text(two)) for one, two in combinations(cases, 2) if set(one.gold) & set(two.gold)
    ]


if __name__ == "__main__":
    main()

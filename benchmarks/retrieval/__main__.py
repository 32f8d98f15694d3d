"""How well the product finds what answers: the six rows of the table, in one command.

    python -m benchmarks.retrieval DATA_FOLDER [--sets SET,SET] [--cache DIR] [--json FILE]

DATA_FOLDER has the folders of `benchmarks/retrieval/sets.py`. The product's search is compared with plain rankings of
the same chunks by the same encoders. The interval is the paired 95% bootstrap of the product minus plain RRF
(k = 60) over the questions; of AUROC, minus the best cosine. The first run embeds 55,000 chunks: on two cores a
quarter of an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.retrieval.corpus import CachingEmbedder, open_corpus
from benchmarks.retrieval.measure import MEASURES, WITH_HISTORY, Figure, measure_rankings, measure_relevance
from benchmarks.retrieval.rankings import PLAIN, PRODUCT
from benchmarks.retrieval.sets import LOADERS
from core.embedding import Embedder
from core.embedding.load import load_embedder
from core.recipe import Recipe
from core.settings import read_settings

_DEFAULT = [name for name in LOADERS if name not in ("scifact_train", "contoso")]
_COLUMNS = ("dense", "BM25", "RRF 2", PLAIN, PRODUCT)
_WIDTH = 150


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    arguments.cache.mkdir(parents=True, exist_ok=True)
    embedder = CachingEmbedder(load_embedder(read_settings(os.environ)), arguments.cache / "vectors.sqlite3")
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    figures: list[Figure] = []
    for name in arguments.sets.split(","):
        figures += _measure(name, arguments.folder, embedder, arguments.cache)
    console.print(_table(figures))
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(figure) for figure in figures], indent=2), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sets", default=",".join(_DEFAULT), help="sets, divided by commas; default: %(default)s")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "groundwork-retrieval")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    arguments = parser.parse_args()
    unknown = set(arguments.sets.split(",")) - set(LOADERS)
    if unknown:
        parser.error(f"--sets has no set {', '.join(sorted(unknown))}; there are {', '.join(LOADERS)}")
    return arguments


def _measure(name: str, folder: Path, embedder: Embedder, cache: Path) -> list[Figure]:
    recipe = Recipe()
    questions = LOADERS[name](folder)
    corpus = open_corpus(questions.corpus, questions.files, embedder, cache)
    try:
        if name in MEASURES:
            return measure_rankings(name, questions.questions, corpus, recipe)
        return [measure_relevance(name, questions.questions, corpus, recipe)]
    finally:
        corpus.index.close()


def _table(figures: list[Figure]) -> Table:
    table = Table()
    for heading in ("set", "measure", "n", *_COLUMNS, "with history", "product - plain, 95%"):
        table.add_column(heading, justify="left" if heading in ("set", "measure") else "right")
    for figure in figures:
        values = [figure.values.get(column) for column in (*_COLUMNS, WITH_HISTORY)]
        shown = ["" if value is None else f"{value:.3f}" for value in values]
        table.add_row(
            figure.set_name, figure.measure, str(figure.n), *shown, f"{figure.low:+.3f} to {figure.high:+.3f}"
        )
    return table


if __name__ == "__main__":
    main()

"""How well questions that the documents answer are separated from others, on several corpora; and the fit behind it.

    python -m benchmarks.refusals DATA --index INDEX [--sets SET,SET]

prints the weights of `app/answer/retrieval/answerability.py` and the default of `Recipe.refuse_below`, and for each set
the AUROC of answerability, with slopes that were fitted without the set's corpus, and what the shipped weights and
threshold do. INDEX keeps an index for each corpus and the evidence of each question: a set that has evidence there is
not asked again. `benchmarks/refusals/sets.py` describes the sets.

The threshold is the highest at which no fitted English set has more than .10 of its answerable questions refused. The
test half of the sample, handbook_18f and fastapi_docs take no part in the fit of the slopes or in the choice of the
threshold; the weight of the index's size, and which measurements are used, were chosen with figures of theirs in view.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from app.answer.question.rewrite import rewrite
from app.answer.retrieval.answerability import WEIGHTS, Evidence, answerability, gather_evidence
from app.answer.retrieval.duplicates import collapse
from app.answer.retrieval.encode import encode
from benchmarks.refusals.fit import (
    Array,
    Observed,
    auroc_interval,
    common_threshold,
    fit,
    recall_at,
    refusals,
)
from benchmarks.refusals.sets import SETS, Asked, QuestionSet, read_set
from core.embedding import Embedder
from core.embedding.bundled import bundled_embedder
from core.index import Bm25Encoder
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.recipe import Recipe
from core.types import Hit, HybridQuery, SearchFilter
from ingest.parse import parse
from ingest.progress import Progress
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import FolderSource

_MOST_WRONG = 0.1
"""Share of a set's answerable questions that the default threshold may refuse."""
_WRONG = 0.05
"""The same for the figure of all questions together."""
_POOLED = ("sample dev", "sample test", "ClapNQ en", "NoMIRACL en")
_WIDTH = 160


def main() -> None:
    """Gather the evidence that is missing, fit, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--index", type=Path, required=True, help="folder of the indexes and of the evidence")
    parser.add_argument("--sets", default=",".join(SETS), help=f"divided by commas; default: {', '.join(SETS)}")
    arguments = parser.parse_args()
    embedder = bundled_embedder()
    groups = [
        group
        for name in arguments.sets.split(",")
        for group in _observed(name, _evidence(name, arguments.data, arguments.index / name, embedder))
    ]
    _report(groups, Console(width=None if sys.stdout.isatty() else _WIDTH))


def _evidence(name: str, data: Path, folder: Path, embedder: Embedder) -> list[tuple[Asked, Evidence]]:
    """Return the questions of a set with their evidence, which is kept in the folder."""
    asked = read_set(name, data)
    file = folder / "evidence.jsonl"
    if not file.exists():
        found = list(_gather(asked, folder, embedder))
        file.write_text("".join(json.dumps(asdict(evidence)) + "\n" for evidence in found), encoding="utf-8")
    rows = [Evidence(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
    return list(zip(asked.questions, rows, strict=True))


def _gather(asked: QuestionSet, folder: Path, embedder: Embedder) -> Iterator[Evidence]:
    sparse = Bm25Encoder(asked.language)
    index = _filled_index(asked, folder, Stages(parse, embedder, sparse))
    recipe = Recipe()
    for question in asked.questions:
        encoded = encode(rewrite(question.text, question.history), embedder, sparse)
        only = SearchFilter(document_ids=question.among)
        query = HybridQuery(encoded.dense, encoded.sparse, recipe.candidates, recipe.rrf_k, only)
        seen = index.visible_to(EVERYTHING)
        places = collapse(_left(seen.search(query, recipe.candidates), question), recipe.top_k)
        idf = encoded.weighted(seen.term_idf(tuple(encoded.asked)))
        yield gather_evidence(encoded.dense, idf, [place[0] for place in places], seen.chunk_count())
    index.close()


def _left(hits: Iterable[Hit], question: Asked) -> list[Hit]:
    return [hit for hit in hits if hit.chunk.document_id not in question.without]


def _filled_index(asked: QuestionSet, folder: Path, stages: Stages) -> EdgeIndex:
    """Return the index of the set's corpus; make it where there is none."""
    fingerprint = fingerprint_of(stages.embedder, stages.sparse, "benchmark")
    if (folder / "index").exists():
        return EdgeIndex.load(folder / "index", fingerprint)
    folder.mkdir(parents=True, exist_ok=True)
    index = EdgeIndex.create(folder / "index", fingerprint)
    ingest([FolderSource("benchmark", asked.corpus(folder))], index, stages, _ignore)
    return index


def _ignore(_: Progress) -> None:
    """Show no progress."""


def _observed(name: str, rows: Sequence[tuple[Asked, Evidence]]) -> Iterator[Observed]:
    for group in dict.fromkeys(asked.group for asked, _ in rows):
        members = [(asked, evidence) for asked, evidence in rows if asked.group == group]
        yield Observed(
            group,
            name,
            all(asked.fitted for asked, _ in members),
            members[0][1].chunks,
            np.array([(evidence.sentence, evidence.coverage) for _, evidence in members]),
            np.array([float(asked.answerable) for asked, _ in members]),
        )


def _report(groups: Sequence[Observed], console: Console) -> None:
    slopes, intercepts = fit(groups)
    english = [
        intercepts[group.group] + WEIGHTS.size * math.log10(group.chunks)
        for group in groups
        if group.group in intercepts and _is_english(group)
    ]
    console.print(
        f"Weights(bias={np.mean(english):.2f}, sentence={slopes[0]:.2f}, coverage={slopes[1]:.2f}, "
        f"size={WEIGHTS.size})   intercepts: " + ", ".join(f"{name} {one:.1f}" for name, one in intercepts.items())
    )
    shipped = {group.group: _shipped(group) for group in groups}
    fitted = [(group.labels, shipped[group.group]) for group in groups if group.fitted and _is_english(group)]
    threshold = common_threshold(fitted, _MOST_WRONG)
    console.print(f"refuse_below = {threshold:.3f} by the shipped weights; the default is {Recipe().refuse_below}")
    table = Table("group", "answerable", "not", "AUROC, corpus left out", "wrongly refused", "refused", "precision")
    for group in groups:
        table.add_row(*_row(group, groups, shipped[group.group]))
    console.print(table)
    pooled = [group for group in groups if group.group in _POOLED]
    if pooled:
        labels = np.concatenate([group.labels for group in pooled])
        scores = np.concatenate([shipped[group.group] for group in pooled])
        console.print(
            f"{', '.join(group.group for group in pooled)} together: {recall_at(labels, scores, _WRONG):.3f} of the "
            f"unanswerable questions refused at {_WRONG} wrongly refused"
        )


def _is_english(group: Observed) -> bool:
    return group.group.split()[-1] not in ("de", "es", "fr")


def _shipped(group: Observed) -> Array:
    return np.array([answerability(Evidence(row[0], row[1], group.chunks)) for row in group.features.tolist()])


def _row(group: Observed, groups: Sequence[Observed], shipped: Array) -> Iterator[str]:
    area = "–"
    if 0 < group.labels.sum() < len(group.labels):
        slopes, _ = fit(groups, without=group.corpus)
        area = "{:.3f} [{:.3f}, {:.3f}]".format(*auroc_interval(group.labels, group.features @ slopes))
    done = refusals(group.labels, shipped, Recipe().refuse_below)
    answerable = int(group.labels.sum())
    yield group.group + ("" if group.fitted else " (not fitted)")
    yield str(answerable)
    yield str(len(group.labels) - answerable)
    yield area
    yield f"{done.wrong:.3f}"
    yield f"{done.recall:.3f}"
    yield f"{done.precision:.3f}"


if __name__ == "__main__":
    main()

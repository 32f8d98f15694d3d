"""Known public sets: which format each has, where it comes from, and what others have published about it.

Published figures are fractions. Each is of a complete system or a part of one, measured by its authors; `about` says
where it differs from what is measured here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Format: TypeAlias = Literal["beir", "mtrag", "squad"]


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """What a system reached in a metric, and who published it."""

    system: str
    metric: str
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A set by name. `part` is the split of a BEIR set, or the domain of MTRAG."""

    format: Format
    part: str = ""
    published: tuple[PublishedFigure, ...] = ()
    about: str = ""


_BEIR = "Thakur et al., BEIR, 2021, table 2"
_PYSERINI = "Pyserini's regressions on BEIR, BM25 over one field (github.com/castorini/pyserini)"
_MTEB = "results of MTEB, test split (github.com/embeddings-benchmark/results)"
_MTRAG = "Katsis et al., MTRAG, TACL 2025, table on retrieval"
_SQUAD = "Rajpurkar, Jia and Liang, 2018, table on SQuAD 2.0, test"


def _figures(system: str, source: str, **values: float) -> tuple[PublishedFigure, ...]:
    """Return the figures of a system; `nDCG_10` stands for nDCG@10."""
    return tuple(PublishedFigure(system, metric.replace("_", "@"), value, source) for metric, value in values.items())


_MTRAG_FIGURES = (
    *_figures("BM25, last turn", _MTRAG, recall_5=0.20, recall_10=0.27, nDCG_5=0.18, nDCG_10=0.21),
    *_figures("BM25, query rewritten by a model", _MTRAG, recall_5=0.25, recall_10=0.33, nDCG_5=0.22, nDCG_10=0.25),
    *_figures("BGE-base 1.5, last turn", _MTRAG, recall_5=0.30, nDCG_5=0.27),
    *_figures("BGE-base 1.5, query rewritten by a model", _MTRAG, recall_5=0.37, nDCG_5=0.34),
    *_figures("ELSER, last turn", _MTRAG, recall_5=0.49, nDCG_5=0.45),
    *_figures("ELSER, query rewritten by a model", _MTRAG, recall_5=0.52, nDCG_5=0.48),
)

KNOWN_SETS: Mapping[str, KnownSet] = {
    "scifact": KnownSet(
        "beir",
        "test",
        (
            *_figures("BM25 (Elasticsearch)", _BEIR, nDCG_10=0.665),
            *_figures("BM25 (Lucene)", _PYSERINI, nDCG_10=0.679, recall_100=0.925),
            *_figures("all-MiniLM-L6-v2", _MTEB, nDCG_10=0.645, recall_10=0.783),
            *_figures("bge-base-en-v1.5", _MTEB, nDCG_10=0.743, recall_10=0.874),
        ),
    ),
    **{
        f"mtrag-{domain}": KnownSet(
            "mtrag",
            domain,
            _MTRAG_FIGURES,
            "Published figures are means over all four domains, with the whole corpora.",
        )
        for domain in ("clapnq", "cloud", "fiqa", "govt")
    },
    "squad2": KnownSet(
        "squad",
        published=(
            *_figures("DocQA + ELMo, given the paragraph", _SQUAD, F1=0.663),
            *_figures("people, given the paragraph", _SQUAD, F1=0.895),
        ),
        about="Published systems are given the paragraph of each question and mark a span; the service searches all "
        "paragraphs, and answers in sentences. Published figures are of the hidden test set.",
    ),
    "beir": KnownSet("beir", "test"),
    "squad": KnownSet("squad"),
}
"""By the name that the command takes; the last two are any other set in these formats."""

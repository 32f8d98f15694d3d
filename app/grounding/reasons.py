"""Why words are flagged: the one table of the reasons, with what each means and its words for a reader or a model.

The documentation (`docs/grounding.md`) and the web page have their own presentations of the same reasons; tests compare
them with this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, TypeAlias

FlagReason: TypeAlias = Literal[
    "number_mismatch",
    "number_absent",
    "date_mismatch",
    "date_absent",
    "entity_mismatch",
    "entity_absent",
    "attribution",
    "unit_mismatch",
    "comparison",
    "negation",
    "antonym",
    "quote_not_found",
    "term_absent",
    "sentence_unsupported",
]


class ReasonText(NamedTuple):
    """A reason's kind, and its words: a clause without a full stop.

    "contradicted": the sources have something else in the same place. "absent": no source has it; evidence, where
    there is some, is only the nearest text.
    """

    kind: Literal["contradicted", "absent"]
    words: str


REASONS: Mapping[FlagReason, ReasonText] = {
    "number_mismatch": ReasonText("contradicted", "the sources give another number here"),
    "number_absent": ReasonText("absent", "this number is in none of the sources"),
    "date_mismatch": ReasonText("contradicted", "the sources give another date here"),
    "date_absent": ReasonText("absent", "this date is in none of the sources"),
    "entity_mismatch": ReasonText("contradicted", "the sources give another name here"),
    "entity_absent": ReasonText("absent", "this name is in none of the sources"),
    "attribution": ReasonText("contradicted", "the sources attribute this to someone else"),
    "unit_mismatch": ReasonText("contradicted", "the sources use another unit here"),
    "comparison": ReasonText("contradicted", "the sources compare the other way around"),
    "negation": ReasonText("contradicted", "the sources say the opposite here"),
    "antonym": ReasonText("contradicted", "the sources use a word of the opposite meaning here"),
    "quote_not_found": ReasonText("absent", "these quoted words are in none of the sources"),
    "term_absent": ReasonText("absent", "this word is in none of the sources"),
    "sentence_unsupported": ReasonText("absent", "this statement is not in the sources"),
}

CONTRADICTED: frozenset[FlagReason] = frozenset(name for name, text in REASONS.items() if text.kind == "contradicted")
"""The reasons where the sources have something else in the same place."""

_TEXTS: Mapping[str, ReasonText] = dict(REASONS.items())


def reason_words(reason: str) -> str:
    """Return a clause without a full stop; of an unknown reason (from a newer service) its name with blanks."""
    known = _TEXTS.get(reason)
    return known.words if known else reason.replace("_", " ")


def evidence_words(reason: str) -> str:
    """Return the words that introduce the evidence of a flag."""
    known = _TEXTS.get(reason)
    return "the source has" if known and known.kind == "contradicted" else "nearest in the sources"

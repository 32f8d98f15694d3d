"""Why words are flagged: the one table of the reasons, with their texts for the terminal and for a model.

The documentation (`docs/grounding.md`) and the web page have texts of their own for the same reasons; tests compare
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
    "unit_mismatch",
    "negation",
    "antonym",
    "quote_not_found",
    "term_absent",
    "sentence_unsupported",
]


class ReasonText(NamedTuple):
    """The text of a reason: a clause without a full stop.

    A contradiction has a second one, `quoting`, with a place for what the sources say instead. `words` are for a flag
    without evidence. Of an absence, evidence is only the nearest text.
    """

    words: str
    quoting: str | None = None


REASONS: Mapping[FlagReason, ReasonText] = {
    "number_mismatch": ReasonText("the sources give another number", "the sources say {}"),
    "number_absent": ReasonText("not in the sources"),
    "date_mismatch": ReasonText("the sources give another date", "the sources say {}"),
    "date_absent": ReasonText("not in the sources"),
    "entity_mismatch": ReasonText("the sources give another name", "the sources say {}"),
    "entity_absent": ReasonText("not in the sources"),
    "unit_mismatch": ReasonText("the sources use another unit", "the sources say {}"),
    "negation": ReasonText("the sources say the opposite", "the sources say the opposite: “{}”"),
    "antonym": ReasonText("the sources say the opposite", "the sources say the opposite: “{}”"),
    "quote_not_found": ReasonText("this quotation is not in the sources"),
    "term_absent": ReasonText("this wording is not in the sources"),
    "sentence_unsupported": ReasonText("hardly anything here is in the sources"),
}

CONTRADICTED: frozenset[FlagReason] = frozenset(name for name, text in REASONS.items() if text.quoting is not None)
"""The reasons where the sources have something else in the same place."""

_TEXTS: Mapping[str, ReasonText] = dict(REASONS.items())


def flag_words(reason: str, evidence: str | None) -> str:
    """Return what is wrong with flagged words, with its evidence: a clause without a full stop.

    A reason without a text, from a newer service, is given by its name.
    """
    text = _TEXTS.get(reason, ReasonText(reason.replace("_", " ")))
    if evidence is None:
        return text.words
    return text.quoting.format(evidence) if text.quoting else f"{text.words}; nearest there: “{evidence}”"

"""Why words are flagged, in plain words: for a reader on a terminal, and for a model that is asked once more."""

from __future__ import annotations

_REASONS = {
    "term_absent": "no source carries this word",
    "number_absent": "this number is in none of the sources",
    "date_absent": "this date is in none of the sources",
    "entity_absent": "this name is in none of the sources",
    "quote_not_found": "no source has these quoted words",
    "number_mismatch": "the sources give another number here",
    "date_mismatch": "the sources give another date here",
    "entity_mismatch": "the sources give another name here",
    "unit_mismatch": "the sources use another unit here",
    "negation": "the sources say the opposite here",
    "antonym": "the sources use a word of the opposite meaning here",
    "comparison": "the sources compare the other way round",
    "attribution": "in the sources somebody else says this",
    "sentence_unsupported": "the sources do not carry this statement",
}
# Here the sources have something in the same place, and it is another thing. Elsewhere evidence is only near.
_CONTRADICTED = frozenset(
    "number_mismatch date_mismatch entity_mismatch unit_mismatch negation antonym comparison attribution".split()
)


def reason_words(reason: str) -> str:
    """A clause without a full stop. A reason that is not known here is shown as it came."""
    return _REASONS.get(reason, reason.replace("_", " "))


def evidence_words(reason: str) -> str:
    """What introduces the evidence of a flag."""
    return "the source has" if reason in _CONTRADICTED else "nearest in the sources"

"""The texts against which an answer is checked: passages with their headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evals.cases.case import Case
from evals.quotes import contains_quote


def passage_text(passage: Mapping[str, Any]) -> str:
    """Return the text of a passage (a Citation of the HTTP contract) below the document's name and the section."""
    return "\n".join(filter(None, (passage["document_name"], passage["section"], passage["text"])))


def labelled_contexts(case: Case, passages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the texts for the labelled answers of a case: the passages, and gold quotes that none of them contains.

    The quotes are added so that a miss of the search does not count as an error of the check.
    """
    texts = [passage_text(passage) for passage in passages]
    quotes = [gold.quote for gold in case.gold]
    return [*texts, *(quote for quote in quotes if not any(contains_quote(text, quote) for text in texts))]

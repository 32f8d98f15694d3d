"""The distinct words of the chunks: a point for each word and set of readers."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from core.index.points.hits import OVER_FETCH
from core.index.points.readers import readers_of
from core.index.points.schema import NAMESPACE, READERS, TERM
from core.index.spelling import spelled_words
from core.types import Chunk


class Term(NamedTuple):
    """A word of chunks with these groups."""

    word: str
    groups: frozenset[str]


def order_of_terms(term: Term) -> tuple[str, list[str]]:
    """Return by what terms are ordered."""
    return term.word, sorted(term.groups)


def terms_of(chunks: Iterable[Chunk]) -> set[Term]:
    """Return the words of chunks."""
    by_groups: dict[frozenset[str], list[str]] = {}
    for chunk in chunks:
        by_groups.setdefault(chunk.groups, []).append(chunk.searchable_text)
    return {Term(word, groups) for groups, texts in by_groups.items() for word in spelled_words(texts)}


def term_point(term: Term) -> str:
    """Return the id of the point of a word: a word that is written twice is stored once."""
    return str(uuid.uuid5(NAMESPACE, "\0".join((TERM, term.word, *readers_of(term.groups)))))


def term_payload(term: Term) -> dict[str, Any]:
    """Return the payload of a word."""
    return {"word": term.word, READERS: readers_of(term.groups)}


def words_fetched(limit: int) -> int:
    """Return how many words to fetch for `limit` distinct ones: some are there for several sets of readers."""
    return 2 * limit + OVER_FETCH


def most_similar(found: Iterable[tuple[Mapping[str, Any], float]], limit: int) -> list[str]:
    """Return the distinct words of payloads by their scores, the highest first, equal scores in alphabetical order.

    Scores are compared to five digits: the engine adds up in any order.
    """
    ranked = sorted((-round(score, 5), str(payload["word"])) for payload, score in found)
    return list(dict.fromkeys(word for _, word in ranked))[:limit]

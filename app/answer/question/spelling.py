"""Correct misspelled words of a question to words of the documents.

A word is corrected when no chunk has it, the embedder does not know it as a whole word either, and a word of the
chunks differs from it by a slip or two of the keyboard: one in a word of four to eight letters, two in a longer one. A
slip is a letter left out, added or replaced, or two neighbours exchanged. The first letter stays. Of several such words
the one with the fewest slips is taken, then one of the same letters, then the one that most chunks have.

Nothing is corrected where more than half of the words are in no chunk and the embedder does not know three of them
either: such a question is in another language. Numbers and identifiers are never corrected.

Not covered: words of three letters, a wrong first letter, two words written as one, a misspelling that is another word,
and misspelled words of a long question after the first twelve.
"""

from __future__ import annotations

import re
from dataclasses import replace

from app.answer.question.query import Query
from core.embedding import Embedder
from core.index import Bm25Encoder, IndexView
from core.index.points import is_unseen
from core.index.spelling import SHORTEST

_WORD = re.compile(r"(?<![\w@./#])[^\W\d_]+(?![\w@/]|\.\w)")
"""A word that is no part of an identifier, a path or an address."""
_TWO_SLIPS_FROM = 9
"""Letters. "boiling" and "billing" are two slips apart, and "referral" and "referred"."""
_FEW_UNKNOWN = 2
_MOST_ABSENT = 0.5
_CANDIDATES = 20
_MOST_WORDS = 12
"""Of a question, the first ones: for each the words of the index are searched."""


def correct_query(query: Query, index: IndexView, embedder: Embedder, sparse: Bm25Encoder) -> Query:
    """Return the query with the misspelled words of both questions, and of their parts, replaced. Blocks.

    Raises IndexFault and EmbeddingError.
    """
    # The parts, too: that of a correction is without "I meant", and that of the earlier question without a value.
    searched = [part.text for part in query.parts[: 2 if query.previous else 1]]
    texts = dict.fromkeys(text for text in (query.question, query.previous, *searched) if text)
    meant = {text: correct_spelling(text, index, embedder, sparse) for text in texts}
    if all(text == corrected for text, corrected in meant.items()):
        return query
    return replace(
        query,
        question=meant.get(query.question, query.question),
        previous=meant.get(query.previous, query.previous),
        parts=tuple(replace(part, text=meant.get(part.text, part.text)) for part in query.parts),
    )


def correct_spelling(question: str, index: IndexView, embedder: Embedder, sparse: Bm25Encoder) -> str:
    """Return the question with misspelled words replaced. Blocks. Raises IndexFault and EmbeddingError."""
    words = list(dict.fromkeys(_WORD.findall(question)))
    terms = {word: sparse.query(word).indices for word in words}
    idf = index.term_idf([token for tokens in terms.values() for token in tokens])
    if not idf:
        return question
    chunks = index.chunk_count()
    absent = [word for word, tokens in terms.items() if any(is_unseen(idf[token], chunks) for token in tokens)]
    unknown = [word for word, count in zip(absent, embedder.count_tokens(absent), strict=True) if count > 1]
    if len(unknown) > _FEW_UNKNOWN and len(absent) > _MOST_ABSENT * len(words):
        return question
    for word in unknown[:_MOST_WORDS]:
        if len(word) >= SHORTEST and (meant := _meant(word, index, sparse, chunks)):
            question = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", _as_written(meant, word), question)
    return question


def _meant(word: str, index: IndexView, sparse: Bm25Encoder, chunks: int) -> str | None:
    """Return the word of the chunks that was meant, None when none is near enough."""
    lowered = word.lower()
    most = 2 if len(word) >= _TWO_SLIPS_FROM else 1
    near = {
        candidate: count
        for candidate in index.similar_words(lowered, _CANDIDATES)
        if candidate[0] == lowered[0]
        and abs(len(candidate) - len(lowered)) <= most
        and (count := slips(lowered, candidate)) <= most
    }
    tokens = {candidate: sparse.query(candidate).indices for candidate in near}
    idf = index.term_idf([token for found in tokens.values() for token in found])
    # A word without tokens is a stop word: as frequent as a word can be.
    rarest = {candidate: max((idf[token] for token in found), default=0.0) for candidate, found in tokens.items()}
    return min(
        (candidate for candidate in near if not is_unseen(rarest[candidate], chunks)),
        key=lambda candidate: (near[candidate], sorted(candidate) != sorted(lowered), rarest[candidate], candidate),
        default=None,
    )


def slips(written: str, meant: str) -> int:
    """Return the optimal string alignment distance: letters left out, added or replaced, and neighbours exchanged."""
    before: list[int] = []
    last = list(range(len(meant) + 1))
    for row, letter in enumerate(written, start=1):
        current = [row]
        for column, other in enumerate(meant, start=1):
            cost = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == meant[column - 2] and written[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            current.append(cost)
        before, last = last, current
    return last[-1]


def _as_written(meant: str, word: str) -> str:
    return meant.capitalize() if word[0].isupper() else meant

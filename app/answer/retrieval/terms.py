"""The terms of a question with their IDF, by which the coverage of a text is measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.index import Bm25Encoder, IndexView
from core.index.points import is_unseen


def question_idf(tokens: Sequence[int], text: str, index: IndexView, sparse: Bm25Encoder) -> Mapping[int, float]:
    """Return the IDF of the tokens of what the user has said, all of it in `text`. Raises IndexFault.

    A term that no chunk has weighs most: it says that the documents do not answer. An identifier has several forms, of
    which the documents may use another one; its joined forms that no chunk has are left out, and its parts remain.
    """
    idf = index.term_idf(tokens)
    joined = sparse.joined_tokens(text)
    if not joined.intersection(idf):
        return idf
    chunks = index.chunk_count()
    return {token: weight for token, weight in idf.items() if token not in joined or not is_unseen(weight, chunks)}

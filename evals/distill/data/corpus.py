"""The documents that examples are made from, with their chunks and words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.grounding.text.language import Language
from core.index import IndexView
from core.types import Chunk, Document, chunk_id
from evals.cases.draft.parts import SourceText
from evals.cases.draft.vocabulary import Vocabulary, read_vocabulary

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents by id with the chunks of each in order.

    vocabulary  how the documents write their words
    languages   of each document
    chunks_with in how many chunks each word is, in lower case
    """

    documents: Mapping[str, Document]
    chunks: Mapping[str, tuple[Chunk, ...]]
    vocabulary: Vocabulary
    languages: Mapping[str, Language]
    chunks_with: Mapping[str, int]
    total: int

    def idf(self, word: str) -> float:
        """Return the inverse document frequency of a word over the chunks; that of one chunk for an unknown word."""
        return math.log((self.total + 1) / (self.chunks_with.get(word.casefold(), 1)))


def words_of(text: str) -> list[str]:
    """Return the words of a text as they are written."""
    return _WORD.findall(text)


def read_corpus(index: IndexView, documents: Sequence[Document]) -> Corpus:
    """Read the chunks of documents. Raises IndexFault."""
    numbers = {record.id: record.chunks for record in index.records()}
    chunks = {
        one.id: tuple(index.chunks([chunk_id(one.id, one.content_hash, n) for n in range(numbers[one.id])]))
        for one in documents
    }
    sources = [SourceText(one.id, one.name, one.text, one.format) for one in documents]
    counted: Counter[str] = Counter()
    for chunk in (chunk for of_document in chunks.values() for chunk in of_document):
        counted.update({word.casefold() for word in words_of(chunk.text)})
    return Corpus(
        {one.id: one for one in documents},
        chunks,
        read_vocabulary(sources),
        {source.id: source.language for source in sources},
        counted,
        sum(map(len, chunks.values())),
    )

"""Refusals: the passages of the prompt must not answer the question after all.

A question whose answer was kept from the prompt is compared with that answer: no passage may have its place, nor a
sentence or two in a row with its values and almost all of its words. The words of the question count: "Interns may take
leave" is not said by a passage that says it of others.

Not covered: an answer in other words; and questions that no document answers as far as those who made them know, for
which there is nothing to compare with.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.answer.extractive.text import plain
from app.answer.retrieval.duplicates import contains_sentence
from app.answer.types import Passage
from core.sentences import split_sentences
from core.types import Chunk
from evals.cases.wording import values_of, word_keys
from evals.distill.data.filters.candidate import Candidate, overlaps
from evals.distill.data.filters.context import FilterContext
from ingest.units import sentence_units

_MOST_WORDS = 0.8
"""Of the content words of a withheld sentence, the share that two sentences of a passage may not have together."""
_FEWEST_WORDS, _FEWEST = 4, 2
"""Content words of a withheld sentence that is compared by itself, and of an answer without such a sentence."""
_STOPS = ".,;:!?()"


def check_refusal(candidate: Candidate, context: FilterContext) -> str | None:
    """Return why a question is not to be refused over its passages, or None, also for an answer."""
    del context
    if not candidate.is_refusal:
        return None
    if any(overlaps(passage, place) for passage in candidate.passages for place in candidate.places):
        return "the passages have the place of the answer"
    said = plain(candidate.withheld)
    sentences = [said[start:end] for start, end in split_sentences(said)]
    # A short sentence ("They have to be certified.") is in many texts, and says little without the others.
    withheld = [one for one in sentences if len(word_keys(one)) >= _FEWEST_WORDS] or [said]
    if any(_has(passage, sentence) for passage in candidate.passages for sentence in withheld):
        return "the passages have the answer"
    return None


def _has(passage: Passage, sentence: str) -> bool:
    """Say whether a passage has a sentence: as it is written, or its values and almost all of its words."""
    words, values = word_keys(sentence), _values(sentence)
    if len(words) < _FEWEST:
        return False
    return contains_sentence(passage.chunk, sentence) or any(
        values <= _values(text) and len(words & word_keys(text)) >= _MOST_WORDS * len(words)
        for text in _windows(passage.chunk)
    )


def _windows(chunk: Chunk) -> Iterator[str]:
    """Yield each two sentence units in a row of a passage, below its headings."""
    units = [plain(chunk.text[start:end]) for start, end in chunk.sentences or sentence_units(chunk.text, chunk.lead)]
    for first, second in zip(units, (*units[1:], ""), strict=True):
        yield f"{chunk.heading} {first} {second}"


def _values(text: str) -> frozenset[str]:
    return frozenset(value.strip(_STOPS) for value in values_of(text))

"""The recipe of a small model: fewer and shorter passages, an example, a repetition penalty, short answers.

A model that `groundwork model distill` has taught this prompt is given it without the example and without the penalty,
which would punish it for copying from its sources, and with more and longer passages: 3 of 600 characters have the
quote that answers 70% of 33 questions about the handbook of 18F, 5 of 900 have that of 82%, as do 5 whole ones
(`benchmarks/answers/questions`, split dev). It is known by the word `distilled` in its name. It has learned that one
prompt, and writes a cited answer to every other: follow-ups are not rewritten by it.

With the standard prompt a model of 135 million parameters repeated itself in 6 of 12 answers, without the penalty in as
many. What is small is read from the model's name ("SmolLM2-135M-Instruct", "qwen2.5:0.5b"), because no server says how
many parameters its model has; the recipe's `prompt` overrides it.

Not covered: names without a size, which are taken for large models.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from app.answer.retrieval.relevance import coverage
from app.answer.types import Passage
from core.index import Bm25Encoder
from core.recipe import ChosenPrompt, Recipe
from core.sentences import split_sentences

_SMALL = 1e9
"""Parameters."""
_PASSAGES = {"small": 3, "distilled": 5}
_CHARACTERS = {"small": 600, "distilled": 900}
_MAX_TOKENS = 160
_REPETITION_PENALTY = 1.1
_DISTILLED = re.compile(r"(?<![A-Za-z0-9])distilled(?![A-Za-z0-9])", re.IGNORECASE)
_SIZE = re.compile(r"(?<![A-Za-z0-9.])(\d+(?:\.\d+)?)([MB])(?![A-Za-z0-9])", re.IGNORECASE)
_UNITS = {"m": 1e6, "b": 1e9}


def parameters_of(model: str) -> float | None:
    """Return the parameters that a model's name states, the largest number of several; None where it states none."""
    sizes = [float(number) * _UNITS[unit.lower()] for number, unit in _SIZE.findall(model)]
    return max(sizes, default=None)


def fitted_to_size(recipe: Recipe, model: str | None) -> Recipe:
    """Return the recipe for a model of this name: as it is, or with what a small model needs."""
    kind = prompt_kind(recipe, model)
    if kind == "standard":
        return recipe
    penalty = _REPETITION_PENALTY if kind == "small" else 1.0
    return replace(
        recipe,
        prompt=kind,
        top_k=min(recipe.top_k, _PASSAGES[kind]),
        passage_characters=recipe.passage_characters or _CHARACTERS[kind],
        max_tokens=min(recipe.max_tokens, _MAX_TOKENS),
        repetition_penalty=max(recipe.repetition_penalty, penalty),
        rewrite_follow_ups=recipe.rewrite_follow_ups and kind != "distilled",
    )


def prompt_kind(recipe: Recipe, model: str | None) -> ChosenPrompt:
    """Return the prompt that the recipe gives a model of this name."""
    if recipe.prompt != "auto":
        return recipe.prompt
    if model and _DISTILLED.search(model):
        return "distilled"
    size = parameters_of(model) if model else None
    return "small" if size is not None and size < _SMALL else "standard"


def shortened(passage: Passage, characters: int, idf: Mapping[int, float], sparse: Bm25Encoder) -> Passage:
    """Return the passage with the sentences in a row that have most words of the question, the first of several.

    `idf` maps the token ids of the question's terms to their IDF. At least one sentence remains, however long it is.
    """
    text = passage.chunk.text
    if len(text) <= characters:
        return passage
    spans = split_sentences(text)
    best, first, last = -1.0, 0, 0
    for begin, (start, _) in enumerate(spans):
        end = begin
        while end + 1 < len(spans) and spans[end + 1][1] - start <= characters:
            end += 1
        share = coverage(frozenset(sparse.document(text[start : spans[end][1]]).indices), idf)
        if share > best:
            best, first, last = share, begin, end
    return cut_out(passage, spans[first][0], spans[last][1]) if spans else passage


def cut_out(passage: Passage, start: int, end: int) -> Passage:
    """Return the passage with a part of its text; the lead remains with the beginning only."""
    chunk = passage.chunk
    units = [number for number, (first, last) in enumerate(chunk.sentences) if start <= first and last <= end]
    part = replace(
        chunk,
        text=chunk.text[start:end],
        start=chunk.start + start,
        end=chunk.start + end,
        lead=chunk.lead if start == 0 or "|" in chunk.lead else "",
        sentences=tuple((chunk.sentences[n][0] - start, chunk.sentences[n][1] - start) for n in units),
    )
    return replace(passage, chunk=part, vectors=passage.vectors[units] if len(passage.vectors) else passage.vectors)

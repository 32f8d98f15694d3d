"""Fit a prompt into the model's context: what is left out when not everything fits.

    rules and question    never
    history               the oldest turns first, until it takes a quarter of what the rules and the question leave
    passages              the last ones first; the last one that remains is cut at the end of a sentence
    history               altogether, where not even a part of the first passage fits

The context has to take the answer as well: `max_tokens` of the recipe are kept for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.answer.generated.prompt import build_prompt, fixed_texts, rendered
from app.answer.generated.small import cut_out
from app.answer.generated.tokens import TokenCounter, estimate_tokens
from app.answer.retrieval.conflicts import Conflict
from app.answer.types import Passage, Question
from core.errors import ContextExceeded
from core.recipe import Recipe
from core.sentences import split_sentences
from core.types import Message

_PER_MESSAGE = 8
"""Tokens that a chat template puts around a message; ChatML takes 5, Llama 3 takes 6."""
_MARGIN = 32
"""Tokens for what is not counted: the joints of texts that are counted one by one, and a template's own system text."""
_PER_CONFLICT = 64
"""Tokens of the line that names a conflict."""
_HISTORY_SHARE = 4
_LEAST_PART = 24
"""Tokens of a passage that are worth showing."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A prompt, and the passages that are in it, as they are in it."""

    messages: list[Message]
    passages: tuple[Passage, ...]


async def fit_prompt(
    question: Question,
    passages: Sequence[Passage],
    recipe: Recipe,
    context: int | None,
    counter: TokenCounter,
    conflicts: Sequence[Conflict] = (),
) -> Fitted:
    """Return the prompt that fits into `context` tokens; the whole prompt where None is known.

    Tokens are counted only where an estimate does not show that everything fits. Raises ContextExceeded.
    """
    messages = build_prompt(question, passages, recipe, conflicts)
    space = None if context is None else context - recipe.max_tokens - _MARGIN
    if space is None or _estimated(messages) <= space:
        return Fitted(messages, tuple(passages))
    fixed = fixed_texts(question, recipe)
    history = messages[len(fixed) - 1 : -1]
    texts = [*fixed, *(turn.content for turn in history), *map(rendered, passages)]
    counts = await counter.count(texts, recipe.model)
    needed = sum(counts[: len(fixed)]) + _PER_MESSAGE * (len(fixed) + 1)
    turn_counts = [count + _PER_MESSAGE for count in counts[len(fixed) : len(fixed) + len(history)]]
    passage_counts = counts[len(fixed) + len(history) :]
    left = space - needed - _PER_CONFLICT * len(conflicts)
    kept_turns = _newest(turn_counts, max(left - sum(passage_counts), left // _HISTORY_SHARE))
    for turns in (kept_turns, 0):
        used = sum(turn_counts[len(turn_counts) - turns :])
        kept = _first(passages, passage_counts, left - used)
        if kept or not passages:
            shorter = replace(question, history=tuple(history[len(history) - turns :]))
            return Fitted(build_prompt(shorter, kept, recipe, conflicts), kept)
    raise ContextExceeded(
        f"The question does not fit: with the rules it has {needed} tokens, and the model's context of {context} keeps "
        f"{recipe.max_tokens} of them for the answer. Ask a shorter question, or lower max_tokens."
    )


def _estimated(messages: Sequence[Message]) -> int:
    return sum(estimate_tokens(message.content) + _PER_MESSAGE for message in messages)


def _newest(counts: Sequence[int], space: int) -> int:
    """Return how many of the last turns fit."""
    turns = used = 0
    for count in reversed(counts):
        used += count
        if used > space:
            break
        turns += 1
    return turns


def _first(passages: Sequence[Passage], counts: Sequence[int], space: int) -> tuple[Passage, ...]:
    """Return the first passages that fit, the last of them cut if need be."""
    kept: list[Passage] = []
    for passage, count in zip(passages, counts, strict=True):
        if count > space:
            if part := _beginning(passage, count, space):
                kept.append(part)
            break
        space -= count
        kept.append(passage)
    return tuple(kept)


def _beginning(passage: Passage, count: int, space: int) -> Passage | None:
    """Return the first sentences of a passage that fit into `space` tokens; None where not even one does."""
    if space < _LEAST_PART:
        return None
    text = passage.chunk.text
    around = len(rendered(passage)) - len(text)
    # A tenth is kept for a part that has more tokens for its length than the whole.
    characters = int(0.9 * space * len(rendered(passage)) / count) - around
    ends = [end for _, end in split_sentences(text) if end <= characters]
    return cut_out(passage, 0, ends[-1]) if ends else None

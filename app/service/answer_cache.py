"""Answers that were given before, for the same question over the same passages.

The passages are retrieved before the cache is asked, and everything that is shown of them is a part of the key: a
document that changed, vanished or is not permitted by the search filter gives other passages, and so never an old
answer. So are the groups by which the index is restricted: an answer is given again to readers of the same documents
alone. A rebuilt index is another index, with which the cache begins again.

    answer()  ->  Started, with the passages of now
                  the key is known: the rest of the answer comes from the cache, under the new answer id
                  it is not: the answer path goes on, and its answer is kept

Kept are extractive answers, and answers of a model at temperature 0. Not kept: degraded answers, which the model should
replace, and answers without passages. An answer whose request can be sent again (`app/service/idempotency.py`) is kept
in any case, for that request: under its id, and for the passages that it was written from.

Not covered: another model under the address of the first one, which needs a restart.
"""

from __future__ import annotations

import hashlib
import pickle
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from app.answer.events import AnswerEvent, Finished, Started, TextDelta
from app.answer.types import Passage, Question
from app.service.metrics import Metrics
from core.index import IndexView
from core.recipe import Recipe
from core.types import Chunk, SearchFilter


class AnswerCache:
    """Finished answers by their keys, at most `limit_bytes` of them; the one that was used longest ago goes first.

    All calls come from the event loop. With a limit of 0 nothing is kept.
    """

    def __init__(self, limit_bytes: int, metrics: Metrics) -> None:
        self._limit = limit_bytes
        self._metrics = metrics
        self._generation: str | None = None
        self._answers: OrderedDict[bytes, bytes] = OrderedDict()
        self._size = 0

    async def answered(
        self,
        events: AsyncGenerator[AnswerEvent, None],
        question: Question,
        recipe: Recipe,
        index: IndexView,
        only: SearchFilter,
        *,
        fresh: bool = False,
        is_repeatable: bool = False,
    ) -> AsyncGenerator[AnswerEvent, None]:
        """Yield the events of an answer, from the cache where it has been given before and need not be `fresh`.

        `index` is the one that `events` searches, and `only` restricts the search. `is_repeatable`: the same request
        has the same answer id, and gets the answer that was given under it, also where it asks for a fresh one.
        """
        began = time.perf_counter()
        key = own_key = None
        answer_id = ""
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Started) and self._limit and event.passages:
                    answer_id = event.answer_id
                    readers = index.restriction
                    own_key = _own_key(event, readers) if is_repeatable else None
                    key = (
                        _key(event, question, recipe, only, readers) if not fresh and _is_kept(event, recipe) else None
                    )
                    retrieved = time.perf_counter() - began
                    if (known := self._find((own_key, key), index, event.passages)) is not None:
                        yield event
                        yield TextDelta(known.text)
                        finished = replace(known, timings_ms=_timings(retrieved, time.perf_counter() - began))
                        self._keep(own_key, finished, index)
                        yield finished
                        return
                elif isinstance(event, Finished):
                    kept = replace(event, cached_from=answer_id)
                    self._keep(own_key, kept, index)
                    self._keep(key if not event.degraded else None, kept, index)
                yield event

    def _find(self, keys: Sequence[bytes | None], index: IndexView, passages: Sequence[Passage]) -> Finished | None:
        """Return the answer under the first of the keys that is known."""
        looked_up = [key for key in keys if key is not None]
        if not looked_up:
            return None
        if index.generation != self._generation:
            self._generation = index.generation
            self._answers.clear()
            self._size = 0
            self._metrics.answer_cache(0, 0)
        found = next((key for key in looked_up if key in self._answers), None)
        self._metrics.cached_answer(found=found is not None)
        if found is None:
            return None
        self._answers.move_to_end(found)
        packed = self._answers[found]
        known: tuple[Finished, list[int]] = pickle.loads(packed)  # noqa: S301  # packed by this object
        finished, cited = known
        return replace(finished, cited=tuple(passage for passage in passages if passage.index in cited))

    def _keep(self, key: bytes | None, finished: Finished, index: IndexView) -> None:
        # The index may have been replaced since this answer began.
        if key is None or index.generation != self._generation or key in self._answers:
            return
        # Passages are retrieved again, and a model is not asked again.
        kept = replace(finished, cited=(), prompt_tokens=0, completion_tokens=0, sent=())
        packed = pickle.dumps((kept, [passage.index for passage in finished.cited]), pickle.HIGHEST_PROTOCOL)
        self._answers[key] = packed
        self._size += len(packed) + len(key)
        while self._size > self._limit:
            oldest, removed = self._answers.popitem(last=False)
            self._size -= len(removed) + len(oldest)
        self._metrics.answer_cache(len(self._answers), self._size)


def _is_kept(started: Started, recipe: Recipe) -> bool:
    return started.mode == "extractive" or recipe.temperature == 0


def _key(
    started: Started, question: Question, recipe: Recipe, only: SearchFilter, readers: frozenset[str] | None
) -> bytes:
    """Return a hash of everything that an answer depends on."""
    # The answerability depends on the size of the index, too: a larger one may refuse what a smaller one answered.
    return _hash(started.mode, recipe, question, only, _listed(readers), _shown(started), started.answerability)


def _own_key(started: Started, readers: frozenset[str] | None) -> bytes:
    """Return a hash of the id of an answer, which stands for its request, and of what is shown of its passages."""
    return _hash(started.answer_id, _listed(readers), _shown(started))


def _shown(started: Started) -> list[tuple[int, float, Chunk, list[str]]]:
    # The groups in an order: that of a set is not the same for equal sets.
    return [
        (one.index, one.score, replace(one.chunk, groups=frozenset()), sorted(one.chunk.groups))
        for one in started.passages
    ]


def _listed(readers: frozenset[str] | None) -> list[str] | None:
    return None if readers is None else sorted(readers)


def _hash(*values: object) -> bytes:
    """Return a hash of values: `repr` of frozen ones shows all of their fields."""
    return hashlib.sha256(repr(values).encode()).digest()


def _timings(retrieved: float, total: float) -> dict[str, float]:
    milliseconds = {"retrieve": retrieved, "cache": total - retrieved, "first_word": total, "total": total}
    return {stage: round(seconds * 1000, 2) for stage, seconds in milliseconds.items()}

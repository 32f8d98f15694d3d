"""Choose how much is shown: the smallest whole thing that answers, and more only where it adds something.

The unit with the highest score comes first, with what it needs:

    a sentence that begins with "It", "This", "However"   the sentence before it
    a sentence that ends with ":"                         the list, table or code after it
    an item                                               its list with the lead-in; a whole sentence stays alone
    an item that ends with ":"                            the code after it
    a row                                                 the small table whole, or the rows asked for, under the header
    a sentence before a code block                        the block, where the question asks how

A further unit is shown when its score is close to the highest and it has words that are not yet shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.answer.extractive.contents import is_dependent
from app.answer.extractive.features import Candidate
from app.answer.extractive.surroundings import Neighbours, surroundings
from app.answer.extractive.text import compared, is_heading_like, plain
from app.answer.extractive.units import Group, Outline, outline
from app.answer.question.kind import Wanted
from app.answer.types import Passage

_MARGIN = 3.0
"""A further unit is shown when its score is at most this far below the highest."""
_ENOUGH = 400
"""Characters after which no further unit is added."""
_NEW_WORDS = 3
"""Words that a further unit must have and that are not yet shown."""
_MOST_ITEMS, _MOST_STEPS = 8, 15
"""Items of a list that is shown whole: of any list, and where the question asks for a list or for steps."""
_LONGEST_LIST, _LONGEST_STEPS = 800, 1500
"""Characters of such a list."""
_MOST_ROWS, _LONGEST_TABLE = 8, 900
_MOST_CODE_LINES = 30
_BEST_ROWS = 3
"""Rows of a large table that are shown at most."""
_MOST_BEFORE = 2
"""Sentences before a sentence that are shown because each refers to the one before it."""
_STANDALONE_WORDS = 6
"""Words from which an item with a full stop is read as a sentence."""
_ROW_GAP = 0.1
"""Coverage by which a row must exceed the others to be shown without them."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Units of a passage, or of the text around it: their positions in the outline, in order."""

    passage: Passage
    outline: Outline
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """The candidates of all passages with their scores and their coverage, each of shape (candidates,)."""

    candidates: Sequence[Candidate]
    scores: NDArray[np.float64]
    coverage: NDArray[np.float64]


def choose(
    scored: Scored, wanted: frozenset[Wanted], neighbours: Neighbours, *, most: int, margin: float = _MARGIN
) -> list[Excerpt]:
    """Return what is shown, the best first: at most `most` excerpts. Raises IndexFault."""
    excerpts: list[Excerpt] = []
    shown: set[str] = set()
    words: set[str] = set()
    order = [int(position) for position in np.argsort(-scored.scores, kind="stable")]
    for position in order:
        candidate = scored.candidates[position]
        if excerpts and (
            scored.scores[position] < scored.scores[order[0]] - margin
            or len(excerpts) == most
            or sum(map(len, shown)) > _ENOUGH
        ):
            break
        if compared(candidate.text) in shown or len(_words(candidate.text) - words) < (_NEW_WORDS if excerpts else 1):
            continue
        excerpt = _Whole(scored, wanted).of(position, neighbours)
        new = [plain(excerpt.outline.raw(one)) for one in excerpt.positions]
        if not any(new):
            continue
        excerpts.append(excerpt)
        shown.update(map(compared, new))
        words.update(*map(_words, new))
    return _merged(excerpts)


def _words(text: str) -> set[str]:
    return {word.strip(".,;:!?()[]\"'*|") for word in text.casefold().split()} - {""}


def _merged(excerpts: Sequence[Excerpt]) -> list[Excerpt]:
    """Join the excerpts of one outline, in the place of the best of them and in the order of the text."""
    merged: list[Excerpt] = []
    for excerpt in excerpts:
        same = next((n for n, one in enumerate(merged) if one.outline.text == excerpt.outline.text), None)
        if same is None:
            merged.append(excerpt)
        else:
            positions = tuple(sorted({*merged[same].positions, *excerpt.positions}))
            merged[same] = Excerpt(merged[same].passage, merged[same].outline, positions)
    return merged


@dataclass(frozen=True, slots=True)
class _Whole:
    """Finds what a unit needs to be understood."""

    scored: Scored
    wanted: frozenset[Wanted]

    def of(self, number: int, neighbours: Neighbours) -> Excerpt:
        """Return the unit with what it needs, from the text around its chunk where it reaches the chunk's edge."""
        candidate = self.scored.candidates[number]
        lines, position, shift = candidate.outline, candidate.position, 0
        if _reaches_edge(lines, position):
            around = surroundings(candidate.passage.chunk, neighbours(candidate.passage.chunk))
            wide = outline(around.text, around.header)
            start = lines.units[position].start + around.start
            found = next((n for n, one in enumerate(wide.units) if one.start <= start < one.end), None)
            if found is not None:
                lines, position, shift = wide, found, around.start
        positions = self._positions(lines, position, self._values(candidate, lines, shift))
        return Excerpt(candidate.passage, lines, tuple(sorted(positions)))

    def _values(self, candidate: Candidate, lines: Outline, shift: int) -> Callable[[int], tuple[float, float]]:
        """Return a function from a position in the outline to the unit's coverage and score; low outside the chunk."""
        known = {
            one.outline.units[one.position].start + shift: (
                float(self.scored.coverage[n]),
                float(self.scored.scores[n]),
            )
            for n, one in enumerate(self.scored.candidates)
            if one.passage.index == candidate.passage.index
        }
        return lambda position: known.get(lines.units[position].start, (0.0, float("-inf")))

    def _positions(self, lines: Outline, position: int, value: Callable[[int], tuple[float, float]]) -> set[int]:
        group = lines.group_of(position)
        if group.kind == "row":
            return _rows(lines, group, position, value)
        if group.kind == "code" and not group.continues:
            return self._with_lead_in(lines, group, {position})
        if group.kind in {"item", "code"}:
            return self._items(lines, group, position)
        return self._sentences(lines, group, position)

    def _items(self, lines: Outline, group: Group, position: int) -> set[int]:
        listed = bool(self.wanted & {"list", "steps"})
        first, last = lines.list_of(position)
        items = set(range(lines.groups[first].first, lines.groups[last].last))
        group = lines.groups[first]
        length = sum(len(plain(lines.raw(one))) for one in items)
        most, longest = (_MOST_STEPS, _LONGEST_STEPS) if listed else (_MOST_ITEMS, _LONGEST_LIST)
        text = plain(lines.raw(position))
        own = _with_code(lines, position)
        standalone = text.endswith((".", "!")) and len(text.split()) >= _STANDALONE_WORDS and not is_dependent(text)
        whole = listed or group.lead_in is not None or not standalone
        if whole and len(items) <= most and length <= longest:
            return self._with_lead_in(lines, group, items)
        return own if standalone else self._with_lead_in(lines, group, own)

    def _with_lead_in(self, lines: Outline, group: Group, positions: set[int]) -> set[int]:
        if group.lead_in is None:
            return positions
        return positions | _with_sentences_before(lines, lines.group_of(group.lead_in), group.lead_in)

    def _sentences(self, lines: Outline, group: Group, position: int) -> set[int]:
        positions = _with_sentences_before(lines, group, position)
        following = lines.groups[number] if (number := lines.units[position].group + 1) < len(lines.groups) else None
        if following is None or position != group.last - 1 or following.section != group.section:
            return positions
        if following.lead_in == position:
            return positions | _fitting(lines, following)
        if following.kind == "code" and "steps" in self.wanted:
            return positions | _fitting(lines, following)
        return positions


def _reaches_edge(lines: Outline, position: int) -> bool:
    """Say whether what the unit needs may be outside of the text."""
    group = lines.units[position].group
    first, last = group == 0, group == len(lines.groups) - 1
    text = plain(lines.raw(position))
    if lines.groups[group].kind == "sentence":
        dependent = first and position == 0 and is_dependent(text)
        introduces_last = group == len(lines.groups) - 2 and lines.groups[-1].lead_in == position
        return dependent or introduces_last or (last and position == len(lines.units) - 1)
    if lines.groups[group].kind == "row":
        return first or last
    first_of_list, last_of_list = lines.list_of(position)
    return first_of_list == 0 or last_of_list == len(lines.groups) - 1


def _with_code(lines: Outline, position: int) -> set[int]:
    """Return an item with the code that belongs to it, or such code with its item."""
    group = lines.group_of(position)
    if group.kind == "code":
        return {group.first - 1, position}
    number = lines.units[position].group + 1
    following = lines.groups[number] if number < len(lines.groups) else None
    if following is None or following.kind != "code" or not following.continues or position != group.last - 1:
        return {position}
    return {position, following.first}


def _with_sentences_before(lines: Outline, group: Group, position: int) -> set[int]:
    positions = {position}
    for _ in range(_MOST_BEFORE):
        first = min(positions)
        if not is_dependent(plain(lines.raw(first))) or first == 0:
            break
        before = lines.group_of(first - 1)
        if first == group.first and (
            before.kind != "sentence" or before.section != group.section or is_heading_like(lines.raw(first - 1))
        ):
            break
        group = before
        positions.add(first - 1)
    return positions


def _fitting(lines: Outline, group: Group) -> set[int]:
    """Return the units of a group after its lead-in; none where they are too many to be shown."""
    last = lines.groups[lines.list_of(group.first)[1]].last
    units = set(range(group.first, last))
    if group.kind == "code":
        return units if lines.raw(group.first).count("\n") < _MOST_CODE_LINES else set()
    length = sum(len(lines.raw(one)) for one in units)
    return units if len(units) <= _MOST_STEPS and length <= _LONGEST_STEPS else set(sorted(units)[:_MOST_ITEMS])


def _rows(lines: Outline, group: Group, position: int, value: Callable[[int], tuple[float, float]]) -> set[int]:
    """Return the rows that have most of the question's terms; the whole table where none stands out."""
    rows = range(group.first, group.last)
    most = max(value(row)[0] for row in rows)
    best = [row for row in rows if value(row)[0] >= most - _ROW_GAP]
    if len(best) <= _BEST_ROWS and len(best) < len(rows):
        return {*best, position}
    if len(rows) <= _MOST_ROWS and sum(len(lines.raw(row)) for row in rows) <= _LONGEST_TABLE:
        return set(rows)
    return {position, *sorted(best, key=lambda row: -value(row)[1])[:_BEST_ROWS]}

"""Citations are computed: what an answer cites is what supports it.

For each sentence, list item and table row of a model's answer, the passages that support it are found by the grounding
checker's own alignment (`app/grounding/support.py`). A marker that the model wrote, `[1]` or `[1, 2]`, is

    kept      where its passage supports the sentence about as well as the best one does, or adds something to it
    moved     where another passage does and this one does not: the number is replaced
    dropped   where no passage does, where it names no passage, and where the sentence claims nothing
    added     where the sentence is supported and the model wrote no marker

Markers are shown at the end of the sentence, where the model wrote them before or behind the stop, else behind it; one
for each item and row. Inside a sentence a marker is shown in its place if the words before it are supported. Headings,
lead-ins ("The steps are:") and the first row of a table, which is its header, are not given markers. Where answer and
passages are in different languages nothing can be compared, and the model's markers are kept as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.answer.parts import Part, UnitKind, split_parts
from app.answer.types import CitationCounts, Passage
from app.grounding.support import Support

# Chosen with `python -m benchmarks.citations`, see docs/decisions.md. Higher: fewer citations, more of them right.
_LEAST_SHARE = 0.4
"""Of what a sentence says, the passages that it cites have at least this share together."""
_RIVAL_SHARE = 0.8
"""A marker of the model is kept if its passage has at least this share of what the best passage has."""
_LEAST_GAIN = 0.3
"""A further passage is cited if it adds at least this share of what the sentence says."""
_MOST = 3
"""Passages that are added to one sentence."""

_SPOKEN = re.compile(r"[^\W_]")
_LEAD_IN = re.compile(r"[:：]\W*\Z|\A\s*\*\*[^*\n]+\*\*\s*\Z")
_LIST_OF_SOURCES = re.compile(r"\W*(?:sources?|references?|citations?|quellen?)\W*", re.IGNORECASE)


class CitationWriter:
    """Writes one answer with its computed citations, part by part. Text that was given out is never changed.

    `support` compares a sentence with the passages, whose positions are those in `passages`.
    """

    def __init__(self, passages: Sequence[Passage], support: Callable[[str], Support]) -> None:
        self._position = {passage.index: position for position, passage in enumerate(passages)}
        self._number = [passage.index for passage in passages]
        self._support = support
        self._unit = _Unit()
        self._before = _Unit()
        self._kept = self._moved = self._added = self._dropped = 0
        self.written: dict[str, tuple[int, ...]] = {}
        """For each sentence without its markers: the passages that the model cited, whether that is shown or not."""

    @property
    def counts(self) -> CitationCounts:
        """What became of the markers of the sentences that are complete."""
        return CitationCounts(self._kept, self._moved, self._added, self._dropped)

    def feed(self, part: Part) -> str:
        """Take the next part of the answer; return the text that can be shown now."""
        if part.kind == "control":
            return ""
        if part.kind == "end":
            return self._end(part.unit)
        if part.kind in ("marker", "stop") or (self._unit.pending and part.text.isspace()):
            self._unit.pending.append(part)
            return ""
        shown = self._inside() + part.text
        self._unit.text += part.text
        return shown

    def _inside(self) -> str:
        """Write the pending parts, which turned out to be inside of the sentence."""
        shown = ""
        pending, self._unit.pending = self._unit.pending, []
        for part in pending:
            if part.kind == "marker":
                shown += self._marker_inside(part)
            else:
                shown += part.text
                self._unit.text += part.text
        return shown

    def _marker_inside(self, part: Part) -> str:
        unit, written = self._unit, self._known(part)
        here: list[int] = []
        if ":" in unit.text and _LIST_OF_SOURCES.fullmatch(unit.text):
            here = [number for number in dict.fromkeys(written) if number not in unit.cited]
        elif written and part.unit == "prose" and _SPOKEN.search(unit.text):
            here = self._choose(self._support(unit.text), written, unit.cited, may_add=False)
        unit.cited += here
        unit.waiting += [number for number in written if number not in here]
        unit.written += written
        self._kept += len(here)
        if here == list(part.numbers):
            return part.text
        return f" [{_listed(here)}]" if here else ""

    def _end(self, kind: UnitKind) -> str:
        """Write the end of a sentence, with the markers that it is given."""
        unit = self._unit
        written = [*unit.waiting, *(number for part in unit.pending for number in self._known(part))]
        unit.kind = kind
        unit.said = unit.text + "".join(part.text for part in unit.pending if part.kind == "stop")
        # Markers on a line of their own belong to what is before them.
        judged = unit if _SPOKEN.search(unit.text) else self._before
        judged.written += written
        if judged.written:
            self.written[judged.said] = tuple(judged.written)
        chosen = self._chosen(judged, written, may_add=judged is unit and self._may_add(unit))
        shown = self._placed(chosen)
        self._count(set(written).difference(judged.cited), chosen)
        judged.cited += chosen
        self._before, self._unit = judged, _Unit()
        return shown

    def _may_add(self, unit: _Unit) -> bool:
        if unit.kind in ("heading", "code") or (unit.kind == "row" and self._before.kind != "row"):
            return False
        return _LEAD_IN.search(unit.said) is None

    def _chosen(self, unit: _Unit, written: Sequence[int], *, may_add: bool) -> list[int]:
        """Return the numbers that a sentence cites at its end."""
        if not written and not may_add:
            return []
        if _LIST_OF_SOURCES.fullmatch(unit.said):
            return list(dict.fromkeys(written))
        support = self._support(unit.said)
        if not support.claims and self._before.kind == "code":
            # "That is all. [2]" behind a code block cites the code.
            support = self._support(self._before.said)
        return self._choose(support, written, unit.cited, may_add=may_add)

    def _choose(self, support: Support, written: Sequence[int], cited: Sequence[int], *, may_add: bool) -> list[int]:
        """Return the numbers to be cited beside those that are `cited` already."""
        written = [number for number in dict.fromkeys(written) if number not in cited]
        best = support.best()
        if not support.claims or not support.is_comparable:
            return written if support.claims else []
        if best is None:
            return []
        most = support.share((best,))
        chosen = [self._position[number] for number in cited]
        for number in written:
            position = self._position[number]
            gain = support.share((best, position)) - most
            if support.share((position,)) >= _RIVAL_SHARE * most or gain >= _LEAST_GAIN:
                chosen.append(position)
        if may_add:
            chosen = _completed(support, chosen)
        if support.share(chosen) < _LEAST_SHARE:
            return []
        return [self._number[position] for position in chosen[len(cited) :]]

    def _placed(self, chosen: Sequence[int]) -> str:
        """Return the pending parts with the chosen numbers in the place of the markers."""
        unit, pending = self._unit, self._unit.pending
        if not unit.waiting and list(chosen) == [number for part in pending for number in part.numbers]:
            return "".join(part.text for part in pending)
        kinds = [part.kind for part in pending]
        stop = kinds.index("stop") if "stop" in kinds else len(pending)
        place = kinds.index("marker") if "marker" in kinds else stop + 1
        in_last_cell = stop < len(pending) and pending[stop].text == "|"
        if in_last_cell:
            place = stop
        elif place > stop:
            place = stop + 1
        marker = f" [{_listed(chosen)}]" if chosen else ""
        if marker and in_last_cell:
            marker = f"{marker.lstrip() if unit.text[-1:].isspace() else marker} "
        texts = ["" if part.kind == "marker" else part.text for part in pending]
        return "".join([*texts[:place], marker, *texts[place:]])

    def _known(self, part: Part) -> list[int]:
        """Return the numbers of a marker that name a passage; count the others as dropped."""
        known = [number for number in part.numbers if number in self._position]
        self._dropped += len(part.numbers) - len(known)
        return known

    def _count(self, written: set[int], chosen: Sequence[int]) -> None:
        kept = len(written.intersection(chosen))
        removed, new = len(written) - kept, len(chosen) - kept
        self._kept += kept
        self._moved += min(removed, new)
        self._dropped += max(0, removed - new)
        self._added += max(0, new - removed)


@dataclass(slots=True)
class _Unit:
    """A sentence, item or row while it is written.

    text     without markers, and without the stop that ends it; `said` is the text with the stop, once it is complete
    pending  what may be its end: stops, markers and the blanks behind them
    waiting  numbers that the model wrote inside, and that what was before them does not support
    cited    numbers that are shown
    written  numbers that the model wrote and that name a passage
    """

    kind: UnitKind = "prose"
    text: str = ""
    said: str = ""
    pending: list[Part] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)
    cited: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)


def _completed(support: Support, chosen: Sequence[int]) -> list[int]:
    """Return the chosen contexts, and those that have most of what these lack."""
    completed = list(chosen)
    while len(completed) < max(_MOST, len(chosen)):
        further = support.best(completed)
        if further is None:
            break
        gain = support.share((*completed, further)) - support.share(completed)
        if completed and gain < _LEAST_GAIN:
            break
        completed.append(further)
    return completed


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def cited_passages(text: str, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the passages that an answer cites, in the order of their numbers."""
    numbers = {number for part in split_parts(text) for number in part.numbers}
    return tuple(passage for passage in passages if passage.index in numbers)


def without_markers(text: str) -> str:
    """Return the text without its citation markers."""
    return "".join(part.text for part in split_parts(text) if part.kind != "marker")

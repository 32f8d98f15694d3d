"""Compare the flags of the grounding check with answers in which a reader has labelled what is unsupported.

Two spans touch when they have at least one character in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from evals.cases.case import LabelledAnswer

Flag: TypeAlias = dict[str, Any]
"""A flag of a report, as in the HTTP contract."""


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """A labelled answer and the grounding report on it."""

    labelled: LabelledAnswer
    report: dict[str, Any]

    @property
    def hard_flags(self) -> list[Flag]:
        """The hard flags, in the order of the answer."""
        return [flag for flag in self.report["flags"] if flag["severity"] == "hard"]

    @property
    def false_alarms(self) -> list[Flag]:
        """The hard flags that touch no label."""
        return [flag for flag in self.hard_flags if not any(_touch(flag, span) for span in self.labelled.spans)]

    @property
    def missed(self) -> list[str]:
        """The labelled parts that no flag touches, hard or soft."""
        return self._untouched_by(self.report["flags"])

    @property
    def missed_by_hard_flags(self) -> list[str]:
        """The labelled parts that no hard flag touches."""
        return self._untouched_by(self.hard_flags)

    def _untouched_by(self, flags: Sequence[Flag]) -> list[str]:
        parts = zip(self.labelled.unsupported, self.labelled.spans, strict=True)
        return [part for part, span in parts if not any(_touch(flag, span) for flag in flags)]


def _touch(flag: Flag, span: tuple[int, int]) -> bool:
    start, end = span
    return bool(flag["start"] < end and start < flag["end"])

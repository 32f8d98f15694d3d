"""What a check finds: a line of the file, what is wrong with it, and the fix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from evals.cases.case import Case

Severity: TypeAlias = Literal["error", "warning"]
FindingKind: TypeAlias = Literal["format", "gold", "leak", "duplicate", "split", "balance", "other document"]
"""What is found.

    format          a line that is no case, or an id that is used twice
    gold            a gold quote that is in no document, or in none as it is quoted
    leak            the answer is in the question
    duplicate       two questions that ask the same
    split           questions of "dev" and "test" that share a gold quote, or ask the same
    balance         too few questions of a kind or a split, or too many about one document
    other document  another document has the gold quote too, and gold does not name it
"""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `line` is None for one about the file as a whole."""

    severity: Severity
    kind: FindingKind
    line: int | None
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Line:
    """A case and the line that it is on."""

    number: int
    case: Case

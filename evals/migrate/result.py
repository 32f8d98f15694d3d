"""The result of a migration: what was tried, what was found on dev cases, and what held-out cases say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from evals.migrate.candidate import Candidate
from evals.migrate.confirm import Confirmation
from evals.migrate.search import Search

Verdict: TypeAlias = Literal["gain", "no gain"]


@dataclass(frozen=True, slots=True)
class MigrationResult:
    """A finished migration, as written to `folder`.

    candidates    every prompt that was tried, the present one first
    rejected      why proposals of the model were not tried
    confirmation  the held-out comparison; None where no candidate was better than the present prompt on dev cases
    old_score     what the old model reached on the held-out cases, and on how many of them; None without its run
    files         what was written for the domain: none without a gain
    """

    folder: Path
    old: str
    new: str
    metrics: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    rejected: tuple[str, ...]
    search: Search
    confirmation: Confirmation | None
    old_score: tuple[float, int] | None
    requests: int
    files: tuple[Path, ...] = ()

    @property
    def tried(self) -> int:
        """How many candidates were tried beside the present prompt."""
        return len(self.candidates) - 1

    @property
    def verdict(self) -> Verdict:
        """Whether the held-out cases show a gain."""
        return "gain" if self.confirmation is not None and self.confirmation.is_gain else "no gain"

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 0 a gain, 4 none."""
        return 0 if self.verdict == "gain" else 4

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "folder": str(self.folder),
            "from": self.old,
            "to": self.new,
            "metrics": list(self.metrics),
            "verdict": self.verdict,
            "tried": self.tried,
            "rejected": list(self.rejected),
            "rounds": [{"cases": one.cases, "scores": dict(one.scores)} for one in self.search.rounds],
            "best": asdict(self.search.best),
            "held_out": asdict(self.confirmation) if self.confirmation else None,
            "old": {"score": self.old_score[0], "cases": self.old_score[1]} if self.old_score else None,
            "requests": self.requests,
            "files": [str(file) for file in self.files],
        }


def last_score(result: MigrationResult, name: str) -> tuple[float, int]:
    """Return a candidate's mean dev score in the last round that it was in, and the number of cases of that round."""
    found: Sequence[tuple[float, int]] = [
        (one.scores[name], one.cases) for one in result.search.rounds if name in one.scores
    ]
    return found[-1]


def ranked(result: MigrationResult) -> list[Candidate]:
    """Return the present prompt, and then the candidates: those of later rounds first, the higher scores first."""

    def place(candidate: Candidate) -> tuple[int, float]:
        value, cases = last_score(result, candidate.name)
        return -cases, -value

    return [result.candidates[0], *sorted(result.candidates[1:], key=place)]

"""Decide whether a system may replace another one, by the gate of the set's domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.domain import load_domain
from core.errors import ConfigurationError
from evals.compare.pairs import pair_runs
from evals.distill.run.place import Place
from evals.distill.run.sets import JudgeSet
from evals.gate.gate import gate_runs
from evals.gate.result import Verdict
from evals.run.folder import read_run


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict on a system of the run in place of another one, in a set."""

    judged: str
    candidate: str
    original: str
    verdict: Verdict

    def to_dict(self) -> dict[str, Any]:
        """Return the decision as JSON values."""
        named = {"set": self.judged, "candidate_system": self.candidate, "original_system": self.original}
        return {**named, **self.verdict.to_dict(), "exit_code": self.verdict.exit_code}


def decide(place: Place, judged: JudgeSet, candidate: str, original: str) -> Decision:
    """Return the verdict on a system against another one. Raises ConfigurationError for a gate that does not apply."""
    domain = load_domain(judged.settings.domain_dir)
    pairs = pair_runs(
        read_run(place.run(judged.name, original)), read_run(place.run(judged.name, candidate)), common=False
    )
    return Decision(judged.name, candidate, original, gate_runs(pairs, domain.gate, domain.name))


def check_gate(place: Place, judged: JudgeSet, candidate: str, original: str) -> None:
    """Apply the gate to a pair of systems before anything is trained.

    Raises ConfigurationError for a gate with a metric that these runs do not have.
    """
    try:
        decide(place, judged, candidate, original)
    except ConfigurationError as error:
        raise ConfigurationError(f"The gate of '{judged.name}' cannot be applied to this run: {error}") from error

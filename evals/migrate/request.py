"""What is asked of a migration: the models, the cases, what is maximised, and how much may be asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.migrate.score import DEFAULT_METRICS


@dataclass(frozen=True, slots=True)
class MigrationRequest:
    """Find a prompt for the model `new` in place of the one that the recipe has for `old`.

    old_run    folder of a run of the old model: what it reached on the same cases is reported beside
    metrics      what counts for an answer (`evals/migrate/score.py`)
    proposals    how many prompts a model is asked for; 0: only the fixed variations are tried
    requests     most answers that are asked for, of dev and held-out cases together; None: as many as needed
    concurrency  answers that are asked for at a time
    cases        file of gold questions; None: the domain's
    out          folder of the migration, which is continued where it exists; None: a new one in the data directory
    """

    old: str
    new: str
    recipe: str = "default"
    old_run: Path | None = None
    metrics: tuple[str, ...] = DEFAULT_METRICS
    proposals: int = 6
    requests: int | None = None
    concurrency: int = 4
    cases: Path | None = None
    out: Path | None = None

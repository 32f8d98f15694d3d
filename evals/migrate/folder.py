"""The folder of a migration, which can be continued.

    configuration.json          the models, the recipe, the cases and what is maximised
    candidates.json             every prompt that is tried, and why proposals were rejected
    dev/NAME, held-out/NAME     the answers with each candidate, each a run as `groundwork eval run` writes it
    result.json                 the result, as `--json` prints it
    system.md or small.md       the prompt that was found, and recipe.toml: where it belongs. Only for a gain

An answer that is there is not asked for again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.recipe import Recipe
from evals.cases.case import Split
from evals.migrate.candidate import Candidate
from evals.migrate.propose import Proposals
from evals.run.case_result import CaseResult
from evals.run.folder import CONFIGURATION_FILE, RESULTS_FILE, create_folder, read_run, result_line, write_json

CANDIDATES_FILE = "candidates.json"
RESULT_FILE = "result.json"
_PARTS: Mapping[Split, str] = {"dev": "dev", "test": "held-out"}


def open_folder(folder: Path, configuration: Mapping[str, Any]) -> None:
    """Make the folder of a migration, or continue the one that is there.

    Raises ConfigurationError for a folder of something else, or of a migration with another configuration.
    """
    file = folder / CONFIGURATION_FILE
    if not folder.exists():
        create_folder(folder)
        write_json(file, configuration)
        return
    known = _read_object(file)
    # As it is read again: JSON has lists in place of tuples.
    wanted = json.loads(json.dumps(configuration))
    different = sorted(key for key in known.keys() | wanted.keys() if known.get(key) != wanted.get(key))
    if different:
        raise ConfigurationError(
            f"{folder} has a migration with another {', '.join(different)}, which cannot be continued. "
            "Name another folder with --out."
        )


def load_proposals(folder: Path) -> Proposals | None:
    """Return the proposals of an earlier start; None where there are none yet."""
    file = folder / CANDIDATES_FILE
    if not file.exists():
        return None
    found = _read_object(file)
    try:
        candidates = tuple(Candidate(**row) for row in found["candidates"])
        proposed = tuple(candidate for candidate in candidates if candidate.origin == "proposed")
        return Proposals(proposed, tuple(found["rejected"]))
    except (KeyError, TypeError) as error:
        raise ConfigurationError(f"{file} cannot be continued ({error}). Name another folder with --out.") from error


def save_candidates(folder: Path, candidates: tuple[Candidate, ...], rejected: tuple[str, ...]) -> None:
    """Write every candidate, and why proposals were rejected."""
    rows = [asdict(candidate) for candidate in candidates]
    write_json(folder / CANDIDATES_FILE, {"candidates": rows, "rejected": list(rejected)})


class Answers:
    """The answers with each candidate, in their run folders."""

    def __init__(self, folder: Path, configuration: Mapping[str, Any]) -> None:
        self._folder = folder
        self._configuration = configuration
        self._known: dict[Path, dict[str, CaseResult]] = {}

    def find(self, candidate: str, split: Split, case: str) -> CaseResult | None:
        """Return the answer to a case; None where it was not asked. Raises ConfigurationError for a damaged file."""
        return self._of(self._run(candidate, split)).get(case)

    def add(self, candidate: str, recipe: Recipe, result: CaseResult) -> None:
        """Write an answer."""
        run = self._run(candidate, result.case.split)
        of_run = self._of(run)
        if not run.exists():
            create_folder(run)
            about = {**self._configuration, "split": result.case.split, "recipe": asdict(recipe)}
            write_json(run / CONFIGURATION_FILE, about)
        with (run / RESULTS_FILE).open("a", encoding="utf-8") as lines:
            lines.write(result_line(result))
        of_run[result.case.id] = result

    def _run(self, candidate: str, split: Split) -> Path:
        return self._folder / _PARTS[split] / candidate

    def _of(self, run: Path) -> dict[str, CaseResult]:
        if run not in self._known:
            file = run / RESULTS_FILE
            if file.exists():
                _drop_torn_line(file)
                self._known[run] = {result.case.id: result for result in read_run(run).results}
            else:
                self._known[run] = {}
        return self._known[run]


def _drop_torn_line(file: Path) -> None:
    """Remove what a process that was killed has left of its last line."""
    content = file.read_bytes()
    end = content.rfind(b"\n") + 1
    if end < len(content):
        file.write_bytes(content[:end])


def _read_object(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as that of a migration: {error}. Name another folder with --out."
        ) from error

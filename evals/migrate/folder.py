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
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.errors import ConfigurationError
from core.recipe import Recipe
from evals.cases.case import Case, Split
from evals.migrate.candidate import Candidate
from evals.migrate.propose import Proposals
from evals.run.case_result import CaseResult
from evals.run.folder import CONFIGURATION_FILE, RESULTS_FILE, create_folder, write_json
from evals.run.results_file import ResultsFile

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
    """The answers with each candidate, in their run folders, of one process at a time; a context manager."""

    def __init__(self, folder: Path, configuration: Mapping[str, Any]) -> None:
        self._folder = folder
        self._configuration = configuration
        self._files: dict[Path, ResultsFile] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def find(self, candidate: str, case: Case) -> CaseResult | None:
        """Return the answer to a case; None where it was not asked. Raises ConfigurationError for a damaged file."""
        run = self._run(candidate, case)
        return self._file(run).results.get(case.id) if (run / RESULTS_FILE).exists() else None

    def add(self, candidate: str, recipe: Recipe, result: CaseResult) -> None:
        """Write an answer."""
        run = self._run(candidate, result.case)
        if not run.exists():
            create_folder(run)
            about = {**self._configuration, "split": result.case.split, "recipe": asdict(recipe)}
            write_json(run / CONFIGURATION_FILE, about)
        self._file(run).add(result)

    def _run(self, candidate: str, case: Case) -> Path:
        return self._folder / _PARTS[case.split] / candidate

    def _file(self, run: Path) -> ResultsFile:
        if run not in self._files:
            self._files[run] = self._open.enter_context(ResultsFile(run))
        return self._files[run]


def _read_object(file: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ConfigurationError(
            f"{file} cannot be read as that of a migration: {error}. Name another folder with --out."
        ) from error

"""Who is compared with whom: every two models on every case that both were asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from core.errors import ConfigurationError
from evals.cases.case import Case
from evals.quotes import without_markers
from evals.run.case_result import CaseResult
from evals.run.folder import RunFolder, check_complete, read_run


@dataclass(frozen=True, slots=True)
class Entry:
    """A run that takes part, and the name of its model; without one the configuration of the run names it."""

    folder: Path
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """The results of two models on one case."""

    a: str
    b: str
    result_a: CaseResult
    result_b: CaseResult

    @property
    def case(self) -> Case:
        """The case that both were asked."""
        return self.result_a.case

    @property
    def answers(self) -> tuple[str, str] | None:
        """Both answers without citation markers, which name other passages; None where a request failed."""
        a, b = self.result_a.response, self.result_b.response
        if a is None or b is None:
            return None
        return without_markers(a.content).strip(), without_markers(b.content).strip()


def parse_entry(text: str) -> Entry:
    """Return the entry of an argument: FOLDER or NAME=FOLDER. Raises ConfigurationError for an empty part."""
    name, equals, folder = text.partition("=")
    if not equals or Path(text).is_dir():
        return Entry(Path(text))
    if not name or not folder:
        raise ConfigurationError(f"'{text}' is no run. Write FOLDER or NAME=FOLDER.")
    return Entry(Path(folder), name)


def read_entries(entries: Sequence[Entry]) -> dict[str, RunFolder]:
    """Read the runs, by the names of their models.

    Raises ConfigurationError for fewer than two runs, runs that cannot be read, and two of one name.
    """
    if len(entries) < 2:
        raise ConfigurationError(
            f"An arena needs two runs or more, and {len(entries)} is named. Make each with: groundwork eval run"
        )
    runs: dict[str, RunFolder] = {}
    for entry in entries:
        run = read_run(entry.folder)
        check_complete(run)
        name = entry.name or _model_of(run)
        if name in runs:
            raise ConfigurationError(
                f"{runs[name].folder} and {entry.folder} are both of '{name}'. Name them: first={runs[name].folder} "
                f"second={entry.folder}"
            )
        runs[name] = run
    return runs


def make_matches(runs: dict[str, RunFolder]) -> list[Match]:
    """Return the matches, by pair of models and then by case.

    Raises ConfigurationError where two runs have different cases under one id, and where no case is in two runs.
    """
    results = {name: {result.case.id: result for result in run.results} for name, run in runs.items()}
    matches: list[Match] = []
    for a, b in combinations(runs, 2):
        for case_id, result in results[a].items():
            other = results[b].get(case_id)
            if other is not None:
                _check_same(runs[a], runs[b], result.case, other.case)
                matches.append(Match(a, b, result, other))
    if not matches:
        raise ConfigurationError(
            f"The runs {', '.join(str(run.folder) for run in runs.values())} have no case in common. Ask all models "
            "the same cases: groundwork eval run --cases FILE"
        )
    return matches


def _model_of(run: RunFolder) -> str:
    """Return the name of the model, or what answered in its place, with the recipe if it is not the default one."""
    model = run.configuration.get("model") or run.configuration.get("mode") or run.folder.name
    recipe = (run.configuration.get("recipe") or {}).get("name", "default")
    return str(model) if recipe == "default" else f"{model}, {recipe}"


def _check_same(a: RunFolder, b: RunFolder, one: Case, other: Case) -> None:
    if (one.question, one.history, one.gold) != (other.question, other.history, other.gold):
        raise ConfigurationError(
            f"{a.folder} and {b.folder} have different questions under the id '{one.id}'. Ask both models the same "
            "cases: groundwork eval run --cases FILE"
        )

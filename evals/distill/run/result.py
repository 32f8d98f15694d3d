"""What a distillation found: run.json in its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.stats import Estimate
from evals.distill.run.budget import spent
from evals.distill.run.figures import figures
from evals.distill.run.place import Place, StageRecord, read_object
from evals.distill.run.sets import JudgeSet
from evals.distill.run.stages import choose, compress, data, train
from evals.distill.run.stages.gate import Decision
from evals.distill.run.systems import BASE, COMPRESSED, EXTRACTIVE, STUDENT
from evals.gate.console import explain
from evals.run.folder import read_run

FORMAT = "groundwork-distill-run-1"
Figures = Mapping[str, Mapping[str, Estimate]]
"""By system, then by metric."""


@dataclass(frozen=True, slots=True)
class DistillRunResult:
    """One distillation.

    inputs       what decided it
    budget       seconds of the budget, spent, given to training, and of each stage, with what was expected of it
    cases        by set the number of questions, and how many were left out for which reason
    data         what the data card says
    training     what distillation.json says
    compression  what compression.json says; None without one
    systems      the names of the systems, in the order in which they were judged
    models       the folder of each system's checkpoint; of the extractive answers there is none
    sets         by set, then by system, the figures
    gates        the verdicts, that of the student in the own set first
    """

    folder: Path
    date: str
    inputs: Mapping[str, Any]
    budget: Mapping[str, Any]
    cases: Mapping[str, Any]
    data: Mapping[str, Any]
    training: Mapping[str, Any]
    compression: Mapping[str, Any] | None
    systems: tuple[str, ...]
    models: Mapping[str, str]
    sets: Mapping[str, Figures]
    gates: tuple[Mapping[str, Any], ...]

    @property
    def exit_code(self) -> int:
        """The exit code of the command: that of the gate on the student in the own set."""
        return int(self.gates[0]["exit_code"])

    def to_dict(self) -> dict[str, Any]:
        """Return the object of run.json."""
        return {
            "format": FORMAT,
            **asdict(self),
            "folder": str(self.folder),
            "systems": list(self.systems),
            "gates": list(map(dict, self.gates)),
            "verdict": self.gates[0]["verdict"],
            "exit_code": self.exit_code,
        }


def make_result(
    place: Place,
    budget_s: float,
    inputs: Mapping[str, Any],
    sets: Sequence[JudgeSet],
    models: Mapping[str, Path | None],
    decisions: Sequence[Decision],
) -> DistillRunResult:
    """Return the result of the stages in a folder, all of which are finished."""
    records = place.records()
    reference = next(iter(models))
    runs = {one.name: {name: read_run(place.run(one.name, name)) for name in models} for one in sets}
    compressed = records.get(compress.NAME)
    return DistillRunResult(
        folder=place.folder,
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
        inputs=dict(inputs),
        budget=_budget(records, budget_s),
        cases=_outputs(records[choose.NAME]),
        data=_outputs(records[data.NAME]),
        training=_outputs(records[train.NAME])["result"],
        compression=None if compressed is None else _outputs(compressed)["result"],
        systems=tuple(models),
        models={name: str(folder) for name, folder in models.items() if folder is not None},
        sets={name: figures(of_set, reference) for name, of_set in runs.items()},
        gates=tuple(_gate(one) for one in decisions),
    )


def read_result(place: Place) -> DistillRunResult:
    """Read run.json. Raises ConfigurationError for a file of another version, or one that cannot be read."""
    found = read_object(place.result_file) or {}
    try:
        if found.pop("format") != FORMAT:
            raise ValueError(f"the format is not {FORMAT}")
        del found["verdict"], found["exit_code"]
        return DistillRunResult(
            **{
                **found,
                "folder": place.folder,
                "systems": tuple(found["systems"]),
                "gates": tuple(found["gates"]),
                "sets": {
                    name: {system: _estimates(values) for system, values in systems.items()}
                    for name, systems in found["sets"].items()
                },
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{place.result_file} is not the result of a distillation ({type(error).__name__}: {error}). Remove it, "
            "and run the command again: the stages are kept."
        ) from error


def _estimates(values: Mapping[str, Mapping[str, Any]]) -> dict[str, Estimate]:
    return {metric: Estimate(**estimate) for metric, estimate in values.items()}


def _budget(records: Mapping[str, StageRecord], budget_s: float) -> dict[str, Any]:
    training = _outputs(records[train.NAME])
    expected = {**training["reserve"]["stages"], train.NAME: training["given_s"]}
    order = sorted(records.values(), key=lambda one: _ORDER.index(one.name))
    return {
        "seconds": budget_s,
        "spent_s": spent(records.values()),
        "stages": {one.name: {"seconds": one.seconds, "expected_s": expected.get(one.name)} for one in order},
    }


_ORDER = (
    choose.NAME,
    data.NAME,
    EXTRACTIVE,
    BASE,
    compress.CALIBRATION,
    train.NAME,
    STUDENT,
    compress.NAME,
    COMPRESSED,
)
"""The stages as they are done."""


def _gate(decision: Decision) -> dict[str, Any]:
    verdict = decision.verdict
    decided = verdict.of("missed") or verdict.of("undecided")
    return {**decision.to_dict(), "reasons": [explain(one) for one in decided]}


def _outputs(record: StageRecord) -> Mapping[str, Any]:
    assert record.outputs is not None
    return record.outputs

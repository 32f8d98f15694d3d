"""Read experiments for people: the list, and the report of one. Both block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.database import Database
from app.experiments import records
from app.experiments.monitor import Clock, utc_now
from app.experiments.report import ExperimentReport, make_report, status_of, stop_dict
from app.experiments.state import running_at
from core.errors import NotFound
from core.experiments import PARTS, Experiment


def experiment_named(experiments: Sequence[Experiment], name: str | None, now: Clock = utc_now) -> Experiment:
    """Return an experiment by name; without a name the one that runs, else the one that ended last.

    Raises NotFound, which lists the names.
    """
    for experiment in experiments:
        if experiment.name == name:
            return experiment
    names = ", ".join(experiment.name for experiment in experiments) or "none"
    if name is not None:
        raise NotFound(f"There is no experiment '{name}' in domain.toml. Experiments: {names}.", code="not_found")
    moment = now()
    ended = [experiment for experiment in experiments if status_of(experiment, moment) == "ended"]
    found = running_at(experiments, moment) or max(ended, key=lambda one: one.end, default=None)
    if found is None:
        raise NotFound(f"No experiment of domain.toml runs or has ended. Experiments: {names}.", code="not_found")
    return found


def report_of(experiment: Experiment, database: Database, now: Clock = utc_now) -> ExperimentReport:
    """Return what an experiment found so far. Raises DatabaseFault."""
    with database.reading() as session:
        outcomes = records.outcomes_of(session, experiment.name)
        stops = records.stops_of(session, experiment.name)
    return make_report(experiment, outcomes, stops, now())


def listed(experiments: Sequence[Experiment], database: Database, now: Clock = utc_now) -> list[dict[str, Any]]:
    """Return the experiments with their arms, as JSON has them. Raises DatabaseFault."""
    moment = now()
    with database.reading() as session:
        stops = {experiment.name: records.stops_of(session, experiment.name) for experiment in experiments}
    return [
        {
            "name": experiment.name,
            "status": status_of(experiment, moment),
            "start": experiment.start.isoformat(),
            "end": experiment.end.isoformat(),
            "sticky": experiment.sticky,
            "metric": experiment.metric,
            "shadow": experiment.shadow,
            "arms": [
                {"name": name, "share": share / PARTS, "stop": stop_dict(stops[experiment.name].get(name))}
                for name, share in experiment.shares.items()
            ],
        }
        for experiment in experiments
    ]

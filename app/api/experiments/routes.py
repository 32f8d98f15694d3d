"""`/v1/experiments`: what runs, what was stopped and why, and what each experiment found."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from app.api.experiments.responses import ExperimentFound, ExperimentList, ExperimentRow
from app.api.openapi import error_responses
from app.service.service import Service


def experiment_routes(service: Service) -> APIRouter:
    """Return the routes over a service."""
    routes = APIRouter()

    @routes.get("/v1/experiments", responses=error_responses(503))
    def experiments() -> ExperimentList:
        """List the experiments of the domain, in its order, with the arms that were stopped."""
        # The database takes half a second to import.
        from app.experiments.read import listed

        found = listed(service.domain.experiments, service.database)
        return ExperimentList(experiments=[ExperimentRow.model_validate(row) for row in found])

    @routes.get("/v1/experiments/{name}", responses=error_responses(404, 503))
    def experiment(name: Annotated[str, Path(description="The experiment's name.")]) -> ExperimentFound:
        """Show what an experiment found: each arm beside the control, with intervals that may be read at any time."""
        from app.experiments.read import experiment_named, report_of

        report = report_of(experiment_named(service.domain.experiments, name), service.database)
        return ExperimentFound.model_validate(report.to_dict())

    return routes

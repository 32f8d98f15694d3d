"""`groundwork experiment …`: what runs, and what it found. Read from the database, beside any running service."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.options import AsJson, opened_database, print_json, settings_from, stdout

experiment = typer.Typer(help="See what an A/B test or a limited roll-out found.", no_args_is_help=True)


@experiment.command("report")
def report_command(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="The experiment. Default: the one that runs, or that ended last."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare each arm with the control, with intervals that may be read every day."""
    from app.experiments.read import experiment_named, report_of
    from cli.operations.experiment_console import print_report
    from core.domain import load_domain

    found = experiment_named(load_domain(settings_from().domain_dir).experiments, name)
    with opened_database() as database:
        report = report_of(found, database)
    print_json(report.to_dict()) if as_json else print_report(report, stdout())


@experiment.command("list")
def list_command(as_json: AsJson = False) -> None:
    """List the experiments of the domain, and which arms were stopped."""
    from app.experiments.read import listed
    from cli.operations.experiment_console import print_experiments
    from core.domain import load_domain

    experiments = load_domain(settings_from().domain_dir).experiments
    with opened_database() as database:
        rows = listed(experiments, database)
    print_json({"experiments": rows}) if as_json else print_experiments(rows, stdout())

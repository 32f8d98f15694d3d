"""`groundwork eval report`: write the report of a run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, print_json


def report_command(
    folder: Annotated[Path, typer.Argument(help="Folder of a run, which may be incomplete.")], as_json: AsJson = False
) -> None:
    """Write report.html of a run again, from its results: after an upgrade, or after a judge was asked."""
    from evals.run.folder import read_run
    from evals.run.report.write import write_report
    from evals.run.summary import summarise

    run = read_run(folder)
    file = write_report(run, summarise(run.results))
    print_json({"report": str(file)}) if as_json else typer.echo(f"Written to {file}")

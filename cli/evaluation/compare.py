"""`groundwork eval compare`: two runs over the same cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, print_json, print_table, stdout, write_text
from core.errors import ConfigurationError


def compare_command(
    a: Annotated[Path, typer.Argument(help="Folder of the run to compare with.")],
    b: Annotated[Path, typer.Argument(help="Folder of the run that is compared.")],
    metric: Annotated[
        str | None, typer.Option(help="List the cases that B won and lost in this metric, with both answers.")
    ] = None,
    common: Annotated[
        bool, typer.Option("--common", help="Compare the cases that are the same in both, where others differ.")
    ] = False,
    html: Annotated[
        Path | None, typer.Option(help="Write the comparison, with every answer, as one HTML page.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Compare run B with run A: paired differences with intervals, the cases won and lost, and power."""
    from evals.compare.compare import compare_runs
    from evals.compare.console import comparison_table, print_cases, print_closing
    from evals.compare.html import render_page
    from evals.compare.pairs import pair_runs
    from evals.run.folder import read_run

    comparison = compare_runs(pair_runs(read_run(a), read_run(b), common=common))
    shown = next((one for one in comparison.differences if one.metric.name == metric), None)
    if metric is not None and shown is None:
        names = ", ".join(one.metric.name for one in comparison.differences)
        raise ConfigurationError(f"The runs have no metric '{metric}'. Metrics of both: {names}.")
    if html is not None:
        write_text(html, render_page(comparison))
    if as_json:
        print_json(comparison.to_dict())
        return
    console = stdout()
    print_table(comparison_table(comparison), console)
    print_closing(comparison, console)
    if shown is not None:
        print_cases(comparison, shown, console)

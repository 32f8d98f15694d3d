"""`groundwork eval gate`: decide whether a candidate may replace the original."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, print_json, print_table, settings_from, stdout


def gate_command(
    candidate: Annotated[Path, typer.Argument(help="Folder of the candidate's run.")],
    against: Annotated[Path, typer.Option(help="Folder of the original's run over the same cases.")],
    as_json: AsJson = False,
) -> None:
    """Decide by the margins and SLOs of domain.toml: ships (0), does not ship (4), not enough questions (5)."""
    from core.domain import load_domain
    from evals.compare.pairs import pair_runs
    from evals.gate.console import print_decision, verdict_table
    from evals.gate.gate import gate_runs
    from evals.run.folder import read_run

    runs = pair_runs(read_run(against), read_run(candidate), common=False)
    verdict = gate_runs(runs, load_domain(settings_from().domain_dir).gate)
    if as_json:
        print_json(verdict.to_dict())
    else:
        console = stdout()
        print_table(verdict_table(verdict), console)
        print_decision(verdict, console)
    raise typer.Exit(verdict.exit_code)

"""`groundwork eval gate`: decide whether a candidate may replace the original."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.options import AsJson, model_folder, print_json, print_table, settings_from, stdout


def gate_command(
    candidate: Annotated[Path, typer.Argument(help="Folder of the candidate's run.")],
    against: Annotated[Path, typer.Option(help="Folder of the original's run over the same cases.")],
    record: Annotated[
        Path | None, typer.Option(help="Write the sealed record of the verdict, for `groundwork release promote`.")
    ] = None,
    checkpoint: Annotated[
        str | None,
        typer.Option(
            help="The candidate's model, a folder or a name of `model get`: its hashes are in the record. Default: the "
            "model on this machine that the run's model has the name of."
        ),
    ] = None,
    plan: Annotated[
        Path | None, typer.Option(help="A plan of `groundwork model plan --json`, which the record keeps.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide by the margins and SLOs of domain.toml: ships (0), does not ship (4), not enough questions (5)."""
    from core.domain import load_domain
    from core.releases import write_record
    from evals.compare.pairs import pair_runs
    from evals.gate.console import print_decision, verdict_table
    from evals.gate.gate import gate_runs
    from evals.release.record import make_record, read_plan
    from evals.run.folder import read_run

    if record is None and (checkpoint is not None or plan is not None):
        raise typer.BadParameter("--checkpoint and --plan are kept in the record: name its file with --record.")
    domain = load_domain(settings_from().domain_dir)
    table = domain.gate
    verdict = gate_runs(pair_runs(read_run(against), read_run(candidate), common=False), table, domain.name)
    if record is not None:
        sealed = make_record(
            verdict,
            table,
            datetime.now(UTC).replace(microsecond=0),
            checkpoint=_checkpoint(checkpoint, verdict.runs.b.configuration["model"]),
            plan=None if plan is None else read_plan(plan),
        )
        write_record(record, sealed)
    if as_json:
        print_json(verdict.to_dict() if record is None else {**verdict.to_dict(), "record": sealed.sha256})
    else:
        console = stdout()
        print_table(verdict_table(verdict), console)
        print_decision(verdict, console)
        if record is not None:
            console.print(f"Record {sealed.id}: {record}", soft_wrap=True, markup=False)
    raise typer.Exit(verdict.exit_code)


def _checkpoint(argument: str | None, model: str | None) -> dict[str, Any] | None:
    """Return the identity of the candidate's checkpoint; None where there is none, or it is not on this machine."""
    from serving.checkpoint.identity import describe_checkpoint, find_checkpoint

    if argument is not None:
        folder: Path | None = model_folder(argument)
    else:
        folder = None if model is None else find_checkpoint(model, settings_from().models)
    if folder is None:
        return None
    typer.echo(f"Hashing the files of {folder}.", err=True)
    return describe_checkpoint(folder)

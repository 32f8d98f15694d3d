"""The front door of `groundwork …`: every command, and the exit codes of all.

Exit codes: 0 done; 1 failed, or nothing could be read; 2 wrong usage; 3 done, but files of a supported kind failed, or
files of an update are to be decided on; 4 a gate says *does not ship*; 5 a gate says *not enough questions*; 6 the
index has to be rebuilt first.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from cli.documents import health_command
from cli.evaluation import evaluation
from cli.fork.commands import new_command, update_command
from cli.guard import guard_command
from cli.ingestion.command import ingest_command
from cli.mcp import mcp_command
from cli.model import model
from cli.operations.access import audit_command, keys
from cli.operations.backup import backup_command, restore_command
from cli.operations.experiment import experiment
from cli.operations.explain import explain_command
from cli.operations.gaps import gaps_command
from cli.operations.records import records
from cli.operations.reviews import reviews
from cli.questions import ask_command, ground_command, search_command
from cli.release import release
from cli.service import serve_command
from core.disk import disk_full
from core.errors import ConfigurationError, FingerprintMismatch, GroundworkError

_REBUILD = 6
"""`make demo` rebuilds the index then."""

cli = typer.Typer(
    name="groundwork",
    help="Grounded, cited answers from your documents.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
cli.command("ingest")(ingest_command)
cli.command("serve")(serve_command)
cli.command("ask")(ask_command)
cli.command("search")(search_command)
cli.command("ground")(ground_command)
cli.command("guard")(guard_command)
cli.command("mcp")(mcp_command)
cli.command("health")(health_command)
cli.command("explain")(explain_command)
cli.command("gaps")(gaps_command)
cli.command("audit")(audit_command)
cli.command("new")(new_command)
cli.command("update")(update_command)
cli.command("backup")(backup_command)
cli.command("restore")(restore_command)
cli.add_typer(records, name="records")
cli.add_typer(reviews, name="reviews")
cli.add_typer(experiment, name="experiment")
cli.add_typer(keys, name="keys")
cli.add_typer(evaluation, name="eval")
cli.add_typer(release, name="release")
cli.add_typer(model, name="model")


def main() -> None:
    """Run a command. An error that Groundwork raises on purpose becomes one line on stderr and an exit code."""
    try:
        _check_arguments(sys.argv)
        cli()
    except ConfigurationError as error:
        typer.echo(f"groundwork: {error}", err=True)
        sys.exit(2)
    except GroundworkError as error:
        typer.echo(f"groundwork: {error}", err=True)
        sys.exit(_REBUILD if isinstance(error, FingerprintMismatch) else 1)
    except OSError as error:
        full = disk_full(error)
        if full is None:
            raise
        typer.echo(f"groundwork: {full}", err=True)
        sys.exit(1)


def _check_arguments(arguments: Sequence[str]) -> None:
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError as error:
            shown = argument.encode(errors="surrogateescape").decode(errors="replace")
            raise ConfigurationError(
                f"The argument '{shown}' is not valid UTF-8. Type it in UTF-8, or rename the file to UTF-8."
            ) from error

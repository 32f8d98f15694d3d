"""`groundwork model distill …`: a small model that knows your documents. A file for each command."""

from __future__ import annotations

import typer

from cli.model.distill.data import data_command
from cli.model.distill.run import run_command
from cli.model.distill.train import train_command

distill = typer.Typer(
    help="A small model that knows your documents: its data, its training, its verdict.", no_args_is_help=True
)
distill.command("data")(data_command)
distill.command("train")(train_command)
distill.command("run")(run_command)

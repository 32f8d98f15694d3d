"""`groundwork model …`: get, compress, serve, measure and plan the model. A file for each command."""

from __future__ import annotations

import typer

from cli.model.bench import bench_command
from cli.model.compress import compress_command
from cli.model.distill import distill
from cli.model.get import get_command
from cli.model.lineage import lineage_command
from cli.model.plan import plan_command
from cli.model.prompts import prompts_command
from cli.model.serve import serve_command

model = typer.Typer(
    help="The model: getting, distilling, compressing, serving, measuring and planning it.", no_args_is_help=True
)
model.command("get")(get_command)
model.command("prompts")(prompts_command)
model.command("compress")(compress_command)
model.command("serve")(serve_command)
model.command("bench")(bench_command)
model.command("plan")(plan_command)
model.add_typer(distill, name="distill")
model.command("lineage")(lineage_command)

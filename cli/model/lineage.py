"""`groundwork model lineage`: what made a model, from its base on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, model_folder, print_json, print_table, stdout


def lineage_command(
    model: Annotated[
        str, typer.Argument(metavar="MODEL", help="The folder of a checkpoint or an adapter, or a name of `model get`.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show what made a model: its base, the data that it was taught on, its compression, each with hashes."""
    from rich.table import Table
    from rich.text import Text

    from serving.checkpoint.lineage import Step, read_lineage

    steps = read_lineage(model_folder(model))
    if as_json:
        print_json({"model": str(Path(model_folder(model)).resolve()), "steps": list(steps)})
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("step", "name", "from"):
        table.add_column(heading, no_wrap=heading != "from")

    def facts(step: Step) -> str:
        shown = {key: value for key, value in step.items() if key not in ("step", "name") and value not in (None, {})}
        return "\n".join(f"{key.replace('_', ' ')}: {_line(value)}" for key, value in shown.items())

    for step in steps:
        table.add_row(str(step["step"]), str(step["name"]), Text(facts(step)))
    print_table(table, stdout())


def _line(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return str(value)

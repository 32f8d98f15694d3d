"""`groundwork model prompts`: the prompts that the model would be given, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout

if TYPE_CHECKING:
    from core.settings import Settings
    from evals.prompts import Part


def prompts_command(
    out: Annotated[Path, typer.Option(help="The file to write: one JSON object a line.")],
    part: Annotated[
        Literal["served", "calibration", "check"],
        typer.Option(help="All questions as served, or one side of the documents held out for a check."),
    ] = "served",
    recipe: Annotated[str, typer.Option(help="A recipe of the domain.")] = "default",
    model: Annotated[
        str | None,
        typer.Option(help="The model's name: a small one has other prompts. Default: the recipe's, or LLM_MODEL."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the prompts that the model would be given, made from your documents and gold questions."""
    from core.prompts import write_prompts
    from evals.prompts import render_prompts

    with progress("Rendering prompts") as show:
        settings = settings_from()
        rendered = render_prompts(settings, part, show, recipe, model)
    write_prompts(out, rendered.prompts)
    if as_json:
        held_out = sorted(rendered.held_out)
        print_json({"prompts": len(rendered.prompts), "refused": rendered.refused, "held_out": held_out})
    else:
        omitted = f"{rendered.refused} questions would be refused, and are omitted"
        stdout().print(f"{len(rendered.prompts)} prompts in {out}; {omitted}.", soft_wrap=True)


def render_to_file(settings: Settings, part: Part, file: Path, model: str | None = None) -> Path:
    """Render a part's prompts into a file, as a model of this name would be given them, and return the file."""
    from core.prompts import write_prompts
    from evals.prompts import render_prompts

    with progress("Rendering prompts") as show:
        write_prompts(file, render_prompts(settings, part, show, model=model).prompts)
    return file

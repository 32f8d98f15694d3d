"""`groundwork eval harness`: run EleutherAI's lm-eval against the served model."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout, write_text
from core.errors import ConfigurationError
from core.settings import Settings


def harness_command(
    tasks: Annotated[
        str, typer.Option(help="Tasks, divided by commas: groundwork (your gold questions), or names of lm-eval's.")
    ] = "groundwork",
    url: Annotated[str | None, typer.Option(help="The model's server. Default: LLM_BASE_URL.")] = None,
    model: Annotated[
        str | None, typer.Option(help="The model's name on it. Default: the recipe's, or LLM_MODEL.")
    ] = None,
    recipe: Annotated[str, typer.Option(help="A recipe of the domain, for your questions.")] = "default",
    split: Annotated[Literal["dev", "test", "all"], typer.Option(help="Which of your questions.")] = "test",
    api: Annotated[
        Literal["chat", "completions"],
        typer.Option(help="Tasks that choose among given answers need completions, and a tokenizer."),
    ] = "chat",
    tokenizer: Annotated[
        Path | None, typer.Option(exists=True, file_okay=False, help="Folder of the model's tokenizer.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Most questions of each task.")] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="Requests at a time.")] = 4,
    online: Annotated[bool, typer.Option("--online", help="Let lm-eval fetch data of the Hugging Face hub.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="New folder for the run. Default: evals/DATE-harness in the data directory.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the result as one HTML page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run lm-eval against the model's server: your gold questions as a task, and standard tasks."""
    from evals.harness.console import print_harness
    from evals.harness.html import render_page
    from evals.harness.request import Harness, HarnessRequest
    from evals.harness.run import run_harness
    from serving.environments import REPOSITORY, check_python, python_of, variables

    settings = settings_from()
    server = url or settings.llm_base_url
    name = model or _model_of(settings, recipe) or settings.llm_model
    if server is None or name is None:
        missing = "server is named. Set LLM_BASE_URL, or use --url" if server is None else "model is named. Use --model"
        raise ConfigurationError(f"No {missing}.")
    python = python_of("harness")
    check_python(python, "harness", "lm-eval")
    process = variables(os.environ, OPENAI_API_KEY=settings.llm_api_key or "none")
    if online:
        del process["HF_HUB_OFFLINE"]
    request = HarnessRequest(
        tasks=tuple(task.strip() for task in tasks.split(",") if task.strip()),
        url=server,
        model=name,
        out=out or settings.data_dir / "evals" / f"{datetime.now():%Y-%m-%d-%H%M%S}-harness",
        recipe=recipe,
        split=split,
        api=api,
        tokenizer=tokenizer,
        limit=limit,
        concurrency=concurrency,
        online=online,
    )
    with progress("Rendering prompts") as show:
        result = run_harness(settings, request, Harness(python, process, REPOSITORY), show)
    if html is not None:
        write_text(html, render_page(result))
    print_json(result.to_dict()) if as_json else print_harness(result, stdout())


def _model_of(settings: Settings, recipe: str) -> str | None:
    """Return the model that a recipe names; None for another recipe, of which an unknown one is refused later."""
    from core.domain import load_domain

    found = load_domain(settings.domain_dir).recipes.get(recipe)
    return found.model or None if found is not None else None

"""`groundwork eval migrate-prompt`: search for a prompt for another model."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout, write_text
from core.errors import ConfigurationError


def migrate_command(
    old: Annotated[
        str,
        typer.Option("--from", help="The model that the prompt was written for: its name, or the folder of its run."),
    ],
    new: Annotated[str, typer.Option("--to", help="The model that a prompt is searched for, as its server names it.")],
    url: Annotated[str | None, typer.Option(help="The new model's server. Default: LLM_BASE_URL.")] = None,
    recipe: Annotated[str, typer.Option(help="A recipe of the domain.")] = "default",
    metric: Annotated[
        list[str] | None, typer.Option(help="What counts for an answer; repeatable. Default: see docs/evals.md.")
    ] = None,
    proposals: Annotated[int, typer.Option(min=0, max=50, help="Prompts that a model is asked to propose.")] = 6,
    proposer_url: Annotated[str | None, typer.Option(help="The proposer's server. Default: the new model's.")] = None,
    proposer_model: Annotated[str | None, typer.Option(help="The proposer. Default: the new model.")] = None,
    requests: Annotated[
        int | None, typer.Option(min=1, help="Most answers to ask for. Default: as many as needed.")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Answers that are asked for at a time.")] = 4,
    cases: Annotated[Path | None, typer.Option(help="File of gold questions. Default: the domain's.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the migration; one that exists is continued. Default: a new one.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the result as one HTML page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Try prompts for another model on dev cases, and report a gain only if held-out cases show it.

    Exits with 4 when they do not. The domain's files are never changed.
    """
    from cli.client import connect_here
    from evals.migrate.console import print_migration
    from evals.migrate.html import render_page
    from evals.migrate.proposer import proposer
    from evals.migrate.request import MigrationRequest
    from evals.migrate.run import migrate
    from evals.migrate.score import DEFAULT_METRICS

    settings = settings_from()
    server = url or settings.llm_base_url
    if server is None:
        raise ConfigurationError("No model's server is named. Set LLM_BASE_URL to the new model's, or use --url.")
    settings = replace(settings, llm_base_url=server, llm_model=new)
    old_run = Path(old) if Path(old).is_dir() else None
    request = MigrationRequest(
        old=old,
        new=new,
        recipe=recipe,
        old_run=old_run,
        metrics=tuple(metric) if metric else DEFAULT_METRICS,
        proposals=proposals,
        requests=requests,
        concurrency=concurrency,
        cases=cases,
        out=out,
    )
    complete = proposer(settings, proposer_url or server, proposer_model or new) if proposals else None
    with progress("Asking questions") as show:
        result = asyncio.run(
            migrate(settings, request, lambda own: connect_here(own, "groundwork eval migrate-prompt"), complete, show)
        )
    if html is not None:
        write_text(html, render_page(result))
    print_json(result.to_dict()) if as_json else print_migration(result, stdout())
    raise typer.Exit(result.exit_code)

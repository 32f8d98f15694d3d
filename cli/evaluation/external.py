"""`groundwork eval external`: run a public question set, and compare with published figures."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout, write_text


def external_command(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="scifact, mtrag-cloud, mtrag-clapnq, mtrag-fiqa, mtrag-govt or squad2; beir or squad: any other "
            "set in that format.",
        ),
    ],
    data: Annotated[
        Path, typer.Argument(metavar="DATA", help="The set as it is published: its folder, or the JSON file of SQuAD.")
    ],
    split: Annotated[str | None, typer.Option(help="The split of a BEIR set. Default: test.")] = None,
    recipe: Annotated[str, typer.Option(help="A recipe of the domain.")] = "default",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask a sample of so many questions. All passages are indexed.")
    ] = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Search, and answer no question.")] = False,
    index: Annotated[
        Path | None, typer.Option(help="Keep the index in this folder, so that the next run need not make it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="New folder for the run. Default: evals/DATE-NAME in the data directory.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the result as one HTML page.")] = None,
    as_json: AsJson = False,
) -> None:
    """Index the passages of a public set apart from yours, ask its questions, and compare with published figures."""
    from cli.client import connect
    from evals.external.console import print_external
    from evals.external.html import render_page
    from evals.external.run import ExternalRequest, run_external

    request = ExternalRequest(name, data, split, recipe, limit, not retrieval_only, index, out)
    settings = settings_from()
    result = asyncio.run(
        run_external(settings, request, lambda own: connect(own, "groundwork eval external"), progress)
    )
    if html is not None:
        write_text(html, render_page(result))
    print_json(result.to_dict()) if as_json else print_external(result, stdout())

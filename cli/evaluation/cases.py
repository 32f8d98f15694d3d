"""`groundwork eval cases …` and `groundwork eval review`: propose gold questions, check them, and decide on them."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import AsJson, print_json, progress, settings_from, stdout
from core.errors import ConfigurationError
from core.settings import Settings

if TYPE_CHECKING:
    from app.answer.generated.llm.protocol import LLMClient
    from evals.cases.case import Case

cases = typer.Typer(
    help="Gold questions: propose them from the documents, check them, accept them.", no_args_is_help=True
)


@cases.command("draft")
def draft_command(
    number: Annotated[int, typer.Option(min=1, max=10_000, help="How many drafts to make, at most.")] = 50,
    out: Annotated[
        Path | None,
        typer.Option(help="New file for them. Default: evals/drafts-DATE.jsonl in the data directory."),
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed draws the same drafts of the same documents.")] = 2026,
    by_model: Annotated[
        bool, typer.Option("--by-model", help="Let the model of the settings (LLM_BASE_URL) write the questions.")
    ] = False,
    model_url: Annotated[
        str | None, typer.Option(help="Let the model of this OpenAI-compatible server write the questions.")
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model's name at the server. Default: the first one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Propose gold questions from the ingested documents, for a person to accept, edit or reject."""
    from cli.client import connect
    from evals.cases.draft.console import print_drafted
    from evals.cases.draft.draft import write_drafts
    from evals.cases.draft.run import DraftRequest, draft_cases

    settings = settings_from()
    file = out or settings.data_dir / "evals" / f"drafts-{datetime.now():%Y-%m-%d-%H%M%S}.jsonl"
    if file.exists():
        raise ConfigurationError(f"The file {file} exists already, and drafts are never overwritten. Name another one.")
    client = _model(settings, model_url, model) if by_model or model_url or model else None
    request = DraftRequest(number, seed, _known(settings), client)
    with progress("Drafting") as show:
        drafted = asyncio.run(draft_cases(request, lambda: connect(settings, "groundwork eval cases draft"), show))
    write_drafts(file, drafted.drafts)
    if as_json:
        print_json({"file": str(file), **drafted.to_dict()})
    else:
        print_drafted(drafted, file, stdout())


def _known(settings: Settings) -> tuple[Case, ...]:
    """Return the domain's cases; none where it has no file of them."""
    from core.domain import load_domain
    from evals.cases.read import load_cases

    file = load_domain(settings.domain_dir).cases
    return tuple(load_cases(file)) if file.exists() else ()


def _model(settings: Settings, url: str | None, name: str | None) -> LLMClient:
    """Return the client of the model that writes: of the options, else of the settings."""
    from app.answer.generated.llm.openai import OpenAIClient

    url = url or settings.llm_base_url
    if url is None:
        raise ConfigurationError("No model is configured to write questions. Set LLM_BASE_URL, or name --model-url.")
    return OpenAIClient.connect(url, settings.llm_api_key, name or settings.llm_model, timeout_s=settings.llm_timeout_s)


@cases.command("check")
def check_command(
    file: Annotated[Path | None, typer.Argument(help="Gold questions. Default: the domain's cases.jsonl.")] = None,
    paraphrases: Annotated[
        bool, typer.Option(help="Compare the questions by their vectors too, which loads the embedder.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Check gold questions: format, quotes, leaks, duplicates, splits and kinds. Exit with 1 if there are errors."""
    from cli.client import connect
    from core.domain import load_domain
    from core.embedding.load import load_embedder
    from evals.cases.check.console import print_checked
    from evals.cases.check.run import check_cases

    settings = settings_from()
    file = file or load_domain(settings.domain_dir).cases
    embed = load_embedder(settings).embed if paraphrases else None
    checked = asyncio.run(check_cases(file, lambda: connect(settings, "groundwork eval cases check"), embed))
    print_json(checked.to_dict()) if as_json else print_checked(checked, stdout())
    raise typer.Exit(checked.exit_code)

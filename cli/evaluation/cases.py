"""`groundwork eval cases …` and `groundwork eval review`: propose gold questions, check them, and decide on them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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
    from evals.cases.draft.draft import Draft
    from evals.cases.draft.queue import Posted

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
        str | None,
        typer.Option(help="Let the model of this OpenAI-compatible server write them; no key is sent to it."),
    ] = None,
    model: Annotated[str | None, typer.Option(help="The model's name at the server. Default: the first one.")] = None,
    queue: Annotated[bool, typer.Option("--queue", help="Post the drafts to the service's review queue too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Propose gold questions from the ingested documents, for a person to accept, edit or reject.

    Exits with 1 when nothing could be drafted.
    """
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
    if drafted.drafts:
        write_drafts(file, drafted.drafts)
    posted = asyncio.run(_post(settings, drafted.drafts)) if queue else None
    if as_json:
        where = str(file) if drafted.drafts else None
        print_json({"file": where, **drafted.to_dict(), "posted": posted.added if posted else 0})
    else:
        print_drafted(drafted, file, stdout())
        if posted is not None:
            typer.echo(f"Posted to the review queue: {posted.added} new, {posted.known} known.")
    raise typer.Exit(0 if drafted.drafts else 1)


async def _post(settings: Settings, drafts: Sequence[Draft]) -> Posted:
    from cli.client import connect
    from evals.cases.draft.queue import post_drafts

    async with connect(settings, "groundwork eval cases draft") as client:
        return await post_drafts(drafts, client)


def _known(settings: Settings) -> tuple[Case, ...]:
    """Return the domain's cases; none where it has no file of them."""
    from core.domain import load_domain
    from evals.cases.read import load_cases

    file = load_domain(settings.domain_dir).cases
    return tuple(load_cases(file)) if file.exists() else ()


def _model(settings: Settings, url: str | None, name: str | None) -> LLMClient:
    """Return the client of the model that writes: of the options, else of the settings."""
    # The key belongs to the server of the settings; no other one is sent it.
    key = settings.llm_api_key if url is None else None
    url = url or settings.llm_base_url
    if url is None:
        raise ConfigurationError("No model is configured to write questions. Set LLM_BASE_URL, or name --model-url.")
    from app.answer.generated.llm.openai import OpenAIClient

    return OpenAIClient.connect(url, key, name or settings.llm_model, timeout_s=settings.llm_timeout_s)


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


@cases.command("accept")
def accept_command(
    queue: Annotated[bool, typer.Option("--queue", help="Those accepted in the review queue.")] = False,
    drafts: Annotated[Path | None, typer.Option(help="Those accepted in this file of drafts.")] = None,
    into: Annotated[Path | None, typer.Option(help="File to append to. Default: the domain's cases.jsonl.")] = None,
) -> None:
    """Append accepted drafts to a file of gold questions; those that it has already stay as they are."""
    from app.reviews.cases import add_cases
    from core.domain import load_domain
    from evals.cases.draft.draft import accepted, read_drafts
    from evals.cases.write import case_row

    if queue == (drafts is not None):
        raise ConfigurationError("Say which accepted drafts are meant: --queue, or --drafts FILE.")
    settings = settings_from()
    chosen = accepted(read_drafts(drafts)) if drafts else asyncio.run(_accepted_in_queue(settings))
    file = into or load_domain(settings.domain_dir).cases
    added = add_cases(file, [case_row(case) for case in chosen])
    typer.echo(f"Added to {file}: {added} of {len(chosen)}")


async def _accepted_in_queue(settings: Settings) -> list[Case]:
    from cli.client import connect
    from evals.cases.draft.queue import read_accepted

    async with connect(settings, "groundwork eval cases accept") as client:
        return await read_accepted(client)


def review_command(
    file: Annotated[
        Path,
        typer.Argument(
            help="A file of drafts, from `groundwork eval cases draft`, or of training examples, from `groundwork "
            "model distill data`."
        ),
    ],
    into: Annotated[
        Path | None, typer.Option(help="File that accepted cases are appended to. Default: the domain's cases.jsonl.")
    ] = None,
    sample: Annotated[int, typer.Option(min=1, help="Of training examples: how many are shown, drawn at random.")] = 50,
    seed: Annotated[int, typer.Option(help="Of training examples: the same seed draws the same ones.")] = 1,
    queue: Annotated[
        bool, typer.Option("--queue", help="Post the sample of training examples to the service's review queue.")
    ] = False,
    from_queue: Annotated[
        bool, typer.Option("--from-queue", help="Apply what people decided on training examples in that queue.")
    ] = False,
) -> None:
    """Decide on drafts, or on a sample of training examples: accept, edit, reject or skip each. Can be resumed.

    Rejected examples are removed from their file, and edited answers replaced.
    """
    from evals.distill.data.review.run import is_examples

    if is_examples(file):
        if queue or from_queue:
            asyncio.run(_queue_examples(file, sample, seed, post=queue, apply=from_queue))
        else:
            _review_examples(file, sample, seed)
        return
    if queue or from_queue:
        raise ConfigurationError(
            f"{file} is none of training examples. Drafts are posted by `groundwork eval cases draft --queue`, and "
            "accepted from there by `groundwork eval cases accept --queue`."
        )
    from cli.client import connect
    from core.domain import load_domain
    from evals.cases.draft.draft import read_drafts
    from evals.cases.review.console import ConsoleTerminal, print_reviewed
    from evals.cases.review.run import read_documents, review_drafts

    settings = settings_from()
    cases_file = into or load_domain(settings.domain_dir).cases
    texts = asyncio.run(read_documents(read_drafts(file), lambda: connect(settings, "groundwork eval review")))
    reviewed = review_drafts(file, cases_file, texts, ConsoleTerminal(stdout()))
    print_reviewed(reviewed, cases_file, stdout())


def _review_examples(file: Path, sample: int, seed: int) -> None:
    from evals.distill.data.review.console import ExamplesTerminal, print_reviewed
    from evals.distill.data.review.run import review_examples

    reviewed = review_examples(file, sample, seed, ExamplesTerminal(stdout()))
    print_reviewed(reviewed, file, stdout())


async def _queue_examples(file: Path, sample: int, seed: int, *, post: bool, apply: bool) -> None:
    from cli.client import connect
    from evals.distill.data.review.console import print_reviewed
    from evals.distill.data.review.decisions import keep_decision, read_decisions
    from evals.distill.data.review.queue import post_examples, read_queue
    from evals.distill.data.review.run import apply_review, undecided
    from serving.distill.examples import read_examples

    async with connect(settings_from(), "groundwork eval review") as client:
        if apply:
            known = read_decisions(file)
            decided = await read_queue({example.id for example in read_examples(file)} | known.keys(), client)
            for decision in decided:
                if known.get(decision.id) != decision:
                    keep_decision(file, decision)
            print_reviewed(apply_review(file, len(decided)), file, stdout())
        if post:
            added, in_queue = await post_examples(undecided(file, sample, seed), client)
            typer.echo(f"Posted to the review queue: {added} new, {in_queue} known.")

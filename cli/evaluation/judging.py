"""What the commands share that ask a judge model: their options, the request that these make, and judging a run."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.options import progress
from core.errors import ConfigurationError
from core.settings import Settings

if TYPE_CHECKING:
    from evals.judge.client import JudgeRequest
    from evals.judge.labels import Labels
    from evals.run.judge_run import JudgedRun

_CACHE = "judge-replies"

JudgeUrl = Annotated[
    str | None,
    typer.Option(help="An OpenAI-compatible server of the model that judges; ends in /v1. Default: JUDGE_BASE_URL."),
]
JudgeModel = Annotated[
    str | None,
    typer.Option(help="Name of that model. Default: JUDGE_MODEL, or the first one that the server lists."),
]
JudgeAtOnce = Annotated[int, typer.Option(min=1, help="Questions that the judge is asked at a time.")]
AT_ONCE = 8


def judge_request(settings: Settings, url: str | None, model: str | None, at_once: int) -> JudgeRequest | None:
    """Return the request for a judge; None where neither the option nor JUDGE_BASE_URL names one."""
    from evals.judge.client import JudgeRequest

    address = url or settings.judge_base_url
    if address is None:
        return None
    return JudgeRequest(
        base_url=address,
        cache=settings.data_dir / _CACHE,
        model=model or settings.judge_model,
        api_key=settings.judge_api_key,
        at_once=at_once,
    )


def required_judge(settings: Settings, url: str | None, model: str | None, at_once: int) -> JudgeRequest:
    """Return the request for a judge. Raises ConfigurationError where none is named."""
    request = judge_request(settings, url, model, at_once)
    if request is None:
        raise ConfigurationError(
            "No judge is named. Set --judge-url or JUDGE_BASE_URL to an OpenAI-compatible server; it ends in /v1."
        )
    return request


def judge_folder(folder: Path, request: JudgeRequest, labels: Labels | None = None) -> JudgedRun:
    """Judge the run in a folder. Raises ConfigurationError and GenerationError."""
    from evals.judge.client import connect_judge
    from evals.run.folder import read_run
    from evals.run.judge_run import judge_run

    run = read_run(folder)

    async def judged() -> JudgedRun:
        client = await connect_judge(request)
        try:
            with progress("Judging answers") as show:
                return await judge_run(run, client, labels, show)
        finally:
            await client.close()

    return asyncio.run(judged())

"""The options of every command that asks a judge model, and the request that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import ConfigurationError
from core.settings import Settings

if TYPE_CHECKING:
    from evals.judge.client import JudgeRequest

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

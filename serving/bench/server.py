"""The model server that is measured: which model it serves, and whether it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import httpx2

from core.errors import ServingError
from core.types import Message
from serving.bench.request import BenchRequest, ReplayRequest

_ANSWER_SECONDS = 300.0
_STATE_SECONDS = 10.0


def find_model(url: str, model: str | None, api_key: str | None) -> str:
    """Return the name of the model that a server serves.

    Raises ServingError when it does not answer, does not serve the named model, or serves several and none is named.
    """
    listed = _listed(url, api_key)
    if model is not None and model not in listed:
        raise ServingError(f"{url} does not serve '{model}' but {', '.join(listed) or 'nothing'}. Name one of these.")
    if model is None and len(listed) != 1:
        raise ServingError(f"{url} serves {', '.join(listed) or 'nothing'}. Name one of them with --model.")
    return model or listed[0]


def warm_up(request: BenchRequest | ReplayRequest, messages: Sequence[Message]) -> None:
    """Ask for one answer before anything is measured: a server that fails is reported at once, not after a sweep."""
    body = {
        "model": request.model,
        "messages": [asdict(message) for message in messages],
        "max_completion_tokens": min(8, request.max_tokens),
        "temperature": request.temperature,
    }
    _ask("POST", f"{_base(request.url)}/v1/chat/completions", request.api_key, body)


def fault(url: str, api_key: str | None) -> str | None:
    """Return in words that a server does not answer any more; None where it answers."""
    try:
        _ask("GET", f"{_base(url)}/v1/models", api_key, seconds=_STATE_SECONDS)
    except ServingError as error:
        return f"the server does not answer any more ({error.__cause__})"
    return None


def _listed(url: str, api_key: str | None) -> list[str]:
    address = f"{_base(url)}/v1/models"
    response = _ask("GET", address, api_key)
    try:
        return [str(entry["id"]) for entry in response.json()["data"]]
    except (ValueError, KeyError, TypeError) as error:
        raise ServingError(
            f"{address} answers {response.text[:80]!r}, which is no list of models. Correct the URL."
        ) from error


def _base(url: str) -> str:
    return url.rstrip("/").removesuffix("/v1")


def _ask(
    method: str,
    url: str,
    api_key: str | None,
    body: Mapping[str, Any] | None = None,
    seconds: float = _ANSWER_SECONDS,
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        response = httpx2.request(method, url, headers=headers, json=body, timeout=seconds)
        response.raise_for_status()
        return response
    except httpx2.HTTPStatusError as error:
        status, reason = error.response.status_code, " ".join(error.response.text.split())[:300]
        key = " Set LLM_API_KEY to the server's key." if status in (401, 403) else ""
        raise ServingError(f"{url} answered {status}: {reason}{key}") from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ServingError(f"{url} does not answer: {error}. Start the model server, or correct the URL.") from error

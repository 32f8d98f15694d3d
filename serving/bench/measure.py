"""One run: check that the server answers, sweep, search, and keep both reports."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from core.errors import ConfigurationError, ServingError
from serving.bench.guidellm import DEFAULT_PYTHON, ReportProgress, run_guidellm
from serving.bench.prompts import PromptSet
from serving.bench.request import BenchRequest
from serving.bench.result import SEARCH_SUFFIX, BenchResult, load_result
from serving.bench.scenario import KINDS, Kind, scenario

_ANSWER_SECONDS = 300.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")


def find_model(url: str, model: str | None, api_key: str | None) -> str:
    """Return the name of the model that a server serves.

    Raises ServingError when it does not answer, does not serve the named model, or serves several and none is named.
    """
    listed = [str(entry["id"]) for entry in _ask("GET", f"{_base(url)}/v1/models", api_key)["data"]]
    if model is not None and model not in listed:
        raise ServingError(f"{url} does not serve '{model}' but {', '.join(listed) or 'nothing'}. Name one of these.")
    if model is None and len(listed) != 1:
        raise ServingError(f"{url} serves {', '.join(listed) or 'nothing'}. Name one of them with --model.")
    return model or listed[0]


def measure(
    request: BenchRequest,
    prompts: PromptSet,
    name: str,
    out: Path,
    progress: ReportProgress,
    python: Path = DEFAULT_PYTHON,
) -> BenchResult:
    """Measure a server, and keep the reports as `out/NAME.json` and `out/NAME.goodput.json`.

    Raises ServingError when the server or GuideLLM fails, ConfigurationError for a name that makes no file
    and a folder that cannot be made.
    """
    if not _NAME.fullmatch(name) or name.endswith(SEARCH_SUFFIX.removesuffix(".json")):
        raise ConfigurationError(f"--name is '{name}'; it becomes a file's name: letters, digits and . _ @ + - only.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"--out: {out} cannot be made: {error}. Name a folder.") from error
    _warm_up(request, prompts)
    file, search = out / f"{name}.json", out / f"{name}{SEARCH_SUFFIX}"
    labels = {"prompts": prompts.describe()}
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as folder:
        fresh = Path(folder)
        for kind in KINDS:
            plan = scenario(request, kind, prompts.file.absolute(), fresh / f"{kind}.json", labels)
            run_guidellm(plan, fresh, partial(_report, progress, kind), python)
        shutil.move(fresh / "sweep.json", file)
        shutil.move(fresh / "goodput.json", search)
    return load_result(file)


def _report(progress: ReportProgress, kind: Kind, line: str) -> None:
    progress(f"{kind} {line}")


def _warm_up(request: BenchRequest, prompts: PromptSet) -> None:
    """Ask for one answer before anything is measured: a server that fails is reported at once, not after a sweep."""
    body = {
        "model": request.model,
        "messages": [asdict(message) for message in prompts.first],
        "max_completion_tokens": min(8, request.max_tokens),
        "temperature": request.temperature,
    }
    _ask("POST", f"{_base(request.url)}/v1/chat/completions", request.api_key, body)


def _base(url: str) -> str:
    return url.rstrip("/").removesuffix("/v1")


def _ask(method: str, url: str, api_key: str | None, body: Mapping[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        response = httpx2.request(method, url, headers=headers, json=body, timeout=_ANSWER_SECONDS)
        response.raise_for_status()
        return response.json()
    except httpx2.HTTPStatusError as error:
        reason = " ".join(error.response.text.split())[:300]
        raise ServingError(f"{url} answered {error.response.status_code}: {reason}") from error
    except (httpx2.HTTPError, json.JSONDecodeError) as error:
        raise ServingError(f"{url} does not answer: {error}. Start the model server, or correct the URL.") from error

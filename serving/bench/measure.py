"""One run: look whether the server answers, sweep, search, and keep both reports."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import httpx2

from core.errors import ConfigurationError, ServingError
from serving.bench.guidellm import DEFAULT_PYTHON, ReportProgress, run_guidellm
from serving.bench.prompts import Prompts
from serving.bench.results import SEARCH_SUFFIX, Result, load_result
from serving.bench.scenario import KINDS, Kind, Measurement, scenario

_ANSWER_SECONDS = 300.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]*")


def find_model(url: str, model: str | None, api_key: str | None) -> str:
    """The model that a server serves.

    Raises ServingError when it does not answer, does not serve the named model, or serves several and none is named.
    """
    listed = [str(entry["id"]) for entry in _ask("GET", f"{_base(url)}/v1/models", api_key)["data"]]
    if model is not None and model not in listed:
        raise ServingError(f"{url} does not serve '{model}' but {', '.join(listed) or 'nothing'}. Name one of these.")
    if model is None and len(listed) != 1:
        raise ServingError(f"{url} serves {', '.join(listed) or 'nothing'}. Name one of them with --model.")
    return model or listed[0]


def measure(
    measurement: Measurement,
    prompts: Prompts,
    name: str,
    out: Path,
    progress: ReportProgress,
    python: Path = DEFAULT_PYTHON,
) -> Result:
    """Measure a server and keep the reports as `out/NAME.json` and `out/NAME.goodput.json`.

    Raises ServingError when the server or GuideLLM fails, ConfigurationError for a name that makes no file
    and a folder that cannot be made.
    """
    if not _NAME.fullmatch(name) or name.endswith(SEARCH_SUFFIX.removesuffix(".json")):
        raise ConfigurationError(f"--name is '{name}'; it becomes a file's name: letters, digits and . _ @ + - only.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"--out: {out} cannot be made: {error}. Name a folder.") from error
    _warm_up(measurement, prompts)
    file, search = out / f"{name}.json", out / f"{name}{SEARCH_SUFFIX}"
    labels = {"prompts": prompts.words()}
    with tempfile.TemporaryDirectory(prefix="groundwork-bench-") as folder:
        fresh = Path(folder)
        for kind in KINDS:
            plan = scenario(measurement, kind, prompts.file.absolute(), fresh / f"{kind}.json", labels)
            run_guidellm(plan, fresh, partial(_tell, progress, kind), python)
        shutil.move(fresh / "sweep.json", file)
        shutil.move(fresh / "goodput.json", search)
    return load_result(file)


def _tell(progress: ReportProgress, kind: Kind, words: str) -> None:
    progress(f"{kind} {words}")


def _warm_up(measurement: Measurement, prompts: Prompts) -> None:
    """One answer before the clock runs: a server that cannot give it is told at once, not after a sweep."""
    body = {
        "model": measurement.model,
        "messages": list(prompts.first),
        "max_completion_tokens": min(8, measurement.max_tokens),
        "temperature": measurement.temperature,
    }
    _ask("POST", f"{_base(measurement.url)}/v1/chat/completions", measurement.api_key, body)


def _base(url: str) -> str:
    return url.rstrip("/").removesuffix("/v1")


def _ask(method: str, url: str, api_key: str | None, body: Mapping[str, Any] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
    try:
        response = httpx2.request(method, url, headers=headers, json=body, timeout=_ANSWER_SECONDS)
        response.raise_for_status()
        return response.json()
    except httpx2.HTTPStatusError as error:
        words = " ".join(error.response.text.split())[:300]
        raise ServingError(f"{url} answered {error.response.status_code}: {words}") from error
    except (httpx2.HTTPError, json.JSONDecodeError) as error:
        raise ServingError(f"{url} does not answer: {error}. Start the model server, or mend the URL.") from error

"""A checkpoint behind the app: the metrics of `groundwork eval run` on its answers, and its tokens a second."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from app.service.bootstrap import build_service
from cli.client import connect
from core.prompts import Prompt, read_prompts, write_prompts
from core.settings import read_settings
from evals.cases.read import choose_split, load_cases
from evals.prompts import Part, render_prompts
from evals.run.request import EvaluationRequest
from evals.run.run import evaluate
from serving.compress.answers import MODEL
from serving.compress.check import PYTHON, flags_for
from serving.vllm import served

AT_ONCE, TOKENS = 8, 64
"""Requests at once, and tokens of each, for the tokens a second."""
METRICS = ("answers with a gold quote", "citation precision", "citation recall", "degraded answers")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class DomainFiles:
    """The data directory with the index of the sample domain, prompts for both ends, and the gold questions."""

    data: Path
    calibration: Path
    check: Path
    cases: Path


@dataclass(frozen=True, slots=True)
class Figures:
    """Metrics by name, each {"value", "low", "high", "n"}, and tokens a second of eight requests at once."""

    metrics: dict[str, dict[str, float]]
    tokens_per_second: float


def prepare_domain(work: Path, questions: int, checked: int) -> DomainFiles:
    """Ingest the sample domain and write its prompts and questions, unless they are there."""
    files = DomainFiles(work / "data", work / "calibration.jsonl", work / "check.jsonl", work / "cases.jsonl")
    if files.cases.exists():
        return files
    settings = read_settings({"GROUNDWORK_DATA_DIR": str(files.data), "GROUNDWORK_DOMAIN": "onboarding"})
    service = build_service(settings, "benchmark")
    try:
        service.open()
        service.library.ingest([], rebuilding=False, progress=lambda _: None)
    finally:
        service.close()
    write_prompts(files.calibration, _prompts(settings, "calibration"))
    both = _prompts(settings, "check")
    kinds = [[prompt for prompt in both if (prompt.origin == "case") == case] for case in (False, True)]
    write_prompts(files.check, [prompt for kind in kinds for prompt in spread(kind, checked)])
    file = settings.domain_dir / "cases.jsonl"
    chosen = {case.id for case in spread(choose_split(load_cases(file), "test", file), questions)}
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    files.cases.write_text("".join(line for line in lines if json.loads(line)["id"] in chosen), encoding="utf-8")
    return files


def spread(items: Sequence[T], count: int) -> list[T]:
    """Return `count` items, evenly from the whole."""
    count = min(count, len(items))
    return [items[number * len(items) // count] for number in range(count)]


def measure_in_app(domain: DomainFiles, model: Path, name: str) -> Figures:
    """Serve the checkpoint under a name that states its size, and ask it; what was measured before is read."""
    file = domain.data.parent / f"{model.name}.app.json"
    if not file.exists():
        log = domain.data.parent / f".{model.name}.app.log"
        flags = (*flags_for(model), "--served-model-name", MODEL, name)
        with served(model, log, flags, PYTHON) as server:
            speed = _tokens_per_second(f"{server.url}/v1", read_prompts(domain.check)[:AT_ONCE])
            environment = {"GROUNDWORK_DATA_DIR": str(domain.data), "GROUNDWORK_DOMAIN": "onboarding"}
            settings = read_settings({**environment, "LLM_BASE_URL": f"{server.url}/v1", "LLM_MODEL": name})
            request = EvaluationRequest("test", cases=domain.cases, out=domain.data.parent / f"{model.name}.eval")
            run = asyncio.run(evaluate(settings, request, lambda: connect(settings, "benchmark"), lambda *_: None))
        metrics = {name: asdict(run.summary["all"][name]) for name in METRICS if name in run.summary["all"]}
        file.write_text(json.dumps({"metrics": metrics, "tokens_per_second": speed}), encoding="utf-8")
    return Figures(**json.loads(file.read_text(encoding="utf-8")))


def _prompts(settings: Any, part: Part) -> Sequence[Prompt]:
    return render_prompts(settings, part, lambda *_: None).prompts


def _tokens_per_second(url: str, prompts: Sequence[Prompt]) -> float:
    """Return the tokens a second of the second of two rounds: the first one fills the prefix cache."""

    async def ask(http: httpx2.AsyncClient, prompt: Prompt) -> None:
        body = {"model": MODEL, "messages": prompt.chat(), "max_tokens": TOKENS, "temperature": 0, "ignore_eos": True}
        (await http.post("/chat/completions", json=body)).raise_for_status()

    async def run() -> float:
        async with httpx2.AsyncClient(base_url=url, timeout=1800.0, trust_env=False) as http:
            for _ in range(2):
                began = time.perf_counter()
                await asyncio.gather(*(ask(http, prompt) for prompt in prompts))
        return len(prompts) * TOKENS / (time.perf_counter() - began)

    return asyncio.run(run())

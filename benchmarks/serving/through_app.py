"""What the app adds to a model server: time to the first token, and throughput with the same prompts.

Time: the mock server answers after fixed delays, so that all that differs is the app's. Each answer says what its
retrieval took; that is subtracted. All processes share this machine's cores, the client among them.

Throughput: the prompts that the app sends are rendered by its own answer path and sent to the same server without the
app, in blocks A B B A so that a machine that slows down slows both. App and client run first on all cores, then on
those that vLLM does not compute on.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np

from benchmarks.serving.load import Run, send, throughput_ratio, together
from core.settings import Settings, read_settings
from evals.cases import load_cases
from evals.prompts import Prompt, render_prompts
from ingest.report import IngestReport
from serving.bench.guidellm import DEFAULT_PYTHON
from serving.bench.intervals import Ratio
from tests.serving.app_service import running_app
from tests.support_app.model_server import free_port

ONBOARDING = Path(__file__).parents[2] / "domains" / "onboarding"
FIRST_TOKEN_MS, BETWEEN_TOKENS_MS, ANSWER_TOKENS = 200, 50, 40
_MOCK_SECONDS = 60.0
_DOMAIN = """
name = "bench"
title = "Bench"
refusal = "I could not find this."
sources = ["{corpus}"]

[recipe]
top_k = {top_k}
refuse_below = 0.0
max_tokens = {max_tokens}
"""


@dataclass(frozen=True, slots=True)
class Added:
    """Milliseconds to the first token, medians: of the server alone, through the app, of the retrieval in it, and what
    is added besides (median and 95th percentile over the requests).
    """

    arrivals: str
    alone: float
    through: float
    retrieval: float
    added: float
    added_p95: float


@dataclass(frozen=True, slots=True)
class Overhead:
    """What the app adds when requests come as users send them, and when all come at the same instant."""

    streams: int
    requests: int
    rows: tuple[Added, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """Tokens a second alone and through the app, and their ratio, with app and client on some of the cores."""

    where: str
    alone: float
    through: float
    ratio: Ratio


@dataclass(frozen=True, slots=True)
class Throughput:
    """The same prompts, wherever the system puts the app and where it is kept off vLLM's compute cores."""

    streams: int
    requests: int
    prompt_tokens: int
    rows: tuple[Placed, ...]


def measure_overhead(folder: Path, streams: int, rounds: int) -> Overhead:
    """`rounds` times `streams` requests against the mock server, without and with the app.

    The streams begin evenly over the time of one answer, as users do who do not know of one another; then all at once.
    """
    settings = ingested(folder / "overhead", top_k=6, max_tokens=ANSWER_TOKENS)
    questions = [case.question for case in load_cases(ONBOARDING / "cases.jsonl")]
    asked = [questions[number % len(questions)] for number in range(rounds * streams)]
    answer_seconds = (FIRST_TOKEN_MS + ANSWER_TOKENS * BETWEEN_TOKENS_MS) / 1000
    rows = []
    with running_mock() as mock, running_app(settings, f"{mock}/v1", "mock") as app:
        send(app, _questions("groundwork", asked[:streams]), streams)
        for arrivals, ramp_seconds in (("spread", answer_seconds), ("at the same instant", 0.0)):
            alone = send(mock, _questions("mock", asked), streams, ramp_seconds)
            through = send(app, _questions("groundwork", asked), streams, ramp_seconds)
            rows.append(_added(arrivals, alone, through))
    return Overhead(streams, len(asked), tuple(rows))


def _added(arrivals: str, alone: Run, through: Run) -> Added:
    retrieval = np.array([answer.timings_ms["retrieve"] for answer in through.answers])
    added = through.first_ms - retrieval - np.median(alone.first_ms)
    return Added(
        arrivals=arrivals,
        alone=float(np.median(alone.first_ms)),
        through=float(np.median(through.first_ms)),
        retrieval=float(np.median(retrieval)),
        added=float(np.median(added)),
        added_p95=float(np.percentile(added, 95)),
    )


def measure_throughput(
    folder: Path, server: str, model: str, streams: int, block: int, free: frozenset[int]
) -> Throughput:
    """Blocks of `block` requests. `free` are the cores that vLLM does not compute on. The server must not cache."""
    settings = ingested(folder / "throughput", top_k=2, max_tokens=ANSWER_TOKENS)
    prompts = render_prompts(settings, "served", lambda _done, _all: None).prompts[: 2 * block]
    halves = prompts[:block], prompts[block:]
    rows = []
    for where, cores in (("on all cores", frozenset(os.sched_getaffinity(0))), ("on vLLM's free cores", free)):
        with _kept_to(cores), running_app(settings, f"{server}/v1", model) as app:
            first = _alone(server, model, halves[0], streams)
            second = _through(app, halves[0], streams)
            third = _through(app, halves[1], streams)
            fourth = _alone(server, model, halves[1], streams)
        alone, through = together((first, fourth)), together((second, third))
        ratio = throughput_ratio(alone, through)
        rows.append(Placed(where, alone.tokens_per_second, through.tokens_per_second, ratio))
    words = round(float(np.mean([len(_text(prompt).split()) for prompt in prompts])))
    return Throughput(streams, len(prompts), words, tuple(rows))


@contextmanager
def _kept_to(cores: frozenset[int]) -> Iterator[None]:
    """This process, and those that it starts, for the length of the block (Linux)."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _text(prompt: Prompt) -> str:
    return " ".join(message.content for message in prompt.messages)


def _alone(server: str, model: str, prompts: Sequence[Prompt], streams: int) -> Run:
    bodies = [_body(model, prompt.to_dict()["messages"], max_tokens=ANSWER_TOKENS) for prompt in prompts]
    return send(server, bodies, streams)


def _through(app: str, prompts: Sequence[Prompt], streams: int) -> Run:
    return send(app, _questions("groundwork", [prompt.question for prompt in prompts]), streams)


def _questions(model: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    return [_body(model, [{"role": "user", "content": text}]) for text in texts]


def _body(model: str, messages: Sequence[Mapping[str, str]], **wishes: Any) -> dict[str, Any]:
    return {"model": model, "messages": list(messages), "temperature": 0.0, **wishes}


def ingested(folder: Path, top_k: int, max_tokens: int) -> Settings:
    """The sample corpus in a domain with these two of its recipe; ingested once."""
    domain = folder / "domain"
    (domain / "prompts").mkdir(parents=True, exist_ok=True)
    text = _DOMAIN.format(corpus=ONBOARDING / "corpus", top_k=top_k, max_tokens=max_tokens)
    (domain / "domain.toml").write_text(text, encoding="utf-8")
    for name in ("prompts/system.md", "cases.jsonl"):
        (domain / name).write_text((ONBOARDING / name).read_text(encoding="utf-8"), encoding="utf-8")
    settings = read_settings({"GROUNDWORK_DATA_DIR": str(folder / "data"), "GROUNDWORK_DOMAIN": str(domain)})
    _ingest(settings)
    return settings


def _ingest(settings: Settings) -> IngestReport:
    from app.bootstrap import build_service

    service = build_service(settings, "benchmarks.serving")
    try:
        service.open()
        return service.run_ingestion([], rebuilding=False, progress=lambda _: None)
    finally:
        service.close()


@contextmanager
def running_mock() -> Iterator[str]:
    """GuideLLM's mock server with the fixed delays; yields its URL."""
    port = free_port()
    command = [
        str(DEFAULT_PYTHON.with_name("guidellm")), "mock-server", "--host", "127.0.0.1", "--port", str(port),
        "--model", "mock", "--ttft-ms", str(FIRST_TOKEN_MS), "--itl-ms", str(BETWEEN_TOKENS_MS),
        "--output-tokens", str(ANSWER_TOKENS),
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _MOCK_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx2.get(f"{url}/v1/models", timeout=5.0).is_success:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.3)
    raise TimeoutError(f"the mock server was not ready in {_MOCK_SECONDS:.0f} s, exit code {process.poll()}")

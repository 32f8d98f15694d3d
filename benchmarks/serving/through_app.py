"""What the app adds to a model server: time to the first token, and throughput with the same prompts.

Time: the mock server answers after fixed delays, so that all that differs is the app's. Each answer says what its
retrieval took; that is subtracted. All processes share this machine's cores, the client among them.

Throughput: the prompts that the app sends are rendered by its own answer path and sent to the same server without the
app, in blocks A B, B A, A B, ... so that a machine that slows down slows both. All processes share the cores. Streams
that begin together stay together: the server reads all their prompts and then writes all their answers, and stands
still while the next questions are prepared. Users do not ask like that, so here the streams begin one after another.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import httpx2
import numpy as np

from app.answer.types import message_dict
from benchmarks.serving.load import Run, counter, send
from core.prompts import Prompt
from core.settings import Settings, read_settings
from core.stats import Array, estimate_ratio
from evals.cases.read import load_cases
from evals.prompts import render_prompts
from ingest.report import IngestReport
from serving.bench.guidellm import DEFAULT_PYTHON
from serving.bench.intervals import Ratio
from testing.model_server import free_port
from testing.serving.app_service import running_app

ONBOARDING = Path(__file__).parents[2] / "domains" / "onboarding"
FIRST_TOKEN_MS, BETWEEN_TOKENS_MS, ANSWER_TOKENS = 200, 50, 40
_Way: TypeAlias = Callable[[Sequence[Prompt], int], Run]
_ANSWER_SECONDS = 8.0
"""About what one of eight answers takes on two cores: the streams begin within this time."""
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
class Throughput:
    """Mean tokens a second of the same prompts while no stream is idle, alone and through the app, and their ratio.

    Its interval is over the pairs of neighbouring blocks: requests of one block wait for one another. `app_ms` is the
    app's own processor time for an answer, its watching of the server included: what it takes from a server that has no
    core to spare, but for what sharing caches and the scheduler's choices cost.
    """

    streams: int
    requests: int
    prompt_words: int
    alone: float
    through: float
    ratio: Ratio
    app_ms: float


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


def measure_throughput(folder: Path, server: str, model: str, streams: int, block: int, pairs: int) -> Throughput:
    """Pairs of blocks of `block` requests, and before them a pair of two requests a stream to warm up.

    The server must not cache. Raises ValueError when it read other prompts from the app than alone.
    """
    settings = ingested(folder / "throughput", top_k=2, max_tokens=ANSWER_TOKENS)
    rendered = render_prompts(settings, "served", lambda _done, _all: None).prompts
    starts = [0, *range(2 * streams, 2 * streams + (pairs + 1) * block, block)]
    blocks = [rendered[start:end] for start, end in pairwise(starts)]
    prompts = [prompt for block in blocks for prompt in block]
    app_seconds, read_alone, read_through = list[float](), list[float](), list[float]()
    with running_app(settings, f"{server}/v1", model) as app:
        to_server = _counting(server, "vllm:prompt_tokens_total", read_alone, partial(_alone, server, model))
        to_app = _counting(server, "vllm:prompt_tokens_total", read_through, partial(_through, app))
        to_app = _counting(app, "process_cpu_seconds_total", app_seconds, to_app)
        alone, through = in_pairs(to_server, to_app, blocks, streams)
    if read_alone != read_through:
        raise ValueError(f"tokens read, by block: alone {read_alone}, through the app {read_through}")
    found = estimate_ratio(through, alone)
    return Throughput(
        streams=streams,
        requests=block * pairs,
        prompt_words=round(float(np.mean([len(_text(prompt).split()) for prompt in prompts]))),
        alone=float(alone.mean()),
        through=float(through.mean()),
        ratio=Ratio(found.value, found.low, found.high),
        app_ms=1000 * sum(app_seconds) / len(prompts),
    )


def in_pairs(one: _Way, other: _Way, blocks: Sequence[Sequence[Prompt]], streams: int) -> tuple[Array, Array]:
    """Tokens a second of every block but the first in both ways while no stream is idle, each shape (blocks - 1,).

    The way that is first changes from block to block.
    """
    speeds = np.zeros((2, len(blocks)))
    for number, block in enumerate(blocks):
        for way in (0, 1) if number % 2 else (1, 0):
            speeds[way, number] = (one, other)[way](block, streams).steady_tokens_per_second(streams)
    return speeds[0, 1:], speeds[1, 1:]


def _counting(url: str, name: str, grown: list[float], way: _Way) -> _Way:
    """The same way; how much a counter of `url` grew in each block is added to `grown`."""

    def run(block: Sequence[Prompt], streams: int) -> Run:
        before = counter(url, name)
        done = way(block, streams)
        grown.append(counter(url, name) - before)
        return done

    return run


def _text(prompt: Prompt) -> str:
    return " ".join(message.content for message in prompt.messages)


def _alone(server: str, model: str, prompts: Sequence[Prompt], streams: int) -> Run:
    bodies = [_body(model, prompt.to_dict()["messages"], max_tokens=ANSWER_TOKENS) for prompt in prompts]
    return send(server, bodies, streams, _ANSWER_SECONDS)


def _through(app: str, prompts: Sequence[Prompt], streams: int) -> Run:
    bodies = [_body("groundwork", _conversation(prompt)) for prompt in prompts]
    return send(app, bodies, streams, _ANSWER_SECONDS)


def _conversation(prompt: Prompt) -> list[dict[str, str]]:
    """What a user would have sent for this prompt: between the domain's instructions and the sources is the history."""
    history = [message_dict(turn) for turn in prompt.messages[1:-1]]
    return [*history, {"role": "user", "content": prompt.question}]


def _questions(model: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    return [_body(model, [{"role": "user", "content": text}]) for text in texts]


def _body(model: str, messages: Sequence[Mapping[str, str]], **settings: Any) -> dict[str, Any]:
    return {"model": model, "messages": list(messages), "temperature": 0.0, **settings}


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
    from app.service.bootstrap import build_service

    service = build_service(settings, "benchmarks.serving")
    try:
        service.open()
        return service.library.ingest([], rebuilding=False, progress=lambda _: None)
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

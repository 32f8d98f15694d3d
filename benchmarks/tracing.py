"""What tracing costs an answer: four services side by side, asked the same questions in turn.

    python -m benchmarks.tracing [--rounds 200]

    off       no endpoint is set
    on        each answer is traced, and a collector in this process receives the spans
    down      nobody listens at the endpoint
    stalled   the collector takes connections and never answers

The model is a server that streams an answer of 60 pieces without a pause, so that nothing hides the cost. In each round
every service answers one streamed question, in an order that rotates. The table shows the time until the first word and
until the last byte, as the client sees them: medians, and the median of the differences to `off` in the same round with
its 95% interval. The processor time of an answer is that of the service's process over all rounds, its exporter
included.

Not covered: a real model, next to which the same cost is smaller; many answers at once.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2
import numpy as np
from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console
from rich.table import Table

from core.stats import estimate_percentiles
from testing.handbook import write_domain
from testing.hash_embedding_server import running_embedding_server
from testing.model_server import Script, free_port, running_model_server
from testing.otlp_receiver import running_otlp_receiver
from testing.processes import Serving, environment, serving

_ARMS = ("off", "on", "down", "stalled")
_WARM_UP = 10
_QUESTIONS = (
    "How many days of annual leave does every colleague have?",
    "When is a doctor's note due?",
    "What is the limit for lunch?",
    "Where is a lost laptop reported?",
)
_SENTENCE = "Every colleague has 25 days of annual leave a year [1]. "
_PIECES = tuple(f"{word} " for word in (_SENTENCE * 6).split())


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds until the first word and until the last byte."""

    first: float
    last: float


def ask(http: httpx2.Client, question: str) -> Times:
    """Ask one streamed question."""
    body = {"messages": [{"role": "user", "content": question}], "stream": True}
    began, first = time.perf_counter(), 0.0
    with http.stream("POST", "/v1/chat/completions", json=body) as response:
        for line in response.iter_lines():
            if not first and '"content":"' in line and '"content":""' not in line:
                first = time.perf_counter()
    return Times((first - began) * 1000, (time.perf_counter() - began) * 1000)


def processor_seconds(http: httpx2.Client) -> float:
    """Return the processor time that a service has taken."""
    families = text_string_to_metric_families(http.get("/metrics").text)
    samples = (sample for family in families for sample in family.samples)
    return float(next(sample.value for sample in samples if sample.name == "process_cpu_seconds_total"))


def measure(clients: Sequence[httpx2.Client], rounds: int) -> list[list[Times]]:
    """Return the times of each client, round by round."""
    times: list[list[Times]] = [[] for _ in clients]
    for number in range(rounds):
        for turn in range(len(clients)):
            arm = (number + turn) % len(clients)
            times[arm].append(ask(clients[arm], _QUESTIONS[number % len(_QUESTIONS)]))
    return times


def show(times: Sequence[Sequence[Times]], processor: Sequence[float], rounds: int) -> None:
    """Print the table."""
    table = Table("tracing", "first word", "to off", "last byte", "to off", "processor")
    for arm, found, seconds in zip(_ARMS, times, processor, strict=True):
        cells = [arm]
        for name in ("first", "last"):
            values = np.array([getattr(one, name) for one in found])
            (offset,) = estimate_percentiles(values - np.array([getattr(one, name) for one in times[0]]), [50])
            cells += [
                f"{np.median(values):.1f} ms",
                "" if arm == "off" else f"{offset.value:+.2f} ms [{offset.low:+.2f}, {offset.high:+.2f}]",
            ]
        table.add_row(*cells, f"{seconds / rounds * 1000:.1f} ms")
    Console(width=120).print(table)


def main() -> None:
    """Start the services and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    rounds = parser.parse_args().rounds
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        model = stack.enter_context(running_model_server())
        model.script = Script(pieces=_PIECES)
        embedder = stack.enter_context(running_embedding_server())
        receiving, stalled = (stack.enter_context(running_otlp_receiver()) for _ in range(2))
        stalled.stalls.set()
        endpoints = {"on": receiving.url, "down": f"http://127.0.0.1:{free_port()}", "stalled": stalled.url}
        services: list[Serving] = []
        for arm in _ARMS:
            env = environment(
                folder / arm / "data",
                write_domain(folder / arm / "team", refuse_below=0.0),
                LLM_BASE_URL=model.url,
                EMBEDDING_BASE_URL=embedder.url,
                EMBEDDING_MODEL="hash",
                **({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoints[arm]} if arm in endpoints else {}),
            )
            services.append(stack.enter_context(serving(env, folder / f"{arm}.log")))
            services[-1].ingest()
        clients = [stack.enter_context(service.client()) for service in services]
        measure(clients, _WARM_UP)
        before = [processor_seconds(http) for http in clients]
        times = measure(clients, rounds)
        processor = [processor_seconds(http) - start for http, start in zip(clients, before, strict=True)]
        show(times, processor, rounds)
        answers = sum(span.name == "answer" for span in receiving.spans)
        print(f"{len(receiving.spans)} spans received, of {answers} answers")


if __name__ == "__main__":
    main()

"""The parts of the benchmark: which servers are started, with what flags, and what is sent to them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias
from unittest import mock

from benchmarks.serving.bodies import Words
from benchmarks.serving.generate import Generator
from benchmarks.serving.load import Run, counter, first_token_ratio, send, throughput_ratio
from benchmarks.serving.through_app import Overhead, Throughput, measure_overhead, measure_throughput
from serving.bench.intervals import Ratio
from testing.serving.vllm_server import MODEL, VllmServer, running_vllm

SCHEMES = ("bf16", "w8a8", "w4a16")
CONCURRENCIES = (1, 8, 32)
_FLAGS = (
    *("--served-model-name", MODEL),
    *("--dtype", "bfloat16"),
    *("--max-model-len", "4096"),
    # 12 KiB a token: 2 x 24 layers x 2 heads x 64 x 2 bytes.
    *("--kv-cache-memory-bytes", "2G"),
    "--enforce-eager",
)
_NO_CACHE = "--no-enable-prefix-caching"
_NGRAM = (
    "--speculative-config",
    '{"method":"ngram","num_speculative_tokens":4,"prompt_lookup_min":2,"prompt_lookup_max":5}',
)


@dataclass(frozen=True, slots=True)
class Load:
    """Lengths in tokens, requests, and how many of them at a time."""

    name: str
    prompt_tokens: int
    answer_tokens: int
    requests: int
    streams: int


PROMPT_HEAVY = Load("1,500 in, 100 out", 1500, 100, 4, 4)
DECODE_HEAVY = Load("100 in, 400 out", 100, 400, 8, 8)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: A and B in answer tokens a second (or ms to the first token), and B over A."""

    what: str
    a: float
    b: float
    ratio: Ratio


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the checkpoints lie, by scheme, and where logs and the app's data go."""

    checkpoints: Mapping[str, Path]
    folder: Path

    @contextmanager
    def server(self, scheme: str, *flags: str) -> Iterator[VllmServer]:
        """vLLM on a scheme's checkpoint, after one small answer."""
        checkpoint = self.checkpoints[scheme]
        with running_vllm(checkpoint, self.folder / "vllm.log", flags=(*_FLAGS, *flags)) as server:
            send(server.url, self.words().bodies(MODEL, 1, 50, 4), 1)
            yield server

    def words(self) -> Words:
        """Words of the tokenizer that all checkpoints share."""
        return Words(self.checkpoints["bf16"])


def against_transformers(bench: Bench) -> list[Row]:
    """The same requests, 128 tokens in and 32 out, by `generate` in batches and by vLLM, so many at a time.

    Answers of one length are what batches are best at; people's answers have many lengths, here 8 to 56 tokens. vLLM
    computes on all cores but one, which its server has for itself, and then on all of them, as `generate` does.
    """
    words = bench.words()
    sent = {
        **{f"{n} at a time": (n, words.bodies(MODEL, max(n, 4), 128, 32)) for n in CONCURRENCIES},
        **{f"{n} at a time, 8 to 56 out": (n, words.uneven(MODEL, max(2 * n, 4), 128, 32)) for n in CONCURRENCIES},
    }
    generator = Generator(bench.checkpoints["bf16"])
    generator.run(next(iter(sent.values()))[1][:1], 1)
    theirs = {what: generator.run(bodies, n) for what, (n, bodies) in sent.items()}
    del generator
    rows = []
    for where, variables in (("", {}), ("; all cores", {"VLLM_CPU_NUM_OF_RESERVED_CPU": "0"})):
        with mock.patch.dict(os.environ, variables), bench.server("bf16", _NO_CACHE) as server:
            ours = {what: send(server.url, bodies, n) for what, (n, bodies) in sent.items()}
        rows += [_tokens(f"{what}{where}", theirs[what], ours[what]) for what in sent]
    return rows


def schemes(bench: Bench) -> list[Row]:
    """Each compressed checkpoint against bf16, for long prompts and for long answers."""
    runs: dict[str, dict[str, Run]] = {}
    for scheme in SCHEMES:
        with bench.server(scheme, _NO_CACHE) as server:
            runs[scheme] = {load.name: _run(server, bench, load) for load in (PROMPT_HEAVY, DECODE_HEAVY)}
    return [
        _tokens(f"{scheme}, {load.name}", runs["bf16"][load.name], runs[scheme][load.name])
        for load in (PROMPT_HEAVY, DECODE_HEAVY)
        for scheme in SCHEMES[1:]
    ]


def _run(server: VllmServer, bench: Bench, load: Load) -> Run:
    bodies = bench.words().bodies(MODEL, load.requests, load.prompt_tokens, load.answer_tokens)
    return send(server.url, bodies, load.streams)


@dataclass(frozen=True, slots=True)
class Speculation:
    """Without and with n-gram speculation, and how many of the guessed tokens were right."""

    rows: list[Row]
    accepted: float


def speculation(bench: Bench) -> Speculation:
    """Answers that are a stretch of the prompt, one and four at a time."""
    runs: list[dict[int, Run]] = []
    accepted = 0.0
    for flags in ((), _NGRAM):
        with bench.server("bf16", _NO_CACHE, *flags) as server:
            words = bench.words()
            sent = {n: list(words.copies(MODEL, 2 + 2 * n, passages=6, sentence_tokens=60)) for n in (1, 4)}
            runs.append({n: send(server.url, bodies, n) for n, bodies in sent.items()})
            if flags:
                drafted = counter(server.url, "vllm:spec_decode_num_draft_tokens_total")
                accepted = counter(server.url, "vllm:spec_decode_num_accepted_tokens_total") / drafted
    return Speculation([_tokens(f"{n} at a time", runs[0][n], runs[1][n]) for n in runs[0]], accepted)


def prefix_caching(bench: Bench) -> list[Row]:
    """Time to the first token of 1,500 tokens without and with the cache: 512 are the same in all; then all again."""
    words = bench.words()
    shared = words.text(512)
    bodies = words.bodies(MODEL, 3, 988, 8)
    for one in bodies:
        one["messages"][0]["content"] = shared + one["messages"][0]["content"]
    runs = []
    for flags in ((_NO_CACHE,), ()):
        with bench.server("bf16", *flags) as server:
            runs.append((send(server.url, bodies, 1), send(server.url, bodies, 1)))
    (cold, cold_again), (cached, cached_again) = runs
    return [
        _first("a third of the prompt is shared", cold, cached),
        _first("the whole prompt was asked before", cold_again, cached_again),
    ]


def app_overhead(bench: Bench) -> Overhead:
    """See `through_app`."""
    return measure_overhead(bench.folder, streams=32, rounds=4)


def app_throughput(bench: Bench) -> Throughput:
    """See `through_app`."""
    with bench.server("bf16", _NO_CACHE) as server:
        return measure_throughput(bench.folder, server.url, server.model, streams=8, block=32, pairs=6)


def _tokens(what: str, a: Run, b: Run) -> Row:
    return Row(what, a.tokens_per_second, b.tokens_per_second, throughput_ratio(a, b))


def _first(what: str, a: Run, b: Run) -> Row:
    middle = [sorted(run.first_ms)[len(run.first_ms) // 2] for run in (a, b)]
    return Row(what, float(middle[0]), float(middle[1]), first_token_ratio(a, b))


Result: TypeAlias = list[Row] | Speculation | Overhead | Throughput

PARTS: Mapping[str, Callable[[Bench], Result]] = {
    "transformers": against_transformers,
    "schemes": schemes,
    "speculation": speculation,
    "prefix": prefix_caching,
    "app-overhead": app_overhead,
    "app-throughput": app_throughput,
}
"""In the order in which they run."""

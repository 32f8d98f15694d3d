"""The table of schemes in docs/compression.md, measured: `python -m benchmarks.compression WORK [SCHEME …]`.

Trains the tiny checkpoint of the serving tests into the folder WORK, compresses it in each scheme on the app's own
prompts, checks those that vLLM serves on a CPU, and prints a Markdown table. What lies in WORK is not made again.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from core.errors import ServingError
from core.prompts import write_prompts
from core.settings import Settings
from evals.prompts import Part, held_out_documents, render_prompts
from serving.compress.check import FILE, prepare_check, run_check
from serving.compress.methods import CompressionScheme, parse_scheme
from serving.compress.request import CompressionRequest
from serving.compress.result import CompressionResult
from serving.compress.run import compress, prepare
from testing.serving.schemes import CPU, SCHEMES

ARGUMENTS = {
    **SCHEMES,
    "bf16+sparsegpt-50%": ("bf16", "bf16", "sparsegpt", "0.5"),
    "bf16+wanda-2:4": ("bf16", "bf16", "wanda"),
    "bf16+wanda-50%": ("bf16", "bf16", "wanda", "0.5"),
    "w8a8+sparsegpt-2:4": ("w8a8", "bf16", "sparsegpt"),
}
SAMPLES = 128
COLUMNS = ("scheme", "weights", "bits", "time", "memory", "perplexity", "next token right", "recovered", "same answer")


def main() -> None:
    """Make what is missing, and print a row each."""
    arguments = _arguments()
    work: Path = arguments.work.absolute()
    work.mkdir(parents=True, exist_ok=True)
    prompts = _prepare(work)
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for name in arguments.schemes or ARGUMENTS:
        scheme = parse_scheme(*ARGUMENTS[name])
        request = CompressionRequest(str(work / "tiny"), work / name, scheme, CPU, prompts["calibration"], SAMPLES)
        prepared = prepare(request)
        record = compress(prepared, _ignore)
        calibrated_on = prepared.calibration.documents if prepared.calibration else frozenset[str]()
        print(_row(record, _checked(work / name, scheme, record, prompts["check"], calibrated_on)), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, metavar="WORK")
    parser.add_argument("schemes", nargs="*", metavar="SCHEME", help=f"of {', '.join(ARGUMENTS)}; without: all")
    arguments = parser.parse_args()
    if unknown := set(arguments.schemes) - set(ARGUMENTS):
        parser.error(f"no such scheme: {', '.join(sorted(unknown))}. Schemes: {', '.join(ARGUMENTS)}")
    return arguments


def _ignore(_done: int, _total: int) -> None:
    """Nobody watches."""


def _prepare(work: Path) -> dict[str, Path]:
    """The prompts, and the checkpoint that was trained beside them."""
    from testing.serving.app_service import LEARNED_QUESTIONS, REPOSITORY, ingest_and_render, make_settings
    from testing.serving.examples import make_examples, read_corpus, render
    from testing.serving.tiny_checkpoint import make_tiny_checkpoint

    corpus = REPOSITORY / "domains" / "onboarding" / "corpus"
    settings = make_settings(work, corpus)
    conversations = ingest_and_render(settings, LEARNED_QUESTIONS)
    if not (work / "tiny" / "model.safetensors").exists():
        held_out = held_out_documents([file.relative_to(corpus).as_posix() for file in corpus.rglob("*.*")])
        pages = read_corpus(corpus)
        kept = {name: text for name, text in pages.items() if name not in held_out}
        examples = [*map(render, make_examples(kept, 12)), *conversations]
        unseen = [text for name, text in pages.items() if name in held_out]
        print(make_tiny_checkpoint(work / "tiny", kept.values(), examples, unseen), file=sys.stderr)
    return {part: _prompts(settings, part, work) for part in ("calibration", "check")}


def _prompts(settings: Settings, part: Part, work: Path) -> Path:
    file = work / f"{part}.jsonl"
    write_prompts(file, render_prompts(settings, part, _ignore).prompts)
    return file


def _checked(
    folder: Path, scheme: CompressionScheme, record: CompressionResult, prompts: Path, calibrated_on: frozenset[str]
) -> dict[str, dict[str, float]] | str:
    """The figures of check.json, or why there are none."""
    if not (folder / FILE).exists():
        try:
            questions = prepare_check(prompts, scheme, calibrated_on)
        except ServingError:
            return "no kernel on a CPU"
        run_check(Path(record.source), folder, record, questions, _ignore)
    check: dict[str, dict[str, float]] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return check


def _row(record: CompressionResult, check: dict[str, dict[str, float]] | str) -> str:
    cells = [
        f"`{record.scheme}`",
        f"{record.bytes_after / 1e6:.2f} of {record.bytes_before / 1e6:.2f} MB",
        f"{record.bits_per_weight:.2f}",
        f"{record.seconds:.0f} s",
        f"{record.peak_memory_bytes / 1e9:.2f} GB",
    ]
    if isinstance(check, str):
        return "| " + " | ".join([*cells, check, "", "", ""]) + " |"
    before, after = check["perplexity_original"]["value"], check["perplexity_compressed"]["value"]
    right = check["accuracy_original"]["value"], check["accuracy_compressed"]["value"]
    measured = [
        f"{before:.0f} → {after:.0f}",
        f"{right[0]:.3f} → {right[1]:.3f}",
        _interval(check["recovered"]),
        f"{_interval(check['agreement'])}; itself {check['agreement_itself']['value']:.2f}",
    ]
    return "| " + " | ".join([*cells, *measured]) + " |"


def _interval(figure: dict[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"


if __name__ == "__main__":
    main()

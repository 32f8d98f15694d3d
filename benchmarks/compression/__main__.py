"""The table of schemes in docs/compression.md: `python -m benchmarks.compression WORK [SCHEME …]`.

WORK/model is a checkpoint in 16 bits (a folder or a link). It is compressed in each scheme on the prompts of the sample
domain, checked, and asked the domain's gold questions through the app. Rows of a Markdown table are printed. What is in
WORK is not made again, so that schemes can be run one at a time.

FP8 with a scale a channel is only made: on a processor vLLM computes it in a reference loop (serving/hardware/kernels).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from benchmarks.compression.app import Figures, measure_in_app, prepare_domain
from benchmarks.compression.table import HEADER, original_row, row
from serving.checkpoint.read import read_checkpoint
from serving.compress.check import FILE, prepare_check, run_check
from serving.compress.methods import CompressionScheme, parse_scheme
from serving.compress.request import CompressionRequest
from serving.compress.result import CompressionResult
from serving.compress.run import compress, prepare
from serving.compress.target import this_processor
from serving.get.folders import sized_name

ARGUMENTS = {
    "w8a8": ("w8a8",),
    "w4a16": ("w4a16",),
    "fp8": ("fp8",),
    "bf16+kv-fp8": ("bf16", "fp8"),
    "w4a16+sparsegpt-2:4": ("w4a16", "bf16", "sparsegpt"),
}
NOT_SERVED = {"fp8": "a reference loop on a CPU: not asked"}


def main() -> None:
    """Make what is missing, and print a row each."""
    arguments = _arguments()
    work: Path = arguments.work.absolute()
    domain = prepare_domain(work, arguments.questions, arguments.checked)
    name = sized_name("model", read_checkpoint(work / "model").parameters)
    print(HEADER, flush=True)
    if not arguments.schemes:
        print(original_row(work / "model", measure_in_app(domain, work / "model", name)), flush=True)
    for label in arguments.schemes or ARGUMENTS:
        out, scheme = work / label, parse_scheme(*ARGUMENTS[label])
        request = CompressionRequest(
            str(work / "model"), out, scheme, this_processor(), domain.calibration, arguments.samples
        )
        prepared = prepare(request)
        record = compress(prepared, _ignore)
        calibrated_on = prepared.calibration.documents if prepared.calibration else frozenset[str]()
        if label in NOT_SERVED:
            print(row(record, NOT_SERVED[label], None), flush=True)
            continue
        check = _checked(out, scheme, record, domain.check, calibrated_on)
        figures: Figures = measure_in_app(domain, out, name)
        print(row(record, check, figures), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path, metavar="WORK")
    parser.add_argument("schemes", nargs="*", metavar="SCHEME", help=f"of {', '.join(ARGUMENTS)}; without: all")
    parser.add_argument("--samples", type=int, default=256, help="prompts to calibrate on")
    parser.add_argument("--checked", type=int, default=64, help="prompts of each kind in the check")
    parser.add_argument("--questions", type=int, default=69, help="gold questions asked through the app")
    arguments = parser.parse_args()
    if unknown := set(arguments.schemes) - set(ARGUMENTS):
        parser.error(f"no such scheme: {', '.join(sorted(unknown))}. Schemes: {', '.join(ARGUMENTS)}")
    return arguments


def _ignore(_done: int, _total: int) -> None:
    """Report no progress."""


def _checked(
    folder: Path, scheme: CompressionScheme, record: CompressionResult, prompts: Path, calibrated_on: frozenset[str]
) -> dict[str, dict[str, float]]:
    """Check the folder unless it is checked, and return the figures of check.json."""
    if not (folder / FILE).exists():
        run_check(Path(record.source), folder, record, prepare_check(prompts, scheme, calibrated_on), _ignore)
    check: dict[str, dict[str, float]] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    return check


if __name__ == "__main__":
    main()

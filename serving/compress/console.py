"""A compression in a few lines: what it will take, what it took, and what the model still answers."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from core.stats import Estimate
from serving.checkpoint.lineage import describe_lineage
from serving.compress.compare import NOTHING_RIGHT, Check
from serving.compress.estimate import duration
from serving.compress.result import CompressionResult
from serving.compress.run import Prepared


def expectation(prepared: Prepared) -> str:
    """Return the line that is printed before it begins."""
    expected = prepared.estimate
    takes = "an unknown time" if expected.seconds is None else duration(expected.seconds)
    data = prepared.calibration
    with_data = f", on {data.domain} prompts and {data.general} pieces of general text" if data else ", without data"
    method = prepared.request.scheme.method
    groups = f" in groups of {method.storage.group}" if method.grouped else ""
    return (
        f"{prepared.checkpoint.name} to {prepared.request.scheme.label}{groups}{with_data}: "
        f"{_size(expected.bytes_before)} to about {_size(expected.bytes_after)} "
        f"({expected.bits_per_weight:.2f} bits a weight), {takes}, {_size(expected.memory)} of memory."
    )


def print_result(result: CompressionResult, check: Check | None, console: Console) -> None:
    """Print the result as a table; without a check, that nothing is known of its answers."""
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("", "original", result.scheme, "kept"):
        table.add_column(title)
    ratio = f"{result.bytes_before / result.bytes_after:.2f} times smaller"
    table.add_row("weights", _size(result.bytes_before), _size(result.bytes_after), ratio)
    bits = 8 * result.bytes_before / result.parameters
    table.add_row("bits a weight", f"{bits:.2f}", f"{result.bits_per_weight:.2f}", "")
    if check is not None:
        for row in _check_rows(check):
            table.add_row(*row)
    console.print(table)
    console.print(f"Made from: {describe_lineage(result.steps)}.", soft_wrap=True, markup=False)
    kept = f", continuing after {result.kept_layers} layers of an earlier run" if result.kept_layers else ""
    took = f"Took {result.seconds:.0f} s and {_size(result.peak_memory_bytes)} of memory{kept}."
    if check is None:
        console.print(f"{took} What the model still answers is not known: run it with --check.", soft_wrap=True)
    else:
        console.print(f"{took} {_kept(check)}", soft_wrap=True)


def _kept(check: Check) -> str:
    if check.recovered is None:
        return NOTHING_RIGHT
    return (
        f"The model keeps {check.recovered.value:.1%} of the accuracy ({check.recovered.low:.1%} to "
        f"{check.recovered.high:.1%}), on {check.tokens:,} tokens of {check.recovered.n} held-out prompts and "
        f"{check.agreement.n} cases."
    )


def _check_rows(check: Check) -> list[tuple[str, str, str, str]]:
    return [
        (
            "perplexity, held-out text",
            _interval(check.perplexity_original, 2),
            _interval(check.perplexity_compressed, 2),
            f"x {_interval(check.perplexity_ratio, 3)}",
        ),
        (
            "next token right, held-out text",
            _interval(check.accuracy_original),
            _interval(check.accuracy_compressed),
            _interval(check.recovered) if check.recovered else "not known",
        ),
        ("same answer as the original", _interval(check.agreement_itself), _interval(check.agreement), ""),
        ("same words from the start", _interval(check.same_words_itself), _interval(check.same_words), ""),
    ]


def _interval(estimate: Estimate, digits: int = 3) -> str:
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f}–{estimate.high:.{digits}f})"


def _size(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"

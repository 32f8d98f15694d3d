"""A compression in a few lines: what it will take, what it took, what it still answers."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table

from core.stats import Estimate
from serving.compress.check import Check
from serving.compress.estimate import duration
from serving.compress.record import Record
from serving.compress.run import Prepared


def expectation(prepared: Prepared) -> str:
    """Said before it begins."""
    guess = prepared.estimate
    takes = "an unknown time" if guess.seconds is None else duration(guess.seconds)
    data = prepared.calibration
    with_data = f", on {data.domain} prompts and {data.general} pieces of general text" if data else ", without data"
    return (
        f"{prepared.checkpoint.name} to {prepared.request.wish.label}{with_data}: "
        f"{_size(guess.bytes_before)} to about {_size(guess.bytes_after)} ({guess.bits_per_weight:.2f} bits a weight), "
        f"{takes}, {_size(guess.memory)} of memory."
    )


def print_record(record: Record, check: Check | None, console: Console) -> None:
    """The result as a table, and where nothing was checked, that."""
    table = Table(box=box.SIMPLE_HEAD)
    for title in ("", "original", record.scheme, "kept"):
        table.add_column(title)
    ratio = f"{record.bytes_before / record.bytes_after:.2f} times smaller"
    table.add_row("weights", _size(record.bytes_before), _size(record.bytes_after), ratio)
    bits = 8 * record.bytes_before / record.parameters
    table.add_row("bits a weight", f"{bits:.2f}", f"{record.bits_per_weight:.2f}", "")
    if check is not None:
        for row in _check_rows(check):
            table.add_row(*row)
    console.print(table)
    kept = f", after {record.kept_layers} layers of a run before" if record.kept_layers else ""
    took = f"Took {record.seconds:.0f} s and {_size(record.peak_memory_bytes)} of memory{kept}."
    if check is None:
        console.print(f"{took} What it still answers is not known: run it with --check.", soft_wrap=True)
    else:
        console.print(
            f"{took} {check.recovered.value:.1%} of the accuracy was recovered ({check.recovered.low:.1%} to "
            f"{check.recovered.high:.1%}), on {check.tokens:,} tokens of {check.recovered.n} held-out prompts and "
            f"{check.agreement.n} cases.",
            soft_wrap=True,
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
            _interval(check.recovered),
        ),
        ("same answer as the original", _interval(check.agreement_itself), _interval(check.agreement), ""),
        ("words before they part", _interval(check.same_words_itself), _interval(check.same_words), ""),
    ]


def _interval(estimate: Estimate, digits: int = 3) -> str:
    return f"{estimate.value:.{digits}f} ({estimate.low:.{digits}f}–{estimate.high:.{digits}f})"


def _size(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"

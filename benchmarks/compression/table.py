"""The rows of the table, in Markdown."""

from __future__ import annotations

from pathlib import Path

from benchmarks.compression.app import METRICS, Figures
from serving.checkpoint.tensors import stored_bytes
from serving.compress.result import CompressionResult

COLUMNS = (
    *("scheme", "weights, MB", "bits a weight", "time, memory", "perplexity", "next token right", "recovered"),
    *("same answer (itself)", "tokens/s", *METRICS),
)
HEADER = "| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS)


def original_row(model: Path, figures: Figures) -> str:
    """Return the row of the checkpoint that the others were made from."""
    return _line(["original", f"{stored_bytes(model) / 1e6:.1f}", "16.0", *[""] * 5, *_in_app(figures)])


def row(record: CompressionResult, check: dict[str, dict[str, float]] | str, figures: Figures | None) -> str:
    """Return the row of a scheme. A text in place of the check says why there is none."""
    cells = [
        f"`{record.scheme}`",
        f"{record.bytes_after / 1e6:.1f} of {record.bytes_before / 1e6:.1f}",
        f"{record.bits_per_weight:.2f}",
        f"{record.seconds:.0f} s, {record.peak_memory_bytes / 1e9:.2f} GB",
    ]
    if isinstance(check, str):
        return _line([*cells, check, *[""] * (len(COLUMNS) - len(cells) - 1)])
    before, after = check["perplexity_original"]["value"], check["perplexity_compressed"]["value"]
    right = check["accuracy_original"]["value"], check["accuracy_compressed"]["value"]
    measured = [
        f"{before:.2f} → {after:.2f}",
        f"{right[0]:.3f} → {right[1]:.3f}",
        _interval(check["recovered"]) if check["recovered"] else "not known",
        f"{_interval(check['agreement'])}; itself {check['agreement_itself']['value']:.2f}",
    ]
    return _line([*cells, *measured, *(_in_app(figures) if figures else [])])


def _in_app(figures: Figures) -> list[str]:
    known = [_interval(figures.metrics[name]) if name in figures.metrics else "" for name in METRICS]
    return [f"{figures.tokens_per_second:.0f}", *known]


def _interval(figure: dict[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"

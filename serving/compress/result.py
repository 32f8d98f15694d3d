"""What was done, in the folder of the weights: compression.json for programs, README.md (the model card) for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from serving.checkpoint.lineage import Step, compressed_step
from serving.checkpoint.read import Checkpoint
from serving.checkpoint.tensors import stored_bytes
from serving.compress.calibration import Calibration
from serving.compress.methods import CompressionScheme
from serving.result_file import read_result_file, write_result_file

FORMAT = "groundwork-compression-1"
FILE = "compression.json"


@dataclass(frozen=True, slots=True)
class CompressionResult:
    """One compression.

    scheme          its label
    calibration     empty for a scheme without data
    bytes_before    of the weight files, like `bytes_after`
    kept_layers     solved by a run that was cut off, whose seconds are not counted
    job             a hash of everything that decided the result
    source_sha256   of the files of the model that was compressed; lineage: the steps that had made it
    estimate        what was expected before it began
    """

    model: str
    source: str
    scheme: str
    recipe: str
    versions: Mapping[str, str]
    calibration: Mapping[str, Any]
    parameters: int
    bytes_before: int
    bytes_after: int
    bits_per_weight: float
    seconds: float
    peak_memory_bytes: int
    date: str
    kept_layers: int = 0
    job: str = ""
    estimate: Mapping[str, Any] | None = None
    source_sha256: str = ""
    lineage: Sequence[Mapping[str, Any]] = ()

    @property
    def steps(self) -> tuple[Step, ...]:
        """The whole lineage: what had made the model, and this compression."""
        return compressed_step(asdict(self), self.model)

    def to_dict(self) -> dict[str, Any]:
        """Return the object of compression.json."""
        return {"format": FORMAT, **asdict(self)}


def make_result(
    checkpoint: Checkpoint,
    scheme: CompressionScheme,
    calibration: Calibration | None,
    reported: Mapping[str, Any],
    folder: Path,
) -> CompressionResult:
    """Return the result of the checkpoint in `folder` and of what the worker reported.

    Raises ServingError for a broken checkpoint.
    """
    after = stored_bytes(folder)
    return CompressionResult(
        model=checkpoint.name,
        source=str(checkpoint.folder.resolve()),
        scheme=scheme.label,
        recipe=reported["recipe"],
        versions=reported["versions"],
        calibration=_describe(calibration, reported) if calibration else {},
        parameters=checkpoint.parameters,
        bytes_before=stored_bytes(checkpoint.folder),
        bytes_after=after,
        bits_per_weight=round(8 * after / checkpoint.parameters, 3),
        seconds=reported["seconds"],
        peak_memory_bytes=reported["peak_memory_bytes"],
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
        kept_layers=reported["kept_layers"],
    )


def _describe(calibration: Calibration, reported: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sha256": calibration.sha256,
        "domain_samples": calibration.domain,
        "general_samples": calibration.general,
        "tokens": reported["tokens"],
        "truncated": reported["truncated"],
        "documents": sorted(calibration.documents),
    }


def write_result(folder: Path, result: CompressionResult, warnings: Sequence[str]) -> None:
    """Write both files."""
    write_result_file(folder / FILE, result.to_dict())
    (folder / "README.md").write_text(_card(result, warnings), encoding="utf-8")


def read_result(folder: Path) -> CompressionResult:
    """Read compression.json. Raises ConfigurationError for a folder that is not a finished compression."""
    return read_result_file(folder / FILE, FORMAT, CompressionResult, "compression")


def _card(result: CompressionResult, warnings: Sequence[str]) -> str:
    calibration = result.calibration
    if calibration:
        learned = (
            f"{calibration['domain_samples']} prompts of the domain and {calibration['general_samples']} pieces of "
            f"general text, {calibration['tokens']:,} tokens, SHA-256 `{calibration['sha256'][:16]}…`. They contain "
            f"passages of {len(calibration['documents'])} documents (compression.json names them)."
        )
    else:
        learned = "none: this scheme uses the weights alone."
    versions = ", ".join(f"{name} {version}" for name, version in result.versions.items())
    kept = f", {result.kept_layers} layers of an earlier run not counted" if result.kept_layers else ""
    made = f"{result.date} in {result.seconds:.0f} s with {result.peak_memory_bytes / 1e9:.1f} GB of memory{kept}"
    notes = "".join(f"- {warning}\n" for warning in warnings)
    return f"""---
base_model: {result.model}
library_name: vllm
tags: [compressed-tensors, {result.scheme}]
---

# {result.model}, {result.scheme}

`{result.model}` compressed by Groundwork with LLM Compressor.

| | original | compressed |
|---|---|---|
| weights | {result.bytes_before / 1e6:,.1f} MB | {result.bytes_after / 1e6:,.1f} MB |
| bits a weight | {8 * result.bytes_before / result.parameters:.2f} | {result.bits_per_weight:.2f} |

- Calibration: {learned}
- Made on {made}; {versions}.
- Accuracy: `check.json`, if the check was run (`groundwork model compress … --check`); without it, it is not known.
{notes}
## Use

    vllm serve FOLDER

The licence and the limits of the original apply.

## Recipe

```yaml
{result.recipe.strip()}
```
"""

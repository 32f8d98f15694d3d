"""What was done, beside the weights: compression.json for scripts, README.md (the model card) for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from serving.compress.calibration import Calibration
from serving.compress.checkpoint import Checkpoint
from serving.compress.methods import Wish
from serving.safetensors import stored_bytes

FORMAT = "groundwork-compression-1"
FILE = "compression.json"


@dataclass(frozen=True, slots=True)
class Record:
    """One compression. Bytes are those of the weight files; `calibration` is empty for a scheme without data.

    `job` is a hash of all that decided the result; `estimate` what was expected before it began. `kept_layers` were
    solved by a run that was cut off, whose seconds are not counted.
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

    def with_job(self, job: str, estimate: Mapping[str, Any]) -> Record:
        """The same with what it came from."""
        return replace(self, job=job, estimate=estimate)

    def to_dict(self) -> dict[str, Any]:
        """As compression.json has it."""
        return {"format": FORMAT, **asdict(self)}


def make_record(
    checkpoint: Checkpoint, wish: Wish, calibration: Calibration | None, result: Mapping[str, Any], folder: Path
) -> Record:
    """Of the checkpoint in `folder`, and of what the worker told. Raises ServingError if it is broken."""
    after = stored_bytes(folder)
    return Record(
        model=checkpoint.name,
        source=str(checkpoint.folder.resolve()),
        scheme=wish.label,
        recipe=result["recipe"],
        versions=result["versions"],
        calibration=_describe(calibration, result) if calibration else {},
        parameters=checkpoint.parameters,
        bytes_before=stored_bytes(checkpoint.folder),
        bytes_after=after,
        bits_per_weight=round(8 * after / checkpoint.parameters, 3),
        seconds=result["seconds"],
        peak_memory_bytes=result["peak_memory_bytes"],
        date=datetime.now().astimezone().isoformat(timespec="seconds"),
        kept_layers=result["kept_layers"],
    )


def _describe(calibration: Calibration, result: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "sha256": calibration.sha256,
        "domain_samples": calibration.domain,
        "general_samples": calibration.general,
        "tokens": result["tokens"],
        "truncated": result["truncated"],
        "documents": sorted(calibration.documents),
    }


def write_record(folder: Path, record: Record, warnings: Sequence[str]) -> None:
    """Both files."""
    text = json.dumps(record.to_dict(), indent=2, ensure_ascii=False) + "\n"
    (folder / FILE).write_text(text, encoding="utf-8")
    (folder / "README.md").write_text(_card(record, warnings), encoding="utf-8")


def read_record(folder: Path) -> Record:
    """Raises ConfigurationError for a folder that this did not make."""
    file = folder / FILE
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if values.pop("format") != FORMAT:
            raise ValueError(f"the format is not {FORMAT}")
        return Record(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{folder} exists, and is no finished compression ({type(error).__name__}: {error}). Choose another --out."
        ) from error


def _card(record: Record, warnings: Sequence[str]) -> str:
    calibration = record.calibration
    if calibration:
        learned = (
            f"{calibration['domain_samples']} prompts of the domain and {calibration['general_samples']} pieces of "
            f"general text, {calibration['tokens']:,} tokens, SHA-256 `{calibration['sha256'][:16]}…`. They show "
            f"passages of {len(calibration['documents'])} documents (compression.json names them)."
        )
    else:
        learned = "none: this scheme looks at the weights alone."
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    kept = f", {record.kept_layers} layers of a run before not counted" if record.kept_layers else ""
    made = f"{record.date} in {record.seconds:.0f} s with {record.peak_memory_bytes / 1e9:.1f} GB of memory{kept}"
    notes = "".join(f"- {warning}\n" for warning in warnings)
    return f"""---
base_model: {record.model}
library_name: vllm
tags: [compressed-tensors, {record.scheme}]
---

# {record.model}, {record.scheme}

`{record.model}` compressed by Groundwork with LLM Compressor.

| | original | compressed |
|---|---|---|
| weights | {record.bytes_before / 1e6:,.1f} MB | {record.bytes_after / 1e6:,.1f} MB |
| bits a weight | {8 * record.bytes_before / record.parameters:.2f} | {record.bits_per_weight:.2f} |

- Calibration: {learned}
- Made on {made}; {versions}.
- Accuracy: `check.json`, when the check was run (`groundwork model compress … --check`); without it, nothing is known.
{notes}
## Use

    vllm serve FOLDER

The licence and the limits of the original apply.

## Recipe

```yaml
{record.recipe.strip()}
```
"""

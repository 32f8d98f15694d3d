"""Where a model comes from, step by step: the base, what it was taught on, how it was compressed.

    base         the model that was got, with its source and licence
    distilled    trained on examples: the hashes of data and base, method, versions; "lora" where its weights are an
                 adapter
    compressed   the scheme, the hash of the calibration, versions

Each command that makes a folder from another writes the steps of that one into its result (`distillation.json`,
`compression.json`), so that the record is complete where the earlier folders are gone. It is read here, from these
files and from `groundwork-model.json`.

`of_sha256` is the hash of what a step began with, over all files that a server reads (`identity.py`).

Not covered: what was done to a folder by hand, which only such a hash shows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from core.errors import ConfigurationError
from serving.checkpoint.configuration import CONFIG
from serving.get.folders import read_record, served_name

Step: TypeAlias = Mapping[str, Any]
"""JSON values; `step` is "base", "distilled" or "compressed", and `name` the model's name after it."""

ADAPTER = "adapter_config.json"
_DISTILLATION, _COMPRESSION = "distillation.json", "compression.json"
_SHORT = 12


def read_lineage(folder: Path) -> tuple[Step, ...]:
    """Return the steps that made a checkpoint or an adapter, the first one first.

    A folder that says nothing of its origin is a base. Raises ConfigurationError for a folder that is neither, and for
    a result that cannot be read.
    """
    if not any((folder / name).is_file() for name in (CONFIG, ADAPTER)):
        raise ConfigurationError(
            f"{folder} is neither a checkpoint nor an adapter: it has no {CONFIG} and no {ADAPTER}. Name the folder of "
            "a model."
        )
    name = served_name(folder) or folder.resolve().name
    if compression := _result(folder / _COMPRESSION):
        return compressed_step(compression, name)
    if distillation := _result(folder / _DISTILLATION):
        return _distilled(distillation, name)
    return (_base(folder, name),)


def find_lineage(model: str, models: Path) -> tuple[Step, ...] | None:
    """Return the lineage of a served model that is on this machine; None for another.

    Its name is a folder of `models`, or what such a one is served as; adapters are found by their folder's name. A
    result that cannot be read counts as none.
    """
    folders = sorted(path for path in models.iterdir() if path.is_dir()) if models.is_dir() else []
    found = next((path for path in folders if model in (path.name, served_name(path))), None)
    try:
        return None if found is None else read_lineage(found)
    except ConfigurationError:
        return None


def describe_lineage(steps: Sequence[Step]) -> str:
    """Return the lineage in a line."""
    return " → ".join(map(_described, steps))


def compressed_step(result: Mapping[str, Any], name: str) -> tuple[Step, ...]:
    """Return the lineage of what a compression made, from the object of its result.

    Results of versions that kept no lineage have the name of the model that was compressed alone.
    """
    before = result.get("lineage") or ({"step": "base", "name": result.get("model")},)
    own = {
        "step": "compressed",
        "name": name,
        "of_sha256": result.get("source_sha256") or None,
        "scheme": result.get("scheme"),
        "calibration_sha256": (result.get("calibration") or {}).get("sha256"),
        "versions": result.get("versions"),
        "date": result.get("date"),
    }
    return (*before, own)


def _distilled(result: Mapping[str, Any], name: str) -> tuple[Step, ...]:
    # The last step of the result is this one, in fewer words.
    before = tuple(step for step in result.get("lineage") or () if step.get("step") != "distilled" or "date" in step)
    own = {
        "step": "distilled",
        "name": name,
        "of_sha256": result.get("base_sha256"),
        "data_sha256": result.get("data_sha256"),
        "examples": result.get("train_examples"),
        "method": result.get("method"),
        "hyperparameters": result.get("hyperparameters"),
        "versions": result.get("versions"),
        "date": result.get("date"),
    }
    return (*(before or ({"step": "base", "name": result.get("base"), "sha256": result.get("base_sha256")},)), own)


def _base(folder: Path, name: str) -> Step:
    record = read_record(folder) or {}
    return {"step": "base", "name": name, "source": record.get("source"), "licence": record.get("licence")}


def _result(file: Path) -> Mapping[str, Any] | None:
    """Return the object of a result; None where there is none. Raises ConfigurationError for another content."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read ({error}). Restore it, or make the folder again.") from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{file} holds no object. Restore it, or make the folder again.")
    return found


def _described(step: Step) -> str:
    if step["step"] == "distilled":
        kind = "adapter" if step.get("method") == "lora" else str(step.get("method"))
        teacher = (step.get("hyperparameters") or {}).get("teacher")
        taught = f", teacher {Path(str(teacher)).name}" if teacher else ""
        return f"distilled on {step.get('examples')} examples (data {_short(step.get('data_sha256'))}, {kind}{taught})"
    if step["step"] == "compressed":
        calibration = step.get("calibration_sha256")
        data = f" (calibration {_short(calibration)})" if calibration else ""
        return f"{step.get('scheme')}{data}"
    return str(step.get("name"))


def _short(digest: object) -> str:
    return str(digest)[:_SHORT]

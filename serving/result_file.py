"""The result of a step that made a model's folder: a file with one JSON object, which states its format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from core.errors import ConfigurationError

Result = TypeVar("Result")


def write_result_file(file: Path, values: Mapping[str, Any]) -> None:
    """Write the object, in a folder that nobody reads yet."""
    file.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_result_file(file: Path, file_format: str, result: type[Result], made: str, derived: str = "") -> Result:
    """Return the result in a file: an object with the fields of `result`, its format, and perhaps a derived figure.

    `made` names what wrote the folder. Raises ConfigurationError for a folder without a result of this format.
    """
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
        if values.pop("format") != file_format:
            raise ValueError(f"the format is not {file_format}")
        if derived:
            values.pop(derived)
        return result(**values)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{file.parent} exists, and is not a finished {made} ({type(error).__name__}: {error}). "
            "Choose another --out."
        ) from error

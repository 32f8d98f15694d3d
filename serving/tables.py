"""The YAML tables (models.yaml, gpus.yaml, prices.yaml): small, dated, with their sources, made to be edited."""

from __future__ import annotations

from typing import Any

import yaml

from core.errors import ConfigurationError


def parse_table(name: str, text: str) -> dict[str, Any]:
    """Return a table's top level. Raises ConfigurationError that names the table and the line."""
    try:
        table = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigurationError(f"{name} is not valid YAML: {' '.join(str(error).split())}. Fix that line.") from error
    if not isinstance(table, dict):
        raise ConfigurationError(
            f"{name} holds {type(table).__name__}, not a mapping. Start from the table in the repository."
        )
    return table

"""Write the JSON Schema of domain.toml: `python -m testing.domain_schema`."""

from __future__ import annotations

import json
from pathlib import Path

from core.domain import DomainFile

SCHEMA = Path(__file__).resolve().parents[1] / "domains" / "domain.schema.json"


def domain_schema() -> str:
    """Return the JSON Schema of domain.toml as text."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **DomainFile.model_json_schema()}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(domain_schema(), encoding="utf-8")

"""Contents of records, for tests of what promotes and serves them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from core.recipe import Recipe


def content_of(
    recipe: Recipe,
    *,
    verdict: str = "ships",
    domain: str = "team",
    model: str | None = "tiny",
    corpus_sha256: str = "c0",
    documents: int = 5,
    embedder: str = "MiniLM",
) -> dict[str, Any]:
    """Return the parts of a record that are read when it is promoted and served."""
    requirement = {"metric": "citation recall", "outcome": "met" if verdict == "ships" else "missed"}
    return {
        "verdict": {"verdict": verdict, "questions": 120, "requirements": [requirement]},
        "domain": domain,
        "corpus": {"sha256": corpus_sha256, "documents": documents, "embedder": embedder},
        "recipe": asdict(recipe),
        "model": {"name": model, "mode": "extractive" if model is None else "generated", "checkpoint": None},
        "candidate": {"folder": "runs/candidate"},
    }

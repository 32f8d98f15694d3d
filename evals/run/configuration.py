"""Describe what a run evaluates, and compare it with what a run that is continued has evaluated so far."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from core.corpus import corpus_sha256
from core.domain import Domain
from core.errors import ConfigurationError
from evals.cases.case import Case
from evals.run.ask import chosen_model, model_id
from evals.run.request import EvaluationRequest
from serving.checkpoint.lineage import find_lineage

_OF_EACH_START = ("date",)
"""What a run that is continued has of its own."""
_LONGEST_SHOWN = 60
"""Characters of a value in a message."""


def describe_questions(file: Path, request: EvaluationRequest, cases: Sequence[Case]) -> dict[str, Any]:
    """Describe the questions, and how they are asked."""
    return {
        "cases": file.name,
        "cases_sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "split": request.split,
        "questions": len(cases),
        "labelled_answers": sum(len(case.labelled) for case in cases),
        "concurrency": request.concurrency,
        "price": request.price.to_dict(),
    }


def describe_system(
    domain: Domain, recipe: str, service: Mapping[str, Any], documents: Sequence[Mapping[str, Any]], models: Path
) -> dict[str, Any]:
    """Describe the system that is evaluated: what is known here, and what the service reports.

    `check_recipe` has compared the recipe's values, which are read from the domain's file, with those of the service.
    `corpus_sha256` is the hash of the documents' ids and of their contents, and `model_lineage` what made the model,
    where it is in the folder `models` of this machine.
    """
    model = model_of(service, recipe)
    lineage = find_lineage(model, models) if model is not None else None
    corpus = [(document["id"], document["content_hash"]) for document in documents]
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "groundwork": groundwork_version(),
        "domain": domain.name,
        "recipe": asdict(domain.recipes[recipe]),
        "recipe_sha256": domain.recipes[recipe].sha256,
        "mode": service["mode"],
        "model": model,
        "model_lineage": None if lineage is None else list(lineage),
        "embedder": service["embedder"],
        "documents": service["documents"],
        "chunks": service["chunks"],
        "corpus_sha256": corpus_sha256(corpus),
    }


def model_of(service: Mapping[str, Any], recipe: str) -> str | None:
    """Return the language model that writes the answers of a recipe; None where none does, or it is not known."""
    if service["mode"] == "extractive":
        return None
    by_id: Mapping[str, str | None] = service.get("written_by") or {}
    # Where a release is served, `groundwork` is the release's recipe.
    return by_id.get(chosen_model(recipe)) or by_id.get(model_id(recipe)) or service["model"]["name"]


def check_recipe(domain: Domain, recipe: str, service: Mapping[str, Any]) -> None:
    """Raise ConfigurationError when the service answers with other values or prompts than the domain's files have."""
    hashes: Mapping[str, str] = service.get("recipes") or {}
    # Where a release is served, `groundwork` is the release's recipe.
    served = hashes.get(chosen_model(recipe)) or hashes.get(model_id(recipe))
    if served != domain.recipes[recipe].sha256:
        raise ConfigurationError(
            f"The running service answers with another recipe '{recipe}' than {domain.folder} has now: it was started "
            "before domain.toml or a prompt was edited. Restart the service, or undo the edit."
        )


def check_unchanged(folder: Path, begun: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise ConfigurationError when a run would go on with another system or other questions; it names the changes."""
    if begun.get("cases_sha256") != now["cases_sha256"]:
        raise ConfigurationError(
            f"The run in {folder} asks the questions of {begun.get('cases')} as it was then, and {now['cases']} has "
            "other ones. Name the same file with --cases, or start a new run without --resume."
        )
    changes = list(_changes(begun, json.loads(json.dumps(now)), ""))
    if changes:
        raise ConfigurationError(
            f"The run in {folder} cannot be continued: since it was begun, {'; '.join(changes)}. Answers of two "
            "systems would be mixed. Restore what has changed, or start a new run without --resume."
        )


def _changes(begun: Mapping[str, Any], now: Mapping[str, Any], within: str) -> Iterator[str]:
    for key in dict.fromkeys((*begun, *now)):
        then, value = begun.get(key), now.get(key)
        if then == value or (not within and key in _OF_EACH_START):
            continue
        if isinstance(then, Mapping) and isinstance(value, Mapping):
            yield from _changes(then, value, f"{key}.")
        else:
            yield f"{within}{key} was {_shown(then)} and is {_shown(value)}"


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def groundwork_version() -> str:
    """Return the version that is installed, or that none is."""
    try:
        return version("groundwork")
    except PackageNotFoundError:
        return "not installed (run from a checkout)"

"""What decides the result of a run, as hashes and values: written when a folder is begun, compared at each start."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.corpus import corpus_sha256
from core.domain import load_domain
from core.errors import ConfigurationError
from core.settings import Settings
from evals.distill.run.parts import ConnectHere
from evals.distill.run.request import DistillRunRequest
from evals.distill.run.sets import JudgeSet
from evals.service import read_document_rows
from serving.checkpoint.identity import describe_checkpoint


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of an index: their number, and the hash of their ids and contents."""

    number: int
    sha256: str


async def read_documents(settings: Settings, connect: ConnectHere) -> Documents:
    """Return the documents of an index. Raises ConfigurationError where there is none, and IndexLocked."""
    async with connect(settings) as client:
        found = await read_document_rows(client)
    if not found:
        raise ConfigurationError(
            f"No document has been ingested into {settings.data_dir}. Run: groundwork ingest FOLDER"
        )
    pairs = [(document["id"], document["content_hash"]) for document in found]
    return Documents(len(pairs), corpus_sha256(pairs))


def describe_inputs(
    request: DistillRunRequest, sets: Sequence[JudgeSet], documents: Sequence[Documents]
) -> dict[str, Any]:
    """Return what decides the result, but for the budget: names of this machine's folders are not among it."""
    found: dict[str, Any] = {
        "model": describe_checkpoint(request.model)["sha256"],
        "split": request.split,
        "questions": request.questions,
        "recipe": request.recipe,
        "concurrency": request.concurrency,
        "number": request.number,
        "seed": request.seed,
        "method": request.method,
        "teacher": request.describe_teacher(),
        "compress": request.compress,
    }
    for judged, corpus in zip(sets, documents, strict=True):
        domain = load_domain(judged.settings.domain_dir)
        found |= {
            f"documents of {judged.name}": corpus.sha256,
            f"cases of {judged.name}": files_sha256(judged.files),
            f"recipe of {judged.name}": domain.recipes[request.recipe].sha256,
            f"gate of {judged.name}": asdict(domain.gate),
        }
    return found


def check_recipe(request: DistillRunRequest, sets: Sequence[JudgeSet]) -> None:
    """Raise ConfigurationError where a domain has no recipe of this name."""
    for judged in sets:
        domain = load_domain(judged.settings.domain_dir)
        if request.recipe not in domain.recipes:
            raise ConfigurationError(
                f"There is no recipe '{request.recipe}' in {domain.folder / 'domain.toml'}; it has: "
                f"{', '.join(domain.recipes)}."
            )


def files_sha256(files: Iterable[Path]) -> str:
    """Return the SHA-256 of the contents of files, in their order. Raises ConfigurationError."""
    found = hashlib.sha256()
    for file in files:
        try:
            found.update(hashlib.sha256(file.read_bytes()).digest())
        except OSError as error:
            raise ConfigurationError(f"{file} cannot be read: {error.strerror}. Name a readable file.") from error
    return found.hexdigest()

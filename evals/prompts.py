"""The app's own prompts, rendered: what a model that is compressed, measured or replaced is given to read.

Questions are the domain's cases, and for each document one a heading (the first sentence where there is none): no
model writes them. They go through the answer path's own `retrieve` and `build_prompt`, so that the messages are those
that the model server gets. A question that the app would refuse, because its passages are not relevant enough, never
reaches a model: it is left out and counted.

Whole documents are held out for the check of a compressed model, chosen by the hash of their ids. The parts:

    served        every question as it is served
    cases         the cases alone, as they are served
    calibration   passages of the documents that are not held out, and the cases of the split `dev` that ask about them;
                  retrieved from these documents only, so that no held-out page is in a prompt
    check         all other cases as they are served, and passages of held-out documents, retrieved from these only

The index is opened here: the service's HTTP API does not return the prompt, which contains the domain's instructions.
While a service holds the embedded index this ends with IndexLocked; with QDRANT_URL it works beside one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal, TypeAlias

from app.answer.generated.prompt import build_prompt
from app.answer.generated.small import fitted_to_size, shortened
from app.answer.retrieval.retrieve import retrieve
from app.answer.types import Passage, Question, Retrieval
from app.service.bootstrap import build_service
from app.service.service import Service
from core.errors import ConfigurationError
from core.permissions import EVERYTHING
from core.prompts import Prompt
from core.recipe import Recipe
from core.sentences import split_sentences
from core.settings import Settings
from core.types import Document, SearchFilter, heading_line
from evals.cases.case import Case
from evals.cases.read import load_cases
from ingest.blocks import split_blocks

Part: TypeAlias = Literal["served", "cases", "calibration", "check"]
Origin: TypeAlias = Literal["case", "passage"]
ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of prompts rendered and the number of all."""

HELD_OUT_SHARE = 0.2
_LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True)
class Rendered:
    """The prompts of one part, the documents that are held out of the calibration, and the questions refused."""

    part: Part
    prompts: tuple[Prompt, ...]
    held_out: frozenset[str]
    refused: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question, and the documents that its passages are retrieved from (empty: all)."""

    id: str
    origin: Origin
    question: Question
    answer: str | None = None
    among: tuple[str, ...] = ()


def held_out_documents(document_ids: Sequence[str], share: float = HELD_OUT_SHARE) -> frozenset[str]:
    """Return the documents held out for the check: those whose ids' SHA-256 come first, at least one and never all.

    Raises ConfigurationError for fewer than two documents.
    """
    if len(document_ids) < 2:
        raise ConfigurationError(
            f"{len(document_ids)} documents are ingested; to hold some out for a check, two or more are needed. "
            "Run: groundwork ingest FOLDER"
        )
    ranked = sorted(document_ids, key=lambda name: hashlib.sha256(name.encode()).digest())
    return frozenset(ranked[: min(ceil(share * len(ranked)), len(ranked) - 1)])


def render_prompts(
    settings: Settings, part: Part, progress: ReportProgress, recipe: str = "default", model: str | None = None
) -> Rendered:
    """Render a part's prompts from the index and the domain's cases (a domain may have none).

    They are those for the model of this name, else for the recipe's, else for LLM_MODEL: a small one has fewer and
    shorter passages, and an example.
    Raises IndexLocked while a service holds the embedded index, IndexFault, EmbeddingError, and ConfigurationError for
    a recipe or cases that cannot be used, too few documents, or a part without a prompt.
    """
    service = build_service(settings, "groundwork model prompts")
    try:
        service.open()
        return render_with(service, part, progress, recipe, model)
    finally:
        service.close()


def render_with(
    service: Service, part: Part, progress: ReportProgress, recipe: str = "default", model: str | None = None
) -> Rendered:
    """Render with a service that is open already. Raises ConfigurationError as `render_prompts` does."""
    chosen = named_recipe(service, recipe)
    chosen = fitted_to_size(chosen, model or chosen.model or service.settings.llm_model)
    index = service.library.index.visible_to(EVERYTHING)
    documents = [document for record in index.records() if (document := index.document(record.id))]
    held_out = held_out_documents([document.id for document in documents])
    asked = list(_questions(service, documents, held_out, part))
    prompts: list[Prompt] = []
    for number, one in enumerate(asked):
        progress(number, len(asked))
        if (prompt := _render(one, chosen, service)) is not None:
            prompts.append(prompt)
    progress(len(asked), len(asked))
    _check_held_out(part, prompts, held_out)
    if not prompts:
        raise ConfigurationError(f"There is no prompt for the part '{part}': every question would be refused.")
    return Rendered(part, tuple(prompts), held_out, len(asked) - len(prompts))


def _questions(
    service: Service, documents: Sequence[Document], held_out: frozenset[str], part: Part
) -> Iterator[_Asked]:
    kept = tuple(document.id for document in documents if document.id not in held_out)
    among = {"served": (), "cases": (), "calibration": kept, "check": tuple(sorted(held_out))}[part]
    for case in _cases(service):
        calibrates = case.split == "dev" and not any(gold.document_id in held_out for gold in case.gold)
        if part in ("served", "cases") or calibrates == (part == "calibration"):
            # The check's cases are asked as they are served; only the calibration may not retrieve held-out pages.
            yield _Asked(
                f"case:{case.id}",
                "case",
                Question(case.question, case.history),
                case.answer or None,
                among if part == "calibration" else (),
            )
    for document in documents if part != "cases" else ():
        if part == "served" or (document.id in held_out) == (part == "check"):
            for number, text in enumerate(passage_questions(document), start=1):
                yield _Asked(f"passage:{document.id}#{number}", "passage", Question(text), None, among)


def passage_questions(document: Document) -> list[str]:
    """Return document name and heading of each section; of text without headings, the first sentence of each block."""
    questions: dict[str, None] = {}
    for block in split_blocks(document.text, markdown=True):
        if block.section:
            questions[heading_line(document.name, block.section).replace(" > ", ": ")] = None
        else:
            start, end = split_sentences(document.text, block.start, block.end, wrapped=True)[0]
            questions[" ".join(document.text[start:end].split())[:_LONGEST_QUESTION]] = None
    return list(questions)


def _render(asked: _Asked, recipe: Recipe, service: Service) -> Prompt | None:
    """Render a prompt; None where the app would refuse before it asks a model."""
    found = retrieve(
        asked.question.text,
        asked.question.history,
        recipe,
        service.library.retriever(EVERYTHING),
        SearchFilter(document_ids=asked.among),
    )
    if not found.passages or found.answerability < recipe.refuse_below:
        return None
    passages = [_shortened(passage, found, recipe, service) for passage in found.passages]
    return Prompt(
        id=asked.id,
        origin=asked.origin,
        question=asked.question.text,
        messages=tuple(build_prompt(asked.question, passages, recipe)),
        documents=tuple(dict.fromkeys(passage.chunk.document_id for passage in passages)),
        answer=asked.answer,
    )


def _shortened(passage: Passage, found: Retrieval, recipe: Recipe, service: Service) -> Passage:
    if not recipe.passage_characters:
        return passage
    return shortened(passage, recipe.passage_characters, found.idf, service.library.retriever(EVERYTHING).sparse)


def _check_held_out(part: Part, prompts: Sequence[Prompt], held_out: frozenset[str]) -> None:
    """Make sure that no held-out page is in the calibration, which would silently make the check worthless."""
    for prompt in prompts:
        if part == "calibration" and not held_out.isdisjoint(prompt.documents):
            raise AssertionError(f"the calibration prompt {prompt.id} contains held-out documents: {prompt.documents}")


def _cases(service: Service) -> list[Case]:
    file = service.domain.cases
    return load_cases(file) if file.exists() else []


def named_recipe(service: Service, name: str) -> Recipe:
    """Return a recipe of the service's domain. Raises ConfigurationError for a name that it does not have."""
    if name not in service.domain.recipes:
        raise ConfigurationError(
            f"There is no recipe '{name}' in {service.domain.folder / 'domain.toml'}. "
            f"Recipes: {', '.join(service.domain.recipes)}."
        )
    return service.domain.recipes[name]

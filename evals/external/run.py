"""Run a public set: read it, index its passages, ask the service its questions, and write a folder.

    configuration.json   the set and the system that was evaluated
    results.jsonl        for each question its id, the ranking, the answer and what it contributes to each metric
    summary.json         the result, as `--json` prints it

The index is made in a data directory of its own, by the service's own ingestion, and asked over the service's own API:
nothing of it is in the user's index. With `index` it is kept there, and a second run embeds nothing again.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from core.domain import load_domain
from core.errors import ConfigurationError
from core.recipe import Recipe
from core.settings import Settings
from evals.external.formats.beir import read_beir
from evals.external.formats.mtrag import DOMAINS, read_mtrag
from evals.external.formats.squad import read_squad
from evals.external.measure import ExternalAnswer, measure_answer, measure_retrieval, ranked_passages
from evals.external.passages import PassageSource, ReportProgress, index_passages, settings_of_set
from evals.external.published import KNOWN_SETS, Format, KnownSet
from evals.external.question_set import ExternalQuestion, QuestionSet
from evals.external.result import ExternalResult, estimates
from evals.metrics.contribution import Contribution
from evals.run.ask import chosen_model
from evals.run.configuration import model_of
from evals.run.folder import CONFIGURATION_FILE, RESULTS_FILE, SUMMARY_FILE, create_folder, write_json
from evals.service import ServiceClient

ConnectTo: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[ServiceClient]]
"""Open a client of a service with these settings."""

ShowProgress: TypeAlias = Callable[[str], AbstractContextManager[ReportProgress]]
"""Show the progress of a stage, which it is given the name of."""

_DEPTH = 100
"""Passages requested from `/v1/search`, which gives no more: the greatest depth at which a metric is computed."""


@dataclass(frozen=True, slots=True)
class ExternalRequest:
    """Which set to run, and how.

    part            the split of a BEIR set or the domain of MTRAG; None: that of the known set
    limit           how many questions are asked; None: all
    answers         whether the questions are answered too, where the set has something to compare the answers with
    index           folder of the index, which is kept; None: a temporary one
    out             new folder for the run; None: below the data directory
    """

    name: str
    data: Path
    part: str | None = None
    recipe: str = "default"
    limit: int | None = None
    answers: bool = True
    index: Path | None = None
    out: Path | None = None


def read_set(request: ExternalRequest) -> QuestionSet:
    """Read the set that a request names. Raises ConfigurationError that names file, line and fix."""
    known = _known(request.name)
    part = request.part or known.part
    match known.format:
        case "beir":
            return read_beir(request.data, part)
        case "squad":
            return read_squad(request.data)
        case "mtrag":
            if part not in DOMAINS:
                raise ConfigurationError(f"MTRAG has no domain '{part}'. Domains: {', '.join(DOMAINS)}.")
            return read_mtrag(request.data, part)


async def run_external(
    settings: Settings, request: ExternalRequest, connect: ConnectTo, show: ShowProgress
) -> ExternalResult:
    """Run a set. Raises ConfigurationError before anything is indexed when the set or the recipe cannot be used.

    Raises also IndexLocked for an index that another command has open, EmbeddingError, and ServiceError.
    """
    known = _known(request.name)
    recipe = _recipe(settings, request.recipe)
    whole = _with_texts(read_set(request))
    chosen = whole.limited(request.limit)
    # Before the passages are indexed, which may take long.
    folder = create_folder(request.out or _default_folder(settings, request.name))
    with _data_directory(request.index) as data_dir:
        own = settings_of_set(settings, data_dir)
        began = time.perf_counter()
        with show("Indexing passages") as indexing:
            index_passages(own, PassageSource(f"external:{request.name}", whole.passages), indexing)
        indexed = time.perf_counter()
        async with connect(own) as client:
            configuration = {
                **_describe_set(request, known, whole),
                **_describe_system(recipe, await client.get("/v1/configuration")),
                "indexing_seconds": round(indexed - began, 1),
            }
            write_json(folder / CONFIGURATION_FILE, configuration)
            with show("Asking questions") as asking:
                rows = await _ask_all(chosen, request, known.format, client, folder / RESULTS_FILE, asking)
    of_questions, asked = len(whole.questions), len(chosen.questions)
    result = ExternalResult(folder, configuration, of_questions, asked, estimates(rows), known.published, whole.notes)
    write_json(folder / SUMMARY_FILE, result.to_dict())
    return result


async def _ask_all(
    chosen: QuestionSet,
    request: ExternalRequest,
    form: Format,
    client: ServiceClient,
    file: Path,
    progress: ReportProgress,
) -> list[Mapping[str, Contribution]]:
    rows: list[Mapping[str, Contribution]] = []
    with file.open("x", encoding="utf-8") as lines:
        for question in chosen.questions:
            progress(len(rows), len(chosen.questions))
            row = await _ask(question, request, form, client)
            rows.append(row["metrics"])
            row["metrics"] = {name: asdict(one) for name, one in row["metrics"].items()}
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            lines.flush()
    progress(len(rows), len(chosen.questions))
    return rows


async def _ask(
    question: ExternalQuestion, request: ExternalRequest, form: Format, client: ServiceClient
) -> dict[str, Any]:
    """Return the row of a question, with its contributions as `metrics`."""
    model, history = chosen_model(request.recipe), [asdict(turn) for turn in question.history]
    ranked: tuple[str, ...] = ()
    contributions: dict[str, Contribution] = {}
    if question.relevant:
        search = {"query": question.text, "history": history, "top_k": _DEPTH, "model": model}
        ranked = ranked_passages(await client.post("/v1/search", search), question.id)
        contributions = measure_retrieval(ranked, question, form)
    answer: ExternalAnswer | None = None
    if request.answers and (question.answers or question.answerable is not None):
        messages = [*history, {"role": "user", "content": question.text}]
        body = {"model": model, "messages": messages, "store": False}
        answer = ExternalAnswer.of(await client.post("/v1/chat/completions", body, {"Cache-Control": "no-cache"}))
        contributions = {**contributions, **measure_answer(answer, question, form)}
    return {
        "id": question.id,
        "question": question.text,
        "relevant": sorted(question.relevant),
        "ranked": list(ranked),
        "answer": asdict(answer) if answer else None,
        "metrics": contributions,
    }


def _with_texts(whole: QuestionSet) -> QuestionSet:
    """Return the set without the passages that have neither a text nor a title, which a note counts."""
    kept = tuple(passage for passage in whole.passages if passage.text.strip() or passage.title.strip())
    missing = len(whole.passages) - len(kept)
    note = (f"{missing} passages have neither a text nor a title, and are not indexed.",) if missing else ()
    return replace(whole, passages=kept, notes=(*whole.notes, *note))


def _known(name: str) -> KnownSet:
    if name not in KNOWN_SETS:
        raise ConfigurationError(
            f"There is no public set '{name}'. Sets: {', '.join(KNOWN_SETS)}. Any other set in one of the formats is "
            "run as beir or squad."
        )
    return KNOWN_SETS[name]


def _recipe(settings: Settings, name: str) -> Recipe:
    domain = load_domain(settings.domain_dir)
    if name not in domain.recipes:
        raise ConfigurationError(
            f"There is no recipe '{name}' in {domain.folder / 'domain.toml'}; it has: {', '.join(domain.recipes)}."
        )
    return domain.recipes[name]


def _describe_set(request: ExternalRequest, known: KnownSet, whole: QuestionSet) -> dict[str, Any]:
    return {
        "set": request.name,
        "format": known.format,
        "part": request.part or known.part,
        "data": str(request.data),
        "passages": len(whole.passages),
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _describe_system(recipe: Recipe, service: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "recipe": asdict(recipe),
        "mode": service["mode"],
        "model": model_of(service, recipe.name),
        "embedder": service["embedder"],
        "chunks": service["chunks"],
    }


def _default_folder(settings: Settings, name: str) -> Path:
    return settings.data_dir / "evals" / f"{datetime.now():%Y-%m-%d-%H%M%S}-{name}"


@contextmanager
def _data_directory(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="groundwork-external-") as folder:
        yield Path(folder)

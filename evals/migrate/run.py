"""Migrate a prompt to another model: propose, search on dev cases, confirm on held-out cases.

Every answer comes from the answer path of a service in this process, with the candidate's prompt in a recipe of its
own; the domain's files are not changed. The embedded index must not be held by another process.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from app.answer.generated.small import prompt_kind
from app.service.recipes import Recipes
from app.service.service import Service
from core.corpus import corpus_sha256
from core.domain import Domain, load_domain
from core.errors import ConfigurationError, ServiceError
from core.recipe import Recipe
from core.settings import Settings
from evals.cases.case import Case
from evals.cases.gold import check_gold
from evals.cases.read import choose_split, load_cases
from evals.migrate.candidate import REFUSAL, Candidate
from evals.migrate.confirm import Confirmation, compare_scores
from evals.migrate.folder import RESULT_FILE, Answers, load_proposals, open_folder, save_candidates
from evals.migrate.plan import Round, plan_rounds
from evals.migrate.propose import Complete, Failure, Proposals, propose
from evals.migrate.request import MigrationRequest
from evals.migrate.result import MigrationResult
from evals.migrate.rules import Templates, vary
from evals.migrate.score import check_metrics, score
from evals.migrate.search import Search, search
from evals.migrate.write import write_prompt
from evals.quotes import without_markers
from evals.run.ask import ask_case
from evals.run.case_result import CaseResult, evaluate_response, failed_result
from evals.run.folder import RunFolder, read_run, write_json
from evals.service import StreamingClient, read_document_rows

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of answers so far and the number of all, as far as it is known."""
ConnectHere: TypeAlias = Callable[[Settings], AbstractAsyncContextManager[tuple[StreamingClient, Service]]]
"""Open a service in this process, and a client of it."""

_FAILED_BELOW = 0.5
"""Score of an answer below which it is shown to the proposer as a mistake."""


_NOT_REACHED = ("loading", "unreachable", "overloaded")
"""Reasons of degraded answers for which the model was not asked."""


@dataclass(frozen=True, slots=True)
class _Cases:
    """The cases that the search asks, in a fixed order that the kinds are mixed in, and those that confirm."""

    file: Path
    dev: tuple[Case, ...]
    held_out: tuple[Case, ...]


async def migrate(
    settings: Settings,
    request: MigrationRequest,
    connect: ConnectHere,
    complete: Complete | None,
    progress: ReportProgress,
) -> MigrationResult:
    """Search for a prompt for `request.new`, which the settings' model server serves.

    `complete` asks the proposer; None: no proposals. Raises ConfigurationError before anything is asked when recipe,
    cases, metrics, budget or folder cannot be used; IndexLocked; and ServiceError when the model answers nothing.
    """
    domain = load_domain(settings.domain_dir)
    # The new model is the one that the settings name, whatever the recipe has now.
    base = replace(_recipe(domain, request.recipe), model="")
    check_metrics(request.metrics)
    cases = _cases(request.cases or domain.cases)
    before = read_run(request.old_run) if request.old_run else None
    old = str((before and before.configuration.get("model")) or request.old)
    rules = vary(_templates(base, request.new, domain.refusal))
    first = _rounds(request, len(rules) - 1 + (request.proposals if complete else 0), cases)[0].cases
    folder = request.out or settings.data_dir / "evals" / f"{datetime.now():%Y-%m-%d-%H%M%S}-migrate-prompt"
    configuration = _configuration(request, domain, base, cases)
    async with connect(settings) as (client, service):
        await check_gold((*cases.dev, *cases.held_out), cases.file, client)
        documents = await read_document_rows(client)
        corpus = [(document["id"], document["content_hash"]) for document in documents]
        configuration = {**configuration, "corpus_sha256": corpus_sha256(corpus)}
        open_folder(folder, configuration)
        with Answers(folder, configuration) as answers:
            answering = _Answering(client, service, base, domain, answers, request.concurrency, progress)
            begun = await _begin(rules[0], cases.dev[:first], request, answering)
            known = load_proposals(folder)
            proposals = known or await _proposals(
                begun, rules[0], (old, request.new), request, complete, domain.refusal
            )
            candidates = (*rules, *proposals.candidates)
            save_candidates(folder, candidates, proposals.rejected)
            found, confirmation = await _search_and_confirm(candidates, request, cases, answering)
    result = MigrationResult(
        folder=folder,
        old=old,
        new=request.new,
        metrics=request.metrics,
        candidates=candidates,
        rejected=proposals.rejected,
        search=found,
        confirmation=confirmation,
        old_score=_old_score(before, cases.held_out, request.metrics) if before else None,
        requests=answering.asked,
    )
    if confirmation is not None and confirmation.is_gain:
        files = write_prompt(folder, domain, request.recipe, request.new, found.best, confirmation, result.tried)
        result = replace(result, files=files)
    write_json(folder / RESULT_FILE, result.to_dict())
    return result


class _Answering:
    """Has cases answered with candidates' prompts, a few at a time; answers of an earlier start are read again."""

    def __init__(
        self,
        client: StreamingClient,
        service: Service,
        base: Recipe,
        domain: Domain,
        answers: Answers,
        concurrency: int,
        progress: ReportProgress,
    ) -> None:
        self._client = client
        self._service = service
        self._base = base
        self._domain = domain
        self._answers = answers
        self._limit = asyncio.Semaphore(concurrency)
        self._progress = progress
        self._offered: dict[str, Recipe] = {}
        self.asked = 0
        self.expected = 0

    def offer(self, candidates: Sequence[Candidate]) -> None:
        """Add the candidates' recipes to those of the service."""
        self._offered |= {one.name: one.recipe(self._base, self._domain.refusal) for one in candidates}
        self._service.recipes = Recipes({**self._domain.recipes, **self._offered})

    async def ask(self, candidate: Candidate, case: Case) -> CaseResult:
        """Return the result of a case with a candidate that was offered."""
        known = self._answers.find(candidate.name, case)
        if known is not None:
            return known
        async with self._limit:
            try:
                result = evaluate_response(await ask_case(case, candidate.name, self._client))
            except ServiceError as error:
                result = failed_result(case, str(error), "generated")
        _check_reached(result)
        self._answers.add(candidate.name, self._offered[candidate.name], result)
        self.asked += 1
        self._progress(self.asked, max(self.asked, self.expected))
        return result

    async def ask_all(self, candidate: Candidate, cases: Sequence[Case]) -> list[CaseResult]:
        """Return the results of cases, in their order."""
        return list(await asyncio.gather(*(self.ask(candidate, case) for case in cases)))


async def _begin(
    present: Candidate, cases: Sequence[Case], request: MigrationRequest, answering: _Answering
) -> list[CaseResult]:
    """Ask the cases of the first round with the present prompt. Raises ServiceError where the model answers none."""
    answering.offer([present])
    results = await answering.ask_all(present, cases)
    _check_model_answers(results, request.new)
    return results


async def _proposals(
    begun: Sequence[CaseResult],
    present: Candidate,
    models: tuple[str, str],
    request: MigrationRequest,
    complete: Complete | None,
    refusal: str,
) -> Proposals:
    """Have a model propose prompts that avoid the mistakes of the present one in the first round."""
    if complete is None or request.proposals == 0:
        return Proposals((), ())
    failures = [_failure(one, refusal) for one in begun if score(one, request.metrics) < _FAILED_BELOW]
    return await propose(complete, present, models, failures, refusal, request.proposals)


async def _search_and_confirm(
    candidates: Sequence[Candidate], request: MigrationRequest, cases: _Cases, answering: _Answering
) -> tuple[Search, Confirmation | None]:
    present, *others = candidates
    answering.offer(candidates)
    rounds = _rounds(request, len(others), cases)
    found = await search(present, others, cases.dev, rounds, answering.ask, partial(score, metrics=request.metrics))
    if found.gain <= 0:
        return found, None
    before = await answering.ask_all(present, cases.held_out)
    after = await answering.ask_all(found.best, cases.held_out)
    scores = [[score(one, request.metrics) for one in results] for results in (before, after)]
    return found, compare_scores(*scores)


def _check_reached(result: CaseResult) -> None:
    """Raise ServiceError where the model could not be asked: that says nothing about the prompt, and is not kept."""
    reason = result.failure if result.response is None else result.response.degraded_reason
    if result.response is None or reason in _NOT_REACHED:
        raise ServiceError(
            f"The model did not answer the case '{result.case.id}' ({reason}). What it has answered is kept: check "
            "that its server is up, and start again with the same --out."
        )


def _check_model_answers(results: Sequence[CaseResult], model: str) -> None:
    """Raise ServiceError where the model wrote none of the answers: all candidates would score the same."""
    causes = [cause for one in results if (cause := _cause(one)) is not None]
    if results and len(causes) == len(results):
        raise ServiceError(
            f"The model '{model}' wrote none of the first {len(results)} answers ({causes[0]}). Check that its server "
            "is up and serves a model of this name, and start again with the same --out."
        )


def _cause(result: CaseResult) -> str | None:
    """Return why the model did not write an answer; None where it did, or was not needed."""
    if result.response is None:
        return result.failure
    about = result.response.completion["groundwork"]
    return str(about["degraded_reason"]) if about["degraded"] else None


def _failure(result: CaseResult, refusal: str) -> Failure:
    case = result.case
    expected = case.answer or (case.gold[0].quote if case.gold else refusal)
    answer = without_markers(result.response.content) if result.response and not result.response.degraded else ""
    return Failure(case.question, expected, answer or "(no usable answer)")


def _templates(base: Recipe, model: str, refusal: str) -> Templates:
    used = prompt_kind(base, model)
    standard, small = (text.replace(refusal, REFUSAL) for text in (base.system_prompt, base.small_prompt))
    return Templates(used, standard, small, base.example)


def _cases(file: Path) -> _Cases:
    """Read the cases. Raises ConfigurationError where one of the splits has none.

    Their labelled answers are left out: what is flagged in them does not depend on the prompt.
    """
    cases = [replace(case, labelled=()) for case in load_cases(file)]
    dev, held_out = choose_split(cases, "dev", file), choose_split(cases, "test", file)
    mixed = sorted(dev, key=lambda case: hashlib.sha256(case.id.encode()).digest())
    return _Cases(file, tuple(mixed), tuple(held_out))


def _rounds(request: MigrationRequest, candidates: int, cases: _Cases) -> tuple[Round, ...]:
    """Plan the rounds. Raises ConfigurationError when the requests do not suffice."""
    if request.requests is None:
        return plan_rounds(candidates, len(cases.dev))
    left = request.requests - 2 * len(cases.held_out)
    if left <= 0:
        raise ConfigurationError(
            f"--requests is {request.requests}, but both prompts are asked {len(cases.held_out)} held-out cases at the "
            f"end: {2 * len(cases.held_out)} requests. Allow more."
        )
    return plan_rounds(candidates, len(cases.dev), left)


def _recipe(domain: Domain, name: str) -> Recipe:
    if name not in domain.recipes:
        raise ConfigurationError(
            f"There is no recipe '{name}' in {domain.folder / 'domain.toml'}; it has: {', '.join(domain.recipes)}."
        )
    return domain.recipes[name]


def _configuration(request: MigrationRequest, domain: Domain, base: Recipe, cases: _Cases) -> dict[str, Any]:
    return {
        "domain": domain.name,
        "from": request.old,
        "model": request.new,
        "base_recipe": base.name,
        "recipe_sha256": hashlib.sha256(repr(base).encode()).hexdigest(),
        "prompts_sha256": hashlib.sha256(f"{base.system_prompt}\0{base.small_prompt}".encode()).hexdigest(),
        "cases": cases.file.name,
        "cases_sha256": hashlib.sha256(cases.file.read_bytes()).hexdigest(),
    }


def _old_score(before: RunFolder, held_out: Sequence[Case], metrics: Sequence[str]) -> tuple[float, int] | None:
    """Return the mean score of the old model's run on the held-out cases that it has, and their number."""
    wanted = {case.id for case in held_out}
    found = [score(one, metrics) for one in before.results if one.case.id in wanted]
    return (sum(found) / len(found), len(found)) if found else None

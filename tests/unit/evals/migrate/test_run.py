"""Whole migrations, with a service whose answers depend on the system prompt of the recipe alone."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console

from app.service.recipes import Recipes
from app.service.service import Service
from core.domain import load_domain
from core.errors import ConfigurationError, ServiceError
from core.settings import Settings
from core.types import Message
from evals.migrate.console import print_migration
from evals.migrate.html import render_page
from evals.migrate.propose import Complete
from evals.migrate.request import MigrationRequest
from evals.migrate.result import MigrationResult
from evals.migrate.run import migrate
from testing.handbook import write_domain
from tests.unit.evals.migrate.answers import GOLD
from tests.unit.evals.responses import gold_passage

PLANTED = "Be kind"


class PromptedService:
    """A service: `write` makes an answer of the system prompt and the question; `asked` has both of each request."""

    def __init__(self, write: Callable[[str, str], str], degraded: str | None = None) -> None:
        self.recipes = Recipes({})
        self.content_hash = "v1"
        self.asked: list[tuple[str, str]] = []
        self._write = write
        self._degraded = degraded

    async def get(self, path: str) -> dict[str, Any]:
        """Give the one document."""
        return (
            {"documents": [{"id": GOLD.document_id, "content_hash": self.content_hash}], "next_cursor": None}
            if path == "/v1/documents"
            else {"text": GOLD.quote}
        )

    async def post(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Find the passage."""
        del path, body, headers
        return {"hits": [gold_passage(GOLD)]}

    async def stream(
        self, path: str, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Answer with the recipe of the request."""
        del path, headers
        recipe, question = self.recipes.find(body["model"]), body["messages"][-1]["content"]
        prompt = recipe.small_prompt if recipe.prompt == "small" else recipe.system_prompt
        self.asked.append((prompt, question))
        content = self._write(prompt, question)
        right = GOLD.quote in content
        about = {
            "mode": "generated",
            "kind": "answer",
            "refused": False,
            "degraded": self._degraded is not None,
            "degraded_reason": self._degraded,
            "citations": [gold_passage(GOLD)] if right else [],
            "grounding": {"flags": []},
            "timings_ms": {},
            "withheld": [],
            "conflicts": [],
        }
        frame = {"id": "1", "created": 0, "model": "m"}
        yield {**frame, "choices": [{"delta": {"content": content}}], "groundwork": {"passages": []}}
        yield {**frame, "choices": [{"delta": {}, "finish_reason": "stop"}], "groundwork": about}
        yield {**frame, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}


def write_cases(file: Path, dev: int, held_out: int) -> None:
    gold = [{"document_id": GOLD.document_id, "quote": GOLD.quote}]
    rows = [
        {"id": f"{split}-{n}", "question": f"Question {n}?", "kind": "answerable", "gold": gold, "split": split}
        for split, count in (("dev", dev), ("test", held_out))
        for n in range(count)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    domain = write_domain(tmp_path / "domain")
    write_cases(domain / "cases.jsonl", dev=12, held_out=24)
    return Settings(data_dir=tmp_path / "data", domain_dir=domain)


def migrated(
    settings: Settings, service: PromptedService, complete: Complete | None = None, **more: Any
) -> MigrationResult:
    @asynccontextmanager
    async def connect(_: Settings) -> AsyncIterator[tuple[PromptedService, Service]]:
        yield service, cast(Service, service)

    request = MigrationRequest("old-7B", "new-8B", out=settings.data_dir / "migration", **more)
    return asyncio.run(migrate(settings, request, connect, complete, lambda done, total: None))


async def propose_planted(messages: Sequence[Message]) -> str:
    """Propose the planted prompt, whatever is asked."""
    del messages
    return f"<prompt>{PLANTED}. Cite like [1]. Else write {{refusal}}</prompt>"


def planted(prompt: str, question: str) -> str:
    """Answer right with the planted prompt."""
    del question
    return f"{GOLD.quote} [1]" if PLANTED in prompt else "Ask somebody else."


def nothing_helps(prompt: str, question: str) -> str:
    """Answer every third question right, with any prompt."""
    del prompt
    return f"{GOLD.quote} [1]" if int(question.split()[1].rstrip("?")) % 3 == 0 else "Ask somebody else."


def printed(result: MigrationResult) -> str:
    console = Console(width=300, file=io.StringIO(), record=True)
    print_migration(result, console)
    return console.export_text()


def test_a_planted_prompt_is_found_confirmed_and_written_and_the_domain_is_not_changed(settings: Settings) -> None:
    before = {file: file.read_bytes() for file in settings.domain_dir.rglob("*") if file.is_file()}
    result = migrated(settings, PromptedService(planted), propose_planted)
    assert (result.verdict, result.exit_code, result.search.best.name) == ("gain", 0, "proposal-1")
    prompt, snippet = result.files
    assert PLANTED in prompt.read_text(encoding="utf-8")
    assert prompt.name == "system.md"
    assert 'prompt = "standard"' in snippet.read_text(encoding="utf-8")
    assert "24 held-out cases" in snippet.read_text(encoding="utf-8")
    assert before == {file: file.read_bytes() for file in settings.domain_dir.rglob("*") if file.is_file()}
    text = printed(result)
    assert "A gain" in text
    assert f"{result.tried} candidates were tried" in text


def test_the_written_prompt_is_one_that_the_domain_can_read(settings: Settings) -> None:
    result = migrated(settings, PromptedService(planted), propose_planted)
    prompt = settings.domain_dir / "prompts" / "system.md"
    prompt.write_bytes(result.files[0].read_bytes())
    domain = load_domain(settings.domain_dir)
    assert domain.recipes["default"].system_prompt == f"{PLANTED}. Cite like [1]. Else write {domain.refusal}"


def test_where_nothing_helps_no_gain_is_reported_and_no_held_out_case_is_asked(settings: Settings) -> None:
    result = migrated(settings, PromptedService(nothing_helps))
    assert (result.verdict, result.exit_code, result.files) == ("no gain", 4, ())
    assert result.confirmation is None
    assert not (result.folder / "held-out").exists()
    assert "none scored above 'present' on the dev cases" in printed(result)


def test_a_gain_on_dev_cases_that_held_out_cases_do_not_show_is_refused(settings: Settings) -> None:
    held_out = {f"Question {n}?" for n in range(12, 24)}

    def overfitted(prompt: str, question: str) -> str:
        # The planted prompt helps with half of the questions, and harms the others, which only the test split has.
        right = (PLANTED in prompt) != (question in held_out)
        return f"{GOLD.quote} [1]" if right else "Ask somebody else."

    result = migrated(settings, PromptedService(overfitted), propose_planted)
    assert result.search.gain > 0
    assert result.confirmation is not None
    assert (result.verdict, result.exit_code, result.files) == ("no gain", 4, ())
    assert "No gain that held-out cases show" in printed(result)


def test_a_migration_is_continued_without_asking_again(settings: Settings) -> None:
    first = migrated(settings, PromptedService(planted), propose_planted)
    again = PromptedService(planted)
    second = migrated(settings, again, propose_planted)
    assert (first.requests > 0, second.requests, again.asked) == (True, 0, [])
    assert second.search == first.search


def test_an_answer_that_a_killed_process_wrote_in_part_is_asked_again(settings: Settings) -> None:
    result = migrated(settings, PromptedService(planted), propose_planted)
    file = result.folder / "dev" / "present" / "results.jsonl"
    file.write_bytes(file.read_bytes()[:-20])
    again = PromptedService(planted)
    assert migrated(settings, again, propose_planted).requests == 1


def test_a_folder_of_another_migration_is_refused(settings: Settings) -> None:
    migrated(settings, PromptedService(nothing_helps))
    write_cases(settings.domain_dir / "cases.jsonl", dev=10, held_out=24)
    with pytest.raises(ConfigurationError, match="has a migration with another cases_sha256"):
        migrated(settings, PromptedService(nothing_helps))


def test_a_migration_over_other_documents_is_not_continued(settings: Settings) -> None:
    migrated(settings, PromptedService(nothing_helps))
    changed = PromptedService(nothing_helps)
    changed.content_hash = "v2"
    with pytest.raises(ConfigurationError, match="has a migration with another corpus_sha256"):
        migrated(settings, changed)


def test_requests_are_limited_and_a_limit_below_the_held_out_cases_is_refused(settings: Settings) -> None:
    result = migrated(settings, PromptedService(planted), propose_planted, requests=110, proposals=1)
    assert 0 < result.requests <= 110
    with pytest.raises(ConfigurationError, match="24 held-out cases at the end: 48 requests"):
        migrated(settings, PromptedService(planted), requests=40)


def test_a_model_that_writes_nothing_ends_the_migration_with_its_cause(settings: Settings) -> None:
    with pytest.raises(ServiceError, match=r"'new-8B' wrote none of the first \d+ answers \(looping\)"):
        migrated(settings, PromptedService(planted, degraded="looping"))


def test_answers_that_a_model_could_not_be_asked_for_are_not_kept(settings: Settings) -> None:
    with pytest.raises(ServiceError, match=r"did not answer the case 'dev-\d+' \(unreachable\).*same --out"):
        migrated(settings, PromptedService(planted, degraded="unreachable"))
    assert migrated(settings, PromptedService(planted), propose_planted).requests > 0


def test_the_run_of_the_old_model_is_reported_beside(settings: Settings) -> None:
    migrated(settings, PromptedService(planted), propose_planted)
    before = settings.data_dir / "migration" / "held-out" / "proposal-1"
    other = replace(settings, data_dir=settings.data_dir / "other")
    result = migrated(other, PromptedService(nothing_helps), old_run=before)
    assert result.old_score == (1.0, 24)
    assert "1.000 on 24 of these cases" in printed(result)


def test_a_folder_that_is_no_run_of_the_old_model_is_refused_before_anything_is_asked(settings: Settings) -> None:
    service = PromptedService(planted)
    with pytest.raises(ConfigurationError, match="Name the folder that `groundwork eval run` has written"):
        migrated(settings, service, old_run=settings.domain_dir)
    assert service.asked == []


@pytest.mark.parametrize(
    ("more", "message"),
    [({"recipe": "other"}, "There is no recipe 'other'"), ({"metrics": ("luck",)}, "There is no metric 'luck'")],
)
def test_a_recipe_or_a_metric_that_is_unknown_is_refused(
    settings: Settings, more: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message):
        migrated(settings, PromptedService(planted), **more)


def test_the_page_has_every_prompt_and_the_held_out_comparison(settings: Settings) -> None:
    page = render_page(migrated(settings, PromptedService(planted), propose_planted))
    assert f"{PLANTED}. Cite like [1]. Else write {{refusal}}" in page
    assert "95% interval of the difference" in page
    assert "candidates were tried" in page

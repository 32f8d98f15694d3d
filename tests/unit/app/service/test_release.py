"""A service answers with the promoted recipe, and says in what it differs from what was evaluated."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.service.release import (
    corpus_difference,
    describe_release,
    model_difference,
    promoted_release,
    setting_differences,
    with_release,
)
from core.corpus import corpus_sha256
from core.domain import Domain, load_domain
from core.errors import ConfigurationError
from core.recipe import Recipe
from core.releases import Release, Releases, seal
from core.settings import Settings
from core.types import DocumentRecord
from testing.handbook import PROMPT, write_domain
from testing.releases import content_of
from testing.services import open_service

EXPERIMENT = """
[[experiments]]
name = "fewer"
start = 2026-12-01
end = 2026-12-14
[experiments.arms.short]
share = 0.5
recipe = { sentences = 1 }
"""
RECIPE = Recipe(top_k=2, system_prompt=PROMPT)


def release_of(recipe: Recipe = RECIPE, reason: str | None = None, **values: Any) -> Release:
    return Release(seal(content_of(recipe, **values)), "2026-12-01T08:30:00Z", reason)


@pytest.fixture
def domain(tmp_path: Path) -> Domain:
    return load_domain(write_domain(tmp_path / "team", more=EXPERIMENT))


def test_the_default_recipe_is_that_of_the_release_and_the_others_stay(domain: Domain) -> None:
    release = release_of()
    served = with_release(domain, release)
    assert served.recipes["default"] == replace(RECIPE, name=f"release-{release.record.id}")
    assert served.recipes["brief"] == domain.recipes["brief"]


def test_the_arms_of_an_experiment_change_the_recipe_of_the_release(domain: Domain) -> None:
    served = with_release(domain, release_of())
    (arm,) = served.experiments[0].arms
    assert arm.recipe == replace(served.recipes["default"], sentences=1)


def test_a_release_of_another_domain_is_refused(domain: Domain, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", domain_dir=domain.folder)
    assert promoted_release(settings, domain) is None
    Releases(settings.data_dir).promote(seal(content_of(RECIPE, domain="other")), datetime.now(UTC))
    with pytest.raises(ConfigurationError, match="is of the domain 'other', but the domain is 'team'"):
        promoted_release(settings, domain)


def test_a_service_as_evaluated_differs_in_nothing(domain: Domain) -> None:
    release = release_of()
    assert list(setting_differences(release, with_release(domain, release), "generated", "MiniLM")) == []
    assert list(model_difference(release, "tiny")) == []
    assert list(model_difference(release, None)) == []


def test_other_settings_are_named(domain: Domain) -> None:
    release = release_of(replace(RECIPE, system_prompt="Answer."))
    found = list(setting_differences(release, with_release(domain, release), "extractive", "e5"))
    assert found[0].startswith("The release was evaluated with generated answers, and this service gives extractive")
    assert found[1] == "The release was evaluated with the embedder MiniLM, and this service has e5."
    assert "does not have the refusal of domain.toml" in found[2]
    assert list(model_difference(release, "large")) == [
        "The release was evaluated with the model tiny, and large is served."
    ]


def test_other_documents_are_noticed() -> None:
    records = [DocumentRecord("leave.md", "Leave", "corpus", "a1", 1, 10, complete=True)]
    same = release_of(corpus_sha256=corpus_sha256([("leave.md", "a1")]), documents=1)
    assert list(corpus_difference(same, records)) == []
    (difference,) = corpus_difference(same, [replace(records[0], content_hash="a2")])
    assert difference.startswith("The documents have changed since the release was evaluated: 1 then, 1 now.")


def test_a_release_is_described_with_why_it_was_promoted() -> None:
    release = release_of()
    assert describe_release(release) == (
        f"Release {release.record.id}, promoted 2026-12-01T08:30:00Z: the recipe 'default' as it was evaluated, for "
        "the model tiny."
    )
    forced = describe_release(release_of(reason="Urgent.", verdict="not enough questions", model=None))
    assert ", which was not shown to ship: Urgent.: " in forced
    assert forced.endswith("for extractive answers.")


def test_a_service_logs_once_in_what_it_differs_from_its_release(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with open_service(tmp_path) as service:
        assert service.release_differences(None) == []
        service.release = release_of(model=None, embedder=service.library.embedder.name)
        asyncio.run(service.watch_release())
    (logged,) = [record.getMessage() for record in caplog.records if "release" in record.getMessage()]
    assert logged.startswith("The documents have changed since the release was evaluated: 5 then, ")

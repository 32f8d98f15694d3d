"""The release that a service answers with: the recipe of the promoted record in place of that of domain.toml.

The other recipes and the texts are those of domain.toml, and so is `groundwork:default`, which is what the next
evaluation is about. The arms of an experiment are their changes, made to the recipe of the release. A running service
keeps its release until it is started again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace

from core.corpus import corpus_sha256
from core.domain import Domain
from core.errors import ConfigurationError
from core.experiments import Arm, Experiment
from core.recipe import Recipe
from core.releases import Release, Releases
from core.settings import Settings
from core.types import DocumentRecord


def promoted_release(settings: Settings, domain: Domain) -> Release | None:
    """Return the promoted release; None without one.

    Raises ConfigurationError for a record that was changed and for one of another domain.
    """
    release = Releases(settings.data_dir).current()
    if release is not None and release.record.domain != domain.name:
        raise ConfigurationError(
            f"The promoted release {release.record.id} is of the domain '{release.record.domain}', but the domain is "
            f"'{domain.name}'. Set GROUNDWORK_DOMAIN back, promote a record of this domain, or run: groundwork release "
            "rollback"
        )
    return release


def with_release(domain: Domain, release: Release) -> Domain:
    """Return the domain with the recipe of the release as its default. Raises ConfigurationError."""
    before, after = domain.recipes["default"], release.record.recipe()
    return replace(
        domain,
        recipes={**domain.recipes, "default": after},
        experiments=tuple(_rebased(experiment, before, after) for experiment in domain.experiments),
    )


def describe_release(release: Release) -> str:
    """Return in a line which release is served."""
    record = release.record
    model = f"the model {record.model}" if record.model is not None else "extractive answers"
    forced = "" if record.ships else f", which {_not_shipping(record.decision)}: {release.reason}"
    return (
        f"Release {record.id}, promoted {release.at}{forced}: the recipe '{record.recipe_name}' as it was evaluated, "
        f"for {model}."
    )


def setting_differences(release: Release, domain: Domain, mode: str, embedder: str) -> Iterator[str]:
    """Yield in what the settings differ from those with which the release was evaluated."""
    record = release.record
    if mode != record.mode:
        needed = "Set LLM_BASE_URL to its server." if record.mode == "generated" else "Remove LLM_BASE_URL."
        yield f"The release was evaluated with {record.mode} answers, and this service gives {mode} ones. {needed}"
    if embedder != record.embedder:
        yield f"The release was evaluated with the embedder {record.embedder}, and this service has {embedder}."
    if domain.refusal not in domain.recipes["default"].system_prompt:
        yield (
            f"The prompt of the release does not have the refusal of domain.toml ({domain.refusal}), so that a model's "
            "refusals are not recognised. Evaluate and promote the domain as it is now."
        )


def model_difference(release: Release, name: str | None) -> Iterator[str]:
    """Yield that another model is served than the one that was evaluated. `name` is None while it is not known."""
    expected = release.record.model
    if name is not None and expected is not None and name != expected:
        yield f"The release was evaluated with the model {expected}, and {name} is served."


def corpus_difference(release: Release, documents: Iterable[DocumentRecord]) -> Iterator[str]:
    """Yield that the documents are not those of the evaluation."""
    rows = [(document.id, document.content_hash) for document in documents]
    if corpus_sha256(rows) != release.record.corpus_sha256:
        then = release.record.content["corpus"]["documents"]
        yield (
            f"The documents have changed since the release was evaluated: {then} then, {len(rows)} now. Evaluate it "
            "again on those of today."
        )


def _rebased(experiment: Experiment, before: Recipe, after: Recipe) -> Experiment:
    return replace(experiment, arms=tuple(_rebased_arm(arm, before, after) for arm in experiment.arms))


def _rebased_arm(arm: Arm, before: Recipe, after: Recipe) -> Arm:
    """Return the arm with what it changes of the recipe of domain.toml, changed of that of the release."""
    changes = {
        one.name: getattr(arm.recipe, one.name)
        for one in fields(Recipe)
        if getattr(arm.recipe, one.name) != getattr(before, one.name)
    }
    return replace(arm, recipe=replace(after, **changes))


def _not_shipping(decision: str) -> str:
    return "does not ship" if decision == "does not ship" else "was not shown to ship"

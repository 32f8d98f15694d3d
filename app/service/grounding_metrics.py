"""The metrics of the grounding check and of its policies, a part of those that `/metrics` exports."""

from __future__ import annotations

from functools import partial

from prometheus_client import CollectorRegistry, Counter

from app.answer.events import Finished
from core.recipe import Recipe


class GroundingMetrics:
    """The flags of the answers that are shown, and what the grounding policies do, by model and recipe.

    The model of an extractive answer is "extractive".
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        counter = partial(Counter, registry=registry)
        self._judged = counter(
            "groundwork_answers_judged", "Answers that the grounding checker judged", ["model", "recipe", "arm"]
        )
        self._flags = counter(
            "groundwork_flags", "Flags of the grounding checker", ["model", "recipe", "arm", "severity"]
        )
        self._retries = counter(
            "groundwork_retries",
            "Answers that the model was asked for once more, by the answer that was shown",
            ["model", "recipe", "shown"],
        )
        self._retry_failures = counter(
            "groundwork_retry_failures",
            "Second answers that the model did not give, by the reason",
            ["model", "recipe", "reason"],
        )
        self._withheld = counter(
            "groundwork_sentences_withheld",
            "Sentences that a grounding policy removed",
            ["model", "recipe", "policy"],
        )
        self._policy_refusals = counter(
            "groundwork_policy_refusals",
            "Answers that a grounding policy replaced by the refusal",
            ["model", "recipe", "policy"],
        )

    def record(self, finished: Finished, recipe: Recipe, arm: str) -> None:
        """Count the flags of a complete answer, and what its policy did."""
        model = finished.model or finished.mode
        if finished.grounding is not None:
            self._judged.labels(model, recipe.name, arm).inc()
            for flag in finished.grounding.flags:
                self._flags.labels(model, recipe.name, arm, flag.severity).inc()
        if finished.retried is not None:
            self._retries.labels(model, recipe.name, finished.retried).inc()
        if finished.retry_failure is not None:
            self._retry_failures.labels(model, recipe.name, finished.retry_failure).inc()
        if finished.withheld:
            self._withheld.labels(model, recipe.name, recipe.grounding).inc(len(finished.withheld))
            if finished.refused:
                self._policy_refusals.labels(model, recipe.name, recipe.grounding).inc()

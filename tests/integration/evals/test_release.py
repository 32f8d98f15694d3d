"""A candidate is evaluated, gated, promoted and answered with, and rolled back; a real index and the real service."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.client import connect
from core.domain import load_domain
from core.gate import GateTable
from core.releases import Releases, write_record
from core.settings import Settings
from evals.compare.pairs import pair_runs
from evals.gate.gate import gate_runs
from evals.release.promote import promote
from evals.release.record import make_record
from evals.run.folder import RunFolder, read_run
from evals.run.request import EvaluationRequest
from evals.run.run import evaluate

AT = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)
TABLE = GateTable(margins={"citation recall": 0.05})


def run_of(settings: Settings, recipe: str, folder: Path) -> RunFolder:
    request = EvaluationRequest("all", recipe=recipe, out=folder)
    asyncio.run(evaluate(settings, request, lambda: connect(settings, "groundwork eval run"), lambda done, total: None))
    return read_run(folder)


def asked(settings: Settings, *models: str) -> tuple[dict[str, Any], list[str]]:
    """Return the configuration of the service, and the names of the recipes that answer under these model ids."""

    async def ask() -> tuple[dict[str, Any], list[str]]:
        messages = [{"role": "user", "content": "How many days of annual leave do I have?"}]
        async with connect(settings, "a test") as client:
            answers = [
                await client.post("/v1/chat/completions", {"model": model, "messages": messages}) for model in models
            ]
            return await client.get("/v1/configuration"), [one["groundwork"]["recipe"] for one in answers]

    return asyncio.run(ask())


def test_a_promoted_candidate_answers_until_it_is_rolled_back(settings: Settings, tmp_path: Path) -> None:
    original, candidate = (run_of(settings, name, tmp_path / name) for name in ("default", "brief"))
    verdict = gate_runs(pair_runs(original, candidate, common=False), TABLE)
    assert verdict.decision == "not enough questions"
    record = make_record(verdict, TABLE, AT)
    write_record(tmp_path / "record.json", record)
    releases, domain = Releases(settings.data_dir), load_domain(settings.domain_dir)

    promote(tmp_path / "record.json", releases, domain, AT, "Six questions are enough for a test.")
    try:
        # The second is what the next evaluation is about.
        configuration, recipes = asked(settings, "groundwork", "groundwork:default")
        assert recipes == [f"release-{record.id}", "default"]
        assert configuration["release"] == {
            "id": record.id,
            "promoted_at": "2026-12-01T08:30:00Z",
            "recipe": "brief",
            "model": None,
            "verdict": "not enough questions",
            "reason": "Six questions are enough for a test.",
            "differences": [],
        }
        assert "groundwork:default" in configuration["models"]
    finally:
        releases.rollback(AT)
    configuration, recipes = asked(settings, "groundwork")
    assert (configuration["release"], recipes) == (None, ["default"])

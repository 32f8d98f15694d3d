"""A migration over the real answer path: each candidate's prompt reaches the model, and the domain's files stay."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from cli.client import connect_here
from core.settings import Settings
from evals.migrate.request import MigrationRequest
from evals.migrate.run import migrate
from evals.run.folder import read_run
from testing.handbook import PROMPT, REFUSAL
from testing.model_server import running_model_server


def test_each_candidates_prompt_reaches_the_model_and_where_nothing_helps_no_gain_is_reported(
    settings: Settings, tmp_path: Path
) -> None:
    request = MigrationRequest("old-7B", "tiny", proposals=0, out=tmp_path / "migration")
    with running_model_server() as server:
        served = replace(settings, llm_base_url=server.url, llm_model="tiny")
        result = asyncio.run(
            migrate(
                served,
                request,
                lambda own: connect_here(own, "groundwork eval migrate-prompt"),
                None,
                lambda done, total: None,
            )
        )
        prompts = {asked["messages"][0]["content"] for asked in server.requests}
    expected = {candidate.template.replace("{refusal}", REFUSAL) for candidate in result.candidates}
    assert PROMPT in prompts
    assert prompts == expected
    assert len(prompts) > 2
    assert (result.verdict, result.confirmation) == ("no gain", None)
    run = read_run(result.folder / "dev" / "present")
    assert [one.response.mode for one in run.results if one.response and not one.response.refused] == ["generated"]

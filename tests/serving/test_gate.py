"""The promotion gate over two served models: a damaged one does not ship, and few questions do not decide."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.client import connect
from core.domain import load_domain
from core.settings import Settings, read_settings
from evals.compare.pairs import pair_runs
from evals.gate.gate import gate_runs
from evals.gate.result import Verdict
from evals.run.folder import RunFolder, read_run
from evals.run.request import EvaluationRequest
from evals.run.run import evaluate
from testing.serving.app_service import LEARNED_QUESTIONS
from testing.serving.damaged import damaged_checkpoint
from testing.serving.examples import Message
from testing.serving.vllm_server import VllmServer, running_vllm


@pytest.fixture(scope="module")
def cases(
    app_conversations: list[list[Message]], corpus: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Write the questions whose answers the model has learned by heart, with their sentences as gold quotes.

    Each is asked twice: with four, no difference whatever is beyond chance.
    """
    file = tmp_path_factory.mktemp("gate") / "cases.jsonl"
    lines = []
    for number, (question, turns) in enumerate(2 * [*zip(LEARNED_QUESTIONS, app_conversations, strict=True)]):
        quote = turns[-1]["content"].rpartition(" [")[0]
        (document_id,) = (name for name, text in corpus.items() if quote in text)
        gold = [{"document_id": document_id, "quote": quote}]
        case = {"id": f"learned-{number}", "question": question, "kind": "answerable", "gold": gold, "split": "test"}
        lines.append(json.dumps(case))
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def run_over(server: VllmServer, app_settings: Settings, cases: Path, out: Path) -> RunFolder:
    """Have the app answer the cases with the model of a server, and return the run."""
    settings = read_settings(
        {
            "GROUNDWORK_DATA_DIR": str(app_settings.data_dir),
            "GROUNDWORK_DOMAIN": str(app_settings.domain_dir),
            "LLM_BASE_URL": server.base_url,
            "LLM_MODEL": server.model,
        }
    )
    request = EvaluationRequest("all", cases=cases, out=out)
    asyncio.run(evaluate(settings, request, lambda: connect(settings, "test"), lambda *_: None))
    return read_run(out)


def gate(original: RunFolder, candidate: RunFolder, settings: Settings) -> Verdict:
    """Decide by the domain's margins."""
    return gate_runs(pair_runs(original, candidate, common=False), load_domain(settings.domain_dir).gate)


@pytest.mark.long
def test_a_damaged_model_does_not_ship_and_eight_questions_cannot_show_that_a_good_one_may(
    vllm_server: VllmServer,
    vllm_python: Path,
    tiny_checkpoint_dir: Path,
    app_settings: Settings,
    cases: Path,
    tmp_path: Path,
) -> None:
    original = run_over(vllm_server, app_settings, cases, tmp_path / "original")
    again = run_over(vllm_server, app_settings, cases, tmp_path / "again")
    with running_vllm(
        damaged_checkpoint(tiny_checkpoint_dir, tmp_path / "model"), tmp_path / "vllm.log", vllm_python
    ) as server:
        candidate = run_over(server, app_settings, cases, tmp_path / "candidate")

    undecided = gate(original, again, app_settings)
    assert (undecided.exit_code, undecided.decision) == (5, "not enough questions")
    refused = gate(original, candidate, app_settings)
    assert (refused.exit_code, refused.decision) == (4, "does not ship")
    assert "answers with a gold quote" in {one.metric.name for one in refused.requirements if one.outcome == "missed"}

"""lm-eval in its own environment against a real vLLM: the sample's gold questions as a task."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.settings import Settings
from evals.harness.request import Harness, HarnessRequest
from evals.harness.run import run_harness
from serving.environments import REPOSITORY, variables
from testing.serving.vllm_server import VllmServer

pytestmark = pytest.mark.long

LIMIT = 4


@pytest.fixture
def harness(harness_python: Path) -> Harness:
    return Harness(harness_python, variables(os.environ, OPENAI_API_KEY="none"), REPOSITORY)


@pytest.fixture
def settings(app_settings: Settings, tmp_path: Path) -> Settings:
    """The app's settings, with the sample's cases in a copy of its domain, which its index knows by its name."""
    domain = tmp_path / app_settings.domain_dir.name
    shutil.copytree(app_settings.domain_dir, domain)
    shutil.copy(REPOSITORY / "domains" / "onboarding" / "cases.jsonl", domain)
    return replace(app_settings, domain_dir=domain)


def test_our_cases_are_a_task_that_lm_eval_asks_and_scores(
    settings: Settings, vllm_server: VllmServer, harness: Harness, tmp_path: Path
) -> None:
    request = HarnessRequest(
        ("groundwork",), vllm_server.base_url, vllm_server.model, tmp_path / "run", limit=LIMIT, split="all"
    )
    result = run_harness(settings, request, harness, lambda done, total: None)
    assert {metric.metric for metric in result.metrics} >= {"gold_quote", "wrong_refusal"}
    samples = json.loads((result.folder / "lm-eval.json").read_text(encoding="utf-8"))["samples"]["groundwork"]
    assert len(samples) == LIMIT
    assert all(isinstance(sample["answers"][0], str) for sample in samples)


def test_a_standard_task_without_its_data_is_explained(
    settings: Settings, vllm_server: VllmServer, harness: Harness, tmp_path: Path
) -> None:
    request = HarnessRequest(("gsm8k",), vllm_server.base_url, vllm_server.model, tmp_path / "run", limit=1)
    with pytest.raises(ConfigurationError, match="'gsm8k' needs a data set of the Hugging Face hub"):
        run_harness(settings, request, harness, lambda done, total: None)

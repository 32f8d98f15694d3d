"""`groundwork model plan` as a user runs it: its output, its files and its errors."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from testing.processes import Ended, groundwork


def plan(*arguments: str) -> Ended:
    """Plan without vLLM, which would take ten seconds to ask; tests/serving/test_cache_specification.py asks it."""
    return groundwork("model", "plan", "--cache-source", "formulas", *arguments, env=os.environ)


def test_a_plan_is_one_json_object_and_a_page(tmp_path: Path) -> None:
    page = tmp_path / "plan.html"
    done = plan("--model", "llama-3.1-8b", "--users", "100", "--gpu", "h100", "--json", "--html", str(page))
    assert done.code == 0, done.err
    assert {option["scheme"] for option in done.json["options"]} == {"bf16", "fp8", "w8a8", "w4a16", "nvfp4", "mxfp4"}
    assert done.json["workload"]["users"] == 100
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_plan_on_the_terminal_names_the_options_and_says_that_they_are_estimates() -> None:
    done = plan("--model", "llama-3.1-8b", "--users", "100", "--scheme", "fp8")
    assert done.code == 0, done.err
    assert "l40s" in done.out
    assert "a roofline estimate" in done.out


def test_a_measured_sweep_and_a_checkpoints_folder_are_planned_with(tmp_path: Path) -> None:
    config = {
        "model_type": "llama", "hidden_size": 256, "num_hidden_layers": 4, "num_attention_heads": 4,
        "intermediate_size": 512, "vocab_size": 1000,
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    latency = {"mean": 20, "p95": 30}
    point = {"requests_per_second": 5, "ttft_ms": latency, "itl_ms": latency, "e2e_ms": {"mean": 6000, "p95": 7000}}
    about = {"format": "groundwork-sweep-1", "model": tmp_path.name, "gpu": "l4", "gpus": 1}
    sweep = {**about, "prompt_tokens": 1500, "answer_tokens": 300, "schemes": {"bf16": [point]}}
    (tmp_path / "sweep.json").write_text(json.dumps(sweep), encoding="utf-8")

    done = plan(
        "--model", str(tmp_path), "--users", "60", "--gpu", "l4", "--scheme", "bf16",
        "--sweep", str(tmp_path / "sweep.json"), "--json",
    )  # fmt: skip

    assert done.code == 0, done.err
    (option,) = done.json["options"]
    assert (option["basis"], option["users_per_replica"], option["replicas"]) == ("measured", 30, 2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "llama-9"], ["llama-9", "llama-3.1-8b", "the folder of a checkpoint"]),
        (["--gpu", "h900"], ["h900", "l40s", "gpus.yaml"]),
        (["--scheme", "int3"], ["int3", "w4a16"]),
        (["--users", "0"], ["--users is 0", "1 or more"]),
        (["--users", "-5"], ["--users is -5"]),
        (["--slo", "quick"], ["'quick' is no limit", "ttft=1000"]),
        (["--sweep", "nowhere.json"], ["nowhere.json"]),
        (["--prices", "nowhere.yaml"], ["nowhere.yaml", "serving/plan/prices.yaml"]),
        (["--accuracy", "nowhere.json"], ["nowhere.json", "docs/capacity.md"]),
        (["--html", "/nowhere/plan.html"], ["/nowhere/plan.html", "cannot be written"]),
    ],
)
def test_a_wrong_argument_is_one_line_with_the_value_and_the_fix(arguments: list[str], message: list[str]) -> None:
    values = {"--model": "llama-3.1-8b", "--users": "100", arguments[0]: arguments[1]}
    done = plan(*(word for pair in values.items() for word in pair))
    assert done.code == 2
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert all(part in done.err for part in message), done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "llama-3.1-70b", "--slo", "ttft=1"], ["No option meets ttft", "It would meet --slo ttft="]),
        (["--model", "deepseek-v3", "--gpu", "l4"], ["does not fit", "larger GPU"]),
    ],
)
def test_what_cannot_be_served_fails_with_what_would_help(arguments: list[str], message: list[str]) -> None:
    done = plan("--users", "10", *arguments)
    assert done.code == 1
    assert done.out == ""
    assert all(part in done.err for part in message), done.err


SCRAPES = Path(__file__).parents[2] / "unit" / "serving" / "plan" / "actual"
ACTUAL = ("--actual", str(SCRAPES / "vllm-before.txt"), "--actual", str(SCRAPES / "vllm-after.txt"))
DEPLOYED = ("--model", "llama-3.1-8b", "--scheme", "bf16", "--gpu", "l40s", "--users", "50")


def test_a_plan_is_compared_with_two_scrapes_of_a_server(tmp_path: Path) -> None:
    page = tmp_path / "actual.html"
    done = plan(*DEPLOYED, *ACTUAL, "--json", "--html", str(page))
    assert done.code == 0, done.err
    assert done.json["finished_requests"] == 61
    assert [each["name"] for each in done.json["plans"]][-1] == "terms corrected too"
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([*DEPLOYED, "--scheme", "fp8", *ACTUAL], "name one --scheme"),
        ([*DEPLOYED, "--gpus", "2"], "--gpus is for --actual"),
        ([*DEPLOYED, "--actual", "/nowhere/metrics"], "/nowhere/metrics cannot be read"),
    ],
)
def test_a_comparison_that_cannot_be_made_is_refused(arguments: list[str], message: str) -> None:
    done = plan(*arguments)
    assert done.code == 2
    assert message in " ".join(done.err.replace("│", " ").split())

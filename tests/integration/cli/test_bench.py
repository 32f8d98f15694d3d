"""`groundwork model bench` as a user runs it, up to where GuideLLM would start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.model_server import ModelServer, Script, free_port, running_model_server
from testing.processes import Ended, groundwork
from tests.unit.serving.bench.reports import benchmark, report, written


def bench(*arguments: str, **environment: str) -> Ended:
    return groundwork("model", "bench", *arguments, env={**os.environ, **environment})


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture
def prompts(tmp_path: Path) -> str:
    file = tmp_path / "prompts.jsonl"
    file.write_text('{"messages": [{"role": "user", "content": "Hello"}]}\n', encoding="utf-8")
    return str(file)


def test_two_results_are_compared_as_one_json_object(tmp_path: Path) -> None:
    slow, fast = (
        written(tmp_path / f"{name}.json", report(benchmark(e2e=[seconds, seconds])))
        for name, seconds in (("bf16", 2.0), ("fp8", 1.0))
    )
    done = bench("--compare", str(slow), str(fast), "--json")
    assert done.code == 0, done.err
    assert (done.json["a"], done.json["b"]) == ("bf16", "fp8")
    rows = {row["figure"]: row for row in done.json["rows"]}
    assert rows["answer tokens/s"]["ratio"] == {"value": 2.0, "low": 2.0, "high": 2.0}
    assert rows["answer tokens/s"]["better"] == "b"


@pytest.mark.parametrize("arguments", [[], ["http://127.0.0.1:9", "--compare", "a.json", "b.json"]])
def test_either_a_server_or_two_results_are_named(arguments: list[str]) -> None:
    done = bench(*arguments)
    assert done.code == 2
    assert "--compare" in done.err


@pytest.mark.parametrize("host", ["127.0.0.1", "local host"])
def test_a_server_that_does_not_answer_is_reported(host: str) -> None:
    done = bench(f"http://{host}:{free_port()}")
    assert (done.code, done.out) == (1, "")
    assert "does not answer" in done.err
    assert "Start the model server" in done.err


def test_a_server_with_several_models_needs_the_name_of_one(server: ModelServer, prompts: str) -> None:
    server.reset()
    server.script = Script(models=("one", "two"))
    done = bench(server.url, "--prompts", prompts)
    assert done.code == 1
    assert "serves one, two. Name one of them with --model." in done.err
    assert "does not serve 'three'" in bench(server.url, "--prompts", prompts, "--model", "three").err


def test_a_refused_key_is_reported_with_the_message_of_the_server(server: ModelServer, prompts: str) -> None:
    server.reset()
    server.script = Script(status=401, error={"error": {"message": "wrong key"}})
    done = bench(server.url, "--prompts", prompts, LLM_API_KEY="mine")
    assert done.code == 1
    assert "answered 401" in done.err
    assert "Set LLM_API_KEY" in done.err
    assert "wrong key" in done.err
    assert server.keys == ["Bearer mine"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--prompts", "nowhere.jsonl"], ["nowhere.jsonl", "cannot be read"]),
        (["--requests", "8", "--concurrency", "8"], ["--requests is 8", "--concurrency 8"]),
        (["--slo", "quick"], ["'quick' is no limit"]),
        (["--rates", "1"], ["--rates is 1"]),
        (["--name", "../elsewhere"], ["--name is '../elsewhere'", "letters, digits"]),
        (["--out", "/dev/null/x"], ["--out: /dev/null/x cannot be made"]),
        (["--compare", "none.json", "none.json"], ["--compare"]),
    ],
)
def test_a_wrong_argument_is_reported_before_anything_is_measured(
    server: ModelServer, prompts: str, arguments: list[str], message: list[str]
) -> None:
    server.reset()
    given = {"--prompts": [prompts], arguments[0]: arguments[1:]}
    done = bench(server.url, *(word for name, values in given.items() for word in (name, *values)))
    assert (done.code, done.out) == (2, "")
    assert all(part in done.err for part in message), done.err
    assert server.requests == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--replay", "FILE", "--at", "1,2"], "--replay has prompts, lengths and a load of its own"),
        (["--speed", "2"], "--speed is for --replay"),
        (["--at", "1,2", "--rates", "4"], "--rates and --concurrency are of a sweep"),
        (["--replay", "FILE"], "line 1 is not a recorded request: timestamp: Field required"),
        (["--at", "1,many"], "--at: 'many' is no number of requests"),
    ],
)
def test_a_load_that_cannot_be_sent_is_refused(
    server: ModelServer, prompts: str, arguments: list[str], message: str
) -> None:
    server.reset()
    done = bench(server.url, *(prompts if argument == "FILE" else argument for argument in arguments))
    assert done.code == 2
    assert message in " ".join(done.err.replace("│", " ").split())

"""`groundwork model bench` with the real GuideLLM: against vLLM, and against a server that keeps what it was sent."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from serving.bench.guidellm import run_guidellm
from serving.bench.html import render_page
from serving.bench.measure import measure, replay
from serving.bench.prompts import load_prompts
from serving.bench.replay import read_recording
from serving.bench.request import BenchRequest, ReplayRequest
from serving.bench.result import load_folder, load_result
from serving.bench.scenario import scenario
from serving.bench.server import find_model
from serving.performance.slo import Slo
from serving.performance.sweep import read_sweeps
from testing.model_server import Script, running_model_server
from testing.serving.examples import Example, Message, render
from testing.serving.vllm_server import VllmServer

REQUESTS = 12


def write_prompts(file: Path, conversations: Sequence[Sequence[Message]]) -> Path:
    rows = [{"from": "case", "messages": list(conversation[:-1])} for conversation in conversations]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def test_a_served_model_is_measured_and_the_planner_reads_the_result(
    vllm_server: VllmServer,
    app_conversations: list[list[Message]],
    examples: list[Example],
    guidellm_python: Path,
    tmp_path: Path,
) -> None:
    conversations = [*app_conversations, *(render(example) for example in examples)]
    file = write_prompts(tmp_path / "prompts.jsonl", conversations)
    measurement = BenchRequest(
        url=vllm_server.base_url,
        model=find_model(vllm_server.base_url, None, None),
        slo=Slo(ttft=20_000, itl=5_000),
        rates=2,
        seconds=8,
        requests=REQUESTS,
        concurrency=2,
        max_tokens=24,
    )
    out = tmp_path / "bench"
    messages: list[str] = []

    measured = measure(measurement, load_prompts(file), "tiny-bf16", out, messages.append, guidellm_python)

    assert [rate.label for rate in measured.rates] == ["synchronous", "throughput"]
    assert all(rate.failed == 0 and rate.answered > 0 for rate in measured.rates)
    assert all(1 < rate.answer_tokens.max() <= 24 for rate in measured.rates)
    assert measured.search is not None
    assert (measured.search.best, measured.search.reason) == (2, "max_streams_reached")
    assert messages[0].startswith("sweep 1. synchronous: ")
    (sweep,) = read_sweeps(f"bf16@l4x1={out / 'tiny-bf16.json'}")
    assert [point.rate for point in sweep.points] == [rate.point.rate for rate in measured.rates]
    assert "tiny-bf16" in render_page(load_folder(out))
    # The user's words are not in the reports.
    kept = "".join(path.read_text(encoding="utf-8") for path in out.iterdir())
    assert conversations[0][-2]["content"][:40] not in kept


@pytest.mark.long
def test_no_prompt_is_sent_twice_over_all_rates_and_the_key_stays_out_of_the_report(
    examples: list[Example], guidellm_python: Path, tmp_path: Path
) -> None:
    file = write_prompts(tmp_path / "prompts.jsonl", [render(example) for example in examples[:5]])
    report = tmp_path / "report.json"
    folder = tmp_path / "work"
    folder.mkdir()
    with running_model_server() as server:
        measurement = BenchRequest(
            url=server.url, model="tiny", slo=Slo(ttft=1000), rates=2, seconds=6, requests=REQUESTS, concurrency=2,
            temperature=0.5, answer_tokens=7, api_key="key-of-the-user",
        )  # fmt: skip
        run_guidellm(scenario(measurement, "sweep", file, report, {}), folder, lambda _: None, guidellm_python)

    sent = [json.dumps(request["messages"]) for request in server.requests]
    assert len(sent) > REQUESTS
    assert len(set(sent)) == len(sent)
    assert {request["messages"][0]["content"] for request in server.requests} == {render(examples[0])[0]["content"]}
    asked = {(body["temperature"], body["max_completion_tokens"], body["ignore_eos"]) for body in server.requests}
    assert asked == {(0.5, 7, True)}
    assert set(server.keys) == {"Bearer key-of-the-user"}
    assert "key-of-the-user" not in report.read_text(encoding="utf-8")
    assert list(folder.iterdir()) == []


def write_questions(file: Path, count: int) -> Path:
    rows = ({"messages": [{"role": "user", "content": f"Question {number}?"}]} for number in range(count))
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


@pytest.mark.long
def test_a_server_that_dies_in_the_sweep_leaves_what_was_measured_before(guidellm_python: Path, tmp_path: Path) -> None:
    file = write_questions(tmp_path / "prompts.jsonl", 40)
    # The search of an earlier run is not taken for one of this run.
    (tmp_path / "bench").mkdir()
    (tmp_path / "bench" / "tiny.goodput.json").write_text("{}", encoding="utf-8")
    with running_model_server() as server:
        server.script = Script(pieces=("word ",) * 12)
        measurement = BenchRequest(
            url=server.url, model="tiny", slo=Slo(ttft=1000), rates=2, seconds=5, requests=REQUESTS, concurrency=2,
        )  # fmt: skip

        def die_after_the_first(line: str) -> None:
            threading.Thread(target=server.stop).start()

        measured = measure(
            measurement, load_prompts(file), "tiny", tmp_path / "bench", die_after_the_first, guidellm_python
        )

    assert [rate.label for rate in measured.rates] == ["synchronous"]
    assert measured.rates[0].answered == REQUESTS
    assert [each.label for each in measured.unanswered] == ["throughput"]
    assert measured.failure is not None
    assert measured.failure.stage == "search"
    assert "it was not begun, because the server does not answer any more" in measured.failure.reason
    assert load_result(tmp_path / "bench" / "tiny.json").failure == measured.failure
    assert not (tmp_path / "bench" / "tiny.goodput.json").exists()
    assert not measured.complete


@pytest.mark.long
def test_recorded_requests_are_sent_at_their_times_with_their_own_limits(guidellm_python: Path, tmp_path: Path) -> None:
    rows = [
        {"timestamp": 6.0, "prompt": "third", "max_tokens": 33},
        {"timestamp": 0.0, "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "first"}]},
        {"timestamp": 3.0, "prompt": "second", "answer_tokens": 5},
        {"timestamp": 600.0, "prompt": "much later"},
    ]
    file = tmp_path / "requests.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    out = tmp_path / "bench"
    with running_model_server() as server:
        request = ReplayRequest(
            url=server.url, model="tiny", slo=Slo(ttft=5000), recording=read_recording(file).first(None, 10.0), speed=3,
            max_tokens=77,
        )  # fmt: skip
        measured = replay(request, "replayed", out, lambda _: None, guidellm_python)

    # The first request asks whether the server answers.
    sent = server.requests[1:]
    assert [body["messages"][-1]["content"] for body in sent] == ["first", "second", "third"]
    assert [(body["max_completion_tokens"], body.get("ignore_eos")) for body in sent] == [
        (77, None), (5, True), (33, None),
    ]  # fmt: skip
    report = json.loads((out / "replayed.json").read_text(encoding="utf-8"))
    started = sorted(each["request_start_time"] for each in report["benchmarks"][0]["requests"]["successful"])
    # Six seconds of the recording are two of the replay. A busy machine sends a request later, not earlier.
    assert 0.5 < started[-1] - started[0] < 5
    assert measured.replayed
    assert measured.rates[0].attainment == 1.0
    assert "3 of 4 requests" in measured.about["replay"]
    assert "third" not in (out / "replayed.json").read_text(encoding="utf-8")


@pytest.mark.long
@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_sweep_keeps_its_finished_rates_and_exits_with_1(
    asked: signal.Signals, guidellm_python: Path, tmp_path: Path
) -> None:
    file = write_questions(tmp_path / "prompts.jsonl", 40)
    with running_model_server() as server:
        command = [
            sys.executable, "-m", "cli", "model", "bench", server.url, "--prompts", str(file), "--name", "tiny",
            "--out", str(tmp_path / "bench"), "--rates", "4", "--seconds", "20", "--requests", "12",
            "--concurrency", "2",
        ]  # fmt: skip
        environment = {**os.environ, "HF_HUB_OFFLINE": "1"}
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        ) as run:
            assert run.stderr is not None
            assert run.stderr.readline().startswith("sweep 1. synchronous: 12 answered")
            run.send_signal(asked)
            said, errors = run.communicate(timeout=120)

    assert run.returncode == 1, errors
    assert "The sweep did not run to its end: it was interrupted." in said, errors
    result = load_result(tmp_path / "bench" / "tiny.json")
    assert [rate.label for rate in result.rates] == ["synchronous"]
    assert "did not run to its end" in (tmp_path / "bench" / "report.html").read_text(encoding="utf-8")

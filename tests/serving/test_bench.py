"""`groundwork model bench` with the real GuideLLM: against vLLM, and against a server that keeps what it was sent."""

import json
from collections.abc import Sequence
from pathlib import Path

from serving.bench.guidellm import run_guidellm
from serving.bench.html import render_page
from serving.bench.measure import find_model, measure
from serving.bench.prompts import load_prompts
from serving.bench.request import BenchRequest
from serving.bench.result import load_folder
from serving.bench.scenario import scenario
from serving.performance.slo import Slo
from serving.performance.sweep import read_sweeps
from testing.model_server import running_model_server
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

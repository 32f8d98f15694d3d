"""The four grounding policies over HTTP: which text is shown, when, and what is reported of the rest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from testing.contract import ABOUT_A_COMPLETION
from testing.handbook import REFUSAL
from testing.model_server import ModelServer, Script
from testing.processes import Serving

CHAT = "/v1/chat/completions"
QUESTION = "How many days of annual leave does every colleague have a year?"
GOOD = "Every colleague has 25 days of annual leave a year [1]."
WRONG = "Every colleague has 77 days of annual leave a year."
EXPIRE = "Unused days expire on 31 March of the next year [1]."
HELD = ["retry", "withhold", "refuse"]


def body(policy: str, *, stream: bool) -> dict[str, Any]:
    model = "groundwork" if policy == "annotate" else f"groundwork:{policy}"
    return {"model": model, "messages": [{"role": "user", "content": QUESTION}], "stream": stream}


def chunks_of(http: httpx2.Client, policy: str) -> Iterator[dict[str, Any]]:
    with http.stream("POST", CHAT, json=body(policy, stream=True)) as response:
        for line in response.iter_lines():
            if line.startswith("data: {"):
                yield json.loads(line.removeprefix("data: "))


def content_of(chunk: dict[str, Any]) -> str:
    return str(chunk["choices"][0]["delta"].get("content") or "") if "choices" in chunk else ""


def ask(http: httpx2.Client, policy: str, *, stream: bool) -> tuple[str, dict[str, Any], str]:
    """The answer, the field `groundwork`, and everything that came over the wire."""
    if not stream:
        answer = http.post(CHAT, json=body(policy, stream=False)).json()
        return answer["choices"][0]["message"]["content"], answer["groundwork"], json.dumps(answer)
    chunks = list(chunks_of(http, policy))
    assert not any("error" in chunk for chunk in chunks)
    extra = {**chunks[0]["groundwork"], **chunks[-1]["groundwork"]}
    return "".join(map(content_of, chunks)), extra, json.dumps(chunks)


def counted(http: httpx2.Client, name: str, **labels: str) -> float:
    families = text_string_to_metric_families(http.get("/metrics").text)
    samples = [sample for family in families for sample in family.samples]
    return sum(sample.value for sample in samples if sample.name == name and labels.items() <= sample.labels.items())


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("policy", ["annotate", *HELD])
def test_a_supported_answer_is_the_same_under_every_policy(
    generating_http: httpx2.Client, model_server: ModelServer, policy: str, stream: bool
) -> None:
    model_server.script = Script(pieces=tuple(f"{GOOD} {EXPIRE}"))
    text, extra, _ = ask(generating_http, policy, stream=stream)
    assert text == f"{GOOD} {EXPIRE}"
    assert set(extra) == ABOUT_A_COMPLETION
    assert (extra["refused"], extra["withheld"], extra["retried"]) == (False, [], None)
    assert extra["grounding"]["supported"] is True
    assert len(model_server.requests) == 1


@pytest.mark.parametrize("stream", [True, False])
def test_annotate_shows_everything_with_flags(
    generating_http: httpx2.Client, model_server: ModelServer, stream: bool
) -> None:
    model_server.script = Script(pieces=tuple(f"{GOOD} {WRONG}"))
    text, extra, _ = ask(generating_http, "annotate", stream=stream)
    assert text == f"{GOOD} {WRONG}"
    (flag,) = extra["grounding"]["flags"]
    assert text[flag["start"] : flag["end"]].startswith("77")
    assert (extra["refused"], extra["withheld"], extra["retried"]) == (False, [], None)


@pytest.mark.parametrize("stream", [True, False])
def test_withhold_removes_the_sentence_and_reports_the_reason_but_not_the_text(
    generating: Serving, generating_http: httpx2.Client, model_server: ModelServer, stream: bool
) -> None:
    labels = {"model": "tiny", "recipe": "withhold", "policy": "withhold"}
    before = counted(generating_http, "groundwork_sentences_withheld_total", **labels)
    model_server.script = Script(pieces=tuple(f"{GOOD} {WRONG} {EXPIRE}"))
    text, extra, wire = ask(generating_http, "withhold", stream=stream)
    assert text == f"{GOOD} {EXPIRE}"
    assert [set(sentence) for sentence in extra["withheld"]] == [{"reasons"}]
    assert extra["withheld"][0]["reasons"]
    assert "77 days" not in wire
    assert extra["grounding"]["supported"] is True
    assert [text[one["start"] : one["end"]] for one in extra["grounding"]["sentences"]] == [GOOD, EXPIRE]
    assert counted(generating_http, "groundwork_sentences_withheld_total", **labels) == before + 1
    log = generating.log.read_text(encoding="utf-8")
    assert "grounding policy withhold withheld a sentence (" in log
    assert WRONG not in log


def test_withhold_streams_each_sentence_as_it_is_checked(generating: Serving, model_server: ModelServer) -> None:
    pieces = (f"{GOOD} ", f"{WRONG} ", f"{EXPIRE} ", f"{GOOD} ", EXPIRE)
    model_server.script = Script(pieces=pieces, stall_after=4)
    seen: list[str] = []
    with generating.client() as http:
        for chunk in chunks_of(http, "withhold"):
            if words := content_of(chunk):
                seen.append(words)
                # The model ends only when the first sentence has arrived here.
                model_server.go_on.set()
    assert seen == [GOOD, f" {EXPIRE}", f" {GOOD}", f" {EXPIRE}"]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("policy", ["withhold", "refuse"])
def test_where_nothing_remains_the_answer_is_the_domains_refusal(
    generating_http: httpx2.Client, model_server: ModelServer, policy: str, stream: bool
) -> None:
    labels = {"model": "tiny", "recipe": policy, "policy": policy}
    before = counted(generating_http, "groundwork_policy_refusals_total", **labels)
    model_server.script = Script(pieces=tuple(WRONG))
    text, extra, wire = ask(generating_http, policy, stream=stream)
    assert text == REFUSAL
    assert (extra["refused"], extra["mode"], extra["grounding"], extra["citations"]) == (True, "generated", None, [])
    assert len(extra["withheld"]) == 1
    assert "77 days" not in wire
    assert counted(generating_http, "groundwork_policy_refusals_total", **labels) == before + 1


def test_refuse_shows_nothing_of_an_unsupported_answer(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    model_server.script = Script(pieces=tuple(f"{GOOD} {EXPIRE} {WRONG}"))
    assert [words for words in map(content_of, chunks_of(generating_http, "refuse")) if words] == [REFUSAL]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("second", "shown", "retried"),
    [
        (Script(pieces=tuple(GOOD)), GOOD, "second"),
        (Script(pieces=(f"{WRONG} Lunch is 4,711 EUR.",)), WRONG, "first"),
        (Script(die_after=0), WRONG, "failed"),
        (Script(pieces=tuple(GOOD), die_after=5), WRONG, "failed"),
    ],
)
def test_retry_asks_once_more_and_shows_the_better_answer(
    generating_http: httpx2.Client,
    model_server: ModelServer,
    second: Script,
    shown: str,
    retried: str,
    stream: bool,
) -> None:
    labels = {"recipe": "retry", "shown": retried}
    before = counted(generating_http, "groundwork_retries_total", **labels)
    model_server.script = Script(pieces=tuple(WRONG), then=second)
    text, extra, _ = ask(generating_http, "retry", stream=stream)
    assert (text, extra["retried"], extra["degraded"]) == (shown, retried, False)
    assert extra["grounding"]["supported"] is (shown == GOOD)
    first, again = (request["messages"] for request in model_server.requests)
    assert again[: len(first)] == first
    assert "77" in again[-1]["content"]
    assert counted(generating_http, "groundwork_retries_total", **labels) == before + 1


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("policy", HELD)
def test_a_model_that_dies_before_any_text_is_shown_is_replaced_by_the_extractive_answer(
    generating_http: httpx2.Client, model_server: ModelServer, policy: str, stream: bool
) -> None:
    model_server.script = Script(pieces=("Every colleague ", "has 25 ", "days"), die_after=2)
    text, extra, _ = ask(generating_http, policy, stream=stream)
    assert "25 days of annual leave" in text
    assert (extra["mode"], extra["degraded"], extra["refused"]) == ("extractive", True, False)
    assert extra["withheld"] == []


def test_a_model_that_dies_after_a_sentence_was_shown_is_an_error_in_the_stream(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    pieces = (f"{GOOD} ", f"{EXPIRE} ", f"{WRONG} ", "Then the server is switched off by somebody. ")
    model_server.script = Script(pieces=pieces, die_after=4)
    chunks = list(chunks_of(generating_http, "withhold"))
    assert content_of(chunks[1]) == GOOD
    assert chunks[-1]["error"]["code"] == "model_unavailable"


@pytest.mark.parametrize("policy", HELD)
def test_a_reader_who_leaves_before_any_text_is_shown_ends_the_request_to_the_model(
    generating: Serving, model_server: ModelServer, policy: str
) -> None:
    model_server.script = Script(pieces=("Every colleague ", "has 25 days [1]."), stall_after=1)
    with generating.client() as http, http.stream("POST", CHAT, json=body(policy, stream=True)) as response:
        lines = response.iter_lines()
        assert '"passages"' in next(line for line in lines if line.startswith("data: "))
        assert model_server.stalling.wait(5)
        assert not model_server.left.is_set()
    assert model_server.left.wait(5), "the model server was left working for nobody"


def test_before_any_text_is_shown_the_stream_has_heartbeats(generating: Serving, model_server: ModelServer) -> None:
    model_server.script = Script(pieces=tuple(GOOD), stall_after=20)
    before_the_words: list[str] = []
    with generating.client() as http, http.stream("POST", CHAT, json=body("refuse", stream=True)) as response:
        for line in response.iter_lines():
            if '"content":"Every' in line:
                break
            if line.startswith(":"):
                before_the_words.append(line)
                model_server.go_on.set()
    assert before_the_words


def test_a_policy_is_a_recipe_of_its_own_among_the_models(generating_http: httpx2.Client) -> None:
    ids = [model["id"] for model in generating_http.get("/v1/models").json()["data"]]
    assert ids == ["groundwork", "groundwork:brief", *(f"groundwork:{policy}" for policy in HELD), "groundwork:student"]

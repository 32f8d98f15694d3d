"""The real Envoy with deploy/router/envoy.yaml, in front of a real service and of two scripted model servers."""

from __future__ import annotations

import subprocess
from collections import Counter

import httpx2
import pytest

from testing.model_server import ModelServer
from tests.integration.project.conftest import CONFIGURATION, ENVOY, Router


def ask_model(http: httpx2.Client, key: str) -> None:
    body = {"model": "tiny", "messages": [{"role": "user", "content": key}], "stream": True}
    answer = http.post("/v1/chat/completions", json=body, headers={"X-Session-ID": key})
    assert answer.status_code == 200, answer.text


def contents(server: ModelServer) -> set[str]:
    return {request["messages"][0]["content"] for request in server.requests}


def converse(router: Router, *questions: str) -> None:
    """Ask one question after another, each with the conversation so far, through the router in front of the apps."""
    turns: list[dict[str, str]] = []
    with httpx2.Client(base_url=router.apps, timeout=60.0, verify=False) as http:
        for question in questions:
            turns.append({"role": "user", "content": question})
            answer = http.post("/v1/chat/completions", json={"messages": turns})
            assert answer.status_code == 200, answer.text
            assert answer.json()["groundwork"]["mode"] == "generated"
            turns.append({"role": "assistant", "content": answer.json()["choices"][0]["message"]["content"]})


def test_requests_with_one_key_go_to_one_model_and_many_keys_to_both(router: Router) -> None:
    keys = [f"key {number}" for number in range(24)]
    with httpx2.Client(base_url=router.models, verify=False) as http:
        for key in keys * 3:
            ask_model(http, key)
    first, second = map(contents, router.servers)
    assert first | second == set(keys)
    assert not first & second
    assert min(len(first), len(second)) >= 4


def test_the_later_turns_of_a_conversation_stay_with_the_model_that_has_read_the_earlier_ones(router: Router) -> None:
    for name in ("annual leave", "parental leave", "the notice period", "sick pay"):
        converse(
            router, f"What does the handbook say about {name}?", "And for part-timers?", "And abroad?", "Since when?"
        )
    first, second = (Counter(server.sessions) for server in router.servers)
    assert not first.keys() & second.keys()
    # The second turn and those behind it have the key of the conversation's first question.
    assert [count for count in (first + second).values() if count == 3] == [3] * 4


def test_the_model_that_is_left_answers_everything_when_the_other_is_killed(router: Router) -> None:
    # As many as are asked before the router's checks find that it is gone.
    keys = [f"key {number}" for number in range(80)]
    router.servers[0].stop()
    try:
        with httpx2.Client(base_url=router.models, verify=False) as http:
            for key in keys:
                ask_model(http, key)
    finally:
        router.servers[0].start()
    assert contents(router.servers[1]) == set(keys)


@pytest.mark.parametrize("path", ["/metrics", "/invocations", "/v2/anything", "/load", "/"])
def test_of_a_model_only_what_the_app_uses_is_reached(router: Router, path: str) -> None:
    assert httpx2.post(f"{router.models}{path}", json={"prompt": "x"}, verify=False).status_code == 404
    assert [request for server in router.servers for request in server.requests] == []


def test_the_page_and_the_jobs_are_reached_and_the_metrics_of_one_app_are_not(router: Router) -> None:
    with httpx2.Client(base_url=router.apps, verify=False) as http:
        assert http.get("/").status_code == 200
        assert http.get("/v1/documents").status_code == 200
        assert http.get("/metrics").status_code == 404


def test_envoy_takes_the_configuration_as_it_is() -> None:
    done = subprocess.run(
        [ENVOY, "--mode", "validate", "-c", CONFIGURATION], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "deprecated" not in done.stderr.lower()

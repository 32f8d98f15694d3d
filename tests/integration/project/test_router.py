"""The real Envoy with deploy/router/envoy.yaml, in front of a real service and of two scripted model servers."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from testing.builders import REPOSITORY
from testing.handbook import write_domain
from testing.hash_embedding_server import running_embedding_server
from testing.model_server import ModelServer, free_port, running_model_server
from testing.processes import Serving, environment, serving

CONFIGURATION = REPOSITORY / "deploy" / "router" / "envoy.yaml"
ENVOY = Path(sys.executable).with_name("envoy")
_PATIENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Router:
    """A running Envoy: its two addresses."""

    apps: str
    models: str


def moved(models: list[int], apps: list[int], listeners: dict[str, int]) -> dict[str, Any]:
    """Return the configuration with ports of this machine in place of the names and ports of containers."""
    configuration: dict[str, Any] = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    resources = json.loads(json.dumps(configuration["static_resources"]))
    for listener in resources["listeners"]:
        listener["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": listeners[listener["name"]]}
    for cluster in resources["clusters"]:
        ports = models if cluster["name"] == "models" else apps
        addresses = [{"address": "127.0.0.1", "port_value": port} for port in ports]
        cluster["load_assignment"]["endpoints"] = [
            {"lb_endpoints": [{"endpoint": {"address": {"socket_address": one}}} for one in addresses]}
        ]
    return {"static_resources": resources}


@contextmanager
def running_router(
    folder: Path, models: list[ModelServer], apps: list[int], listeners: dict[str, int]
) -> Iterator[None]:
    """Run Envoy until the end of the block."""
    ports = [int(server.url.split(":")[2].partition("/")[0]) for server in models]
    file = folder / "envoy.json"
    file.write_text(json.dumps(moved(ports, apps, listeners)), encoding="utf-8")
    command = [ENVOY, "-c", file, "--log-level", "warning", "--use-dynamic-base-id", "--concurrency", "1"]
    with (folder / "envoy.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            wait_for(f"http://127.0.0.1:{listeners['models']}/v1/models", folder / "envoy.log")
            yield
        finally:
            process.terminate()


def wait_for(url: str, log: Path) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if httpx2.get(url, verify=False).status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(log.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Router, list[ModelServer], Serving]]:
    """Two models behind the router, a service that asks it, and the router in front of the service."""
    assert ENVOY.exists(), "make setup installs Envoy"
    folder = tmp_path_factory.mktemp("router")
    listeners = {"apps": free_port(), "models": free_port()}
    with ExitStack() as stack:
        models = [stack.enter_context(running_model_server()) for _ in range(2)]
        embedder = stack.enter_context(running_embedding_server())
        env = environment(
            folder / "data",
            write_domain(folder / "team", refuse_below=0.0),
            LLM_BASE_URL=f"http://127.0.0.1:{listeners['models']}/v1",
            EMBEDDING_BASE_URL=embedder.url,
            EMBEDDING_MODEL="hash",
        )
        service = stack.enter_context(serving(env, folder / "log"))
        service.ingest()
        stack.enter_context(running_router(folder, models, [int(service.url.rpartition(":")[2])], listeners))
        wait_for(f"http://127.0.0.1:{listeners['apps']}/ready", folder / "envoy.log")
        yield Router(*(f"http://127.0.0.1:{listeners[name]}" for name in ("apps", "models"))), models, service


@pytest.fixture
def router(parts: tuple[Router, list[ModelServer], Serving]) -> Iterator[Router]:
    yield parts[0]
    for server in parts[1]:
        server.reset()


@pytest.fixture
def models(parts: tuple[Router, list[ModelServer], Serving]) -> list[ModelServer]:
    return parts[1]


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


def test_requests_with_one_key_go_to_one_model_and_many_keys_to_both(router: Router, models: list[ModelServer]) -> None:
    keys = [f"key {number}" for number in range(24)]
    with httpx2.Client(base_url=router.models, verify=False) as http:
        for key in keys * 3:
            ask_model(http, key)
    first, second = map(contents, models)
    assert first | second == set(keys)
    assert not first & second
    assert min(len(first), len(second)) >= 4


def test_the_later_turns_of_a_conversation_stay_with_the_model_that_has_read_the_earlier_ones(
    router: Router, models: list[ModelServer]
) -> None:
    for name in ("annual leave", "parental leave", "the notice period", "sick pay"):
        converse(
            router, f"What does the handbook say about {name}?", "And for part-timers?", "And abroad?", "Since when?"
        )
    first, second = (Counter(server.sessions) for server in models)
    assert not first.keys() & second.keys()
    # The second turn and those behind it have the key of the conversation's first question.
    assert [count for count in (first + second).values() if count == 3] == [3] * 4


def test_the_model_that_is_left_answers_everything_when_the_other_is_killed(
    router: Router, models: list[ModelServer]
) -> None:
    keys = [f"key {number}" for number in range(12)]
    models[0].stop()
    try:
        with httpx2.Client(base_url=router.models, verify=False) as http:
            for key in keys:
                ask_model(http, key)
    finally:
        models[0].start()
    assert contents(models[1]) == set(keys)


@pytest.mark.parametrize("path", ["/metrics", "/invocations", "/v2/anything", "/load", "/"])
def test_of_a_model_only_what_the_app_uses_is_reached(router: Router, models: list[ModelServer], path: str) -> None:
    assert httpx2.post(f"{router.models}{path}", json={"prompt": "x"}, verify=False).status_code == 404
    assert [request for server in models for request in server.requests] == []


def test_the_page_and_the_jobs_are_reached_and_the_metrics_of_one_app_are_not(
    router: Router, parts: tuple[Router, list[ModelServer], Serving]
) -> None:
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

"""A real service, the real Envoy in front of it, and two scripted model servers, shared by the tests of this folder."""

from __future__ import annotations

import json
import subprocess
import sys
import time
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
    """A running Envoy: its two addresses, and what is behind it."""

    apps: str
    models: str
    servers: tuple[ModelServer, ...]
    service: Serving


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
    command = [str(ENVOY), "-c", str(file), "--log-level", "warning", "--use-dynamic-base-id", "--concurrency", "1"]
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


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Router]:
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
        apps, models_address = (f"http://127.0.0.1:{listeners[name]}" for name in ("apps", "models"))
        yield Router(apps, models_address, tuple(models), service)


@pytest.fixture
def router(running: Router) -> Router:
    """The router, with models that have been asked nothing."""
    for server in running.servers:
        server.reset()
    return running

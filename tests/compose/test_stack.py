"""The whole project with a real model and a real database: first answers, crashes, a stop, and a start again."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx2
import pytest

from tests.compose.conftest import Start
from tests.compose.stack import QUESTION, SERVICES, Stack, docker, wait_until

Report = Callable[[str], None]


@pytest.fixture
def report(capsys: pytest.CaptureFixture[str]) -> Report:
    """Print a figure, also where pytest keeps output."""

    def line(text: str) -> None:
        with capsys.disabled():
            print(f"\n    {text}", flush=True)

    return line


@pytest.fixture(scope="module")
def stack(start: Start) -> Stack:
    """The project with the bundled model. The tests of this file use it in their order."""
    return start("whole", MODEL="smollm2")


def test_answers_are_extractive_at_first_and_generated_when_the_model_is_ready(stack: Stack, report: Report) -> None:
    began = time.monotonic()
    stack.up()
    returned = time.monotonic() - began
    wait_until(lambda: stack.ask().is_right, 300, "the first answer")
    first = time.monotonic() - began
    reply = stack.ask()
    assert (reply.mode, reply.groundwork["degraded_reason"]) == ("extractive", "loading")
    assert stack.exit_code("ingest") == 0
    wait_until(lambda: stack.ask().mode == "generated", 900, "the first generated answer")
    report(
        f"docker compose up returned after {returned:.0f} s; first answer after {first:.0f} s; first generated one "
        f"after {time.monotonic() - began:.0f} s"
    )
    assert stack.ask().is_right
    assert stack.exit_code("model-get") == 0


def test_page_and_widget_are_served(stack: Stack) -> None:
    for path, text in (("/", "groundwork"), ("/widget/loader.js", "groundwork-chat")):
        got = httpx2.get(f"{stack.url}{path}", timeout=10, follow_redirects=True)
        assert got.status_code == 200
        assert text in got.text


def test_every_service_becomes_healthy(stack: Stack) -> None:
    for service in SERVICES:
        wait_until(partial(_is_healthy, stack, service), 120, f"{service} to be healthy")


def _is_healthy(stack: Stack, service: str) -> bool:
    return stack.health(service) == "healthy"


def test_containers_run_without_root_and_cannot_write_to_their_image(stack: Stack) -> None:
    for service in SERVICES:
        found = stack.inspect(service)
        assert found["Config"]["User"] not in ("", "root", "0"), service
        assert found["HostConfig"]["ReadonlyRootfs"], service
        write = "touch /etc/written 2>/dev/null && echo written || true"
        assert stack.compose("exec", "-T", service, "sh", "-c", write) == ""


def test_secrets_are_in_no_environment_and_only_where_they_are_needed(stack: Stack) -> None:
    names = {"postgres": "password", "qdrant": "api-key", "model": "api-key"}
    values = {
        service: stack.compose("exec", "-T", "app", "cat", f"/secrets/{service}/{name}").strip()
        for service, name in names.items()
    }
    assert len(set(values.values())) == 3
    assert min(map(len, values.values())) >= 32
    for service in ("app", "ingest", "model-get", *names):
        said = str(stack.inspect(service))
        assert not any(value in said for value in values.values()), service
    for service, owned in (("model", {"model"}), ("qdrant", {"qdrant"}), ("postgres", {"postgres"})):
        find = "find /secrets -type f -readable | cut -d/ -f3 | sort -u"
        shown = stack.compose("exec", "-T", service, "sh", "-c", find)
        # The image has the folders of all; the files are in the volumes that a service has.
        assert set(shown.split()) == owned, service


def test_the_model_is_reached_by_the_app_and_by_nobody_else(stack: Stack) -> None:
    script = (
        "import socket, sys\n"
        "for target in sys.argv[1:]:\n"
        "    host, port = target.split(':')\n"
        "    try:\n"
        "        socket.create_connection((host, int(port)), timeout=3).close(); print('open', target)\n"
        "    except OSError: print('closed', target)\n"
    )

    def reached(service: str, *targets: str) -> list[str]:
        said = stack.compose("exec", "-T", service, "python3", "-c", script, *targets)
        return [line.split()[1] for line in said.splitlines() if line.startswith("open")]

    servers = ["model:8001", "qdrant:6333", "postgres:5432"]
    assert reached("app", *servers) == servers
    assert reached("model", "qdrant:6333", "postgres:5432", "app:8000") == ["app:8000"]
    network = f"{stack.name}_index"
    outsider = ("run", "--rm", "--network", network, "groundwork:local", "python", "-c", script)
    assert "open" not in docker(*outsider, "model:8001", stack_address(stack, "model"))


def stack_address(stack: Stack, service: str) -> str:
    networks = stack.inspect(service)["NetworkSettings"]["Networks"]
    return f"{networks[f'{stack.name}_model']['IPAddress']}:8001"


def test_the_app_cannot_reach_the_internet(stack: Stack) -> None:
    connect = "import socket; socket.create_connection(('example.com', 80), timeout=5).close(); print('reached')"
    run = ("run", "--rm", "groundwork:local", "python", "-c", connect)
    if docker(run[0], "--network", f"{stack.name}_internet", *run[1:], check=False).strip() != "reached":
        pytest.skip("this machine does not reach the internet from a container either")
    assert stack.compose("exec", "-T", "app", "python", "-c", connect, check=False) == ""


@pytest.mark.parametrize(("service", "seconds"), [("app", 180), ("qdrant", 180), ("postgres", 180), ("model", 600)])
def test_a_killed_container_comes_back_by_itself(stack: Stack, service: str, seconds: float, report: Report) -> None:
    wait_until(lambda: stack.ask().mode == "generated", 600, "a generated answer")
    recovery = stack.recovery(service, seconds, generated=service == "model")
    report(f"{service} killed: {recovery}")


def test_an_ingestion_that_fails_ends_and_the_app_answers_on(stack: Stack, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    # A folder without a document: nothing could be read.
    stack.compose("up", "--no-deps", "--force-recreate", "ingest", check=False, DOCS=str(tmp_path))
    assert stack.exit_code("ingest") == 1
    time.sleep(3)
    assert stack.state("ingest")["Status"] == "exited"
    assert stack.inspect("ingest")["RestartCount"] == 0
    assert stack.ask().is_right


def test_it_stops_within_the_grace_period_and_a_start_has_everything_again(stack: Stack, report: Report) -> None:
    answer = stack.ask().groundwork["answer_id"]
    rated = httpx2.post(f"{stack.url}/v1/feedback", json={"answer_id": answer, "rating": "up"}, timeout=10)
    assert rated.status_code == 200
    documents = stack.get("/v1/documents")[1]
    key = stack.compose("exec", "-T", "app", "cat", "/secrets/model/api-key")
    began = time.monotonic()
    stack.compose("stop")
    report(f"docker compose stop took {time.monotonic() - began:.0f} s")
    for service in SERVICES:
        # 137 is the kill after the grace period.
        assert stack.state(service)["ExitCode"] in (0, 143), (service, stack.state(service))
    stack.compose("down")
    began = time.monotonic()
    stack.up()
    wait_until(lambda: stack.ask().is_right, 300, "an answer after the second start")
    report(f"after down and up the first answer came after {time.monotonic() - began:.0f} s")
    assert stack.get("/v1/documents")[1] == documents
    assert stack.compose("exec", "-T", "app", "cat", "/secrets/model/api-key") == key
    explained = stack.compose("exec", "-T", "app", "groundwork", "explain", answer)
    assert QUESTION in explained
    assert stack.exit_code("ingest") == 0
    wait_until(lambda: stack.ask().mode == "generated", 600, "a generated answer after the second start")

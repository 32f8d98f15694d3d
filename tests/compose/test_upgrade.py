"""An upgrade from the image of the commit before: the new image finds what the old one kept."""

from __future__ import annotations

import os
import subprocess
import time

import httpx2
import pytest

from testing.builders import REPOSITORY
from tests.compose.conftest import Start
from tests.compose.stack import QUESTION, docker, wait_until

BEFORE = "groundwork:before"


@pytest.fixture(scope="module")
def image_before(images: None, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The image of the commit before this one, built from that commit's files alone."""
    folder = tmp_path_factory.mktemp("before")
    # With the modes of a checkout, so that Docker knows the layers that are the same.
    command = ["git", "-c", "tar.umask=0022", "archive", "HEAD~1"]
    archive = subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)
    arguments = [f"--build-arg=PYTHON_IMAGE={os.environ['PYTHON_IMAGE']}"] if os.environ.get("PYTHON_IMAGE") else []
    docker("build", "--network", "host", "--target", "app", "-t", BEFORE, *arguments, str(folder))
    return BEFORE


def test_an_upgrade_keeps_documents_answers_and_feedback(
    start: Start, image_before: str, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = start("upgrade", MODEL="none")
    stack.up("app", "ingest", GROUNDWORK_IMAGE=image_before)
    wait_until(lambda: stack.ask().is_right, 300, "the first answer of the old image")
    assert stack.inspect("app")["Config"]["Image"] == image_before
    answer = stack.ask().groundwork["answer_id"]
    body = {"answer_id": answer, "rating": "down", "comment": "of before"}
    assert httpx2.post(f"{stack.url}/v1/feedback", json=body, timeout=10).status_code == 200
    documents = stack.get("/v1/documents")[1]
    assert stack.exit_code("ingest") == 0

    began = time.monotonic()
    stack.up("app", "ingest")
    replaced = time.monotonic() - began
    wait_until(lambda: stack.ask().is_right, 300, "the first answer of the new image")
    with capsys.disabled():
        print(f"\n    upgrade: up took {replaced:.0f} s, answers after {time.monotonic() - began:.0f} s", flush=True)
    assert stack.inspect("app")["Config"]["Image"] == "groundwork:local"
    assert stack.exit_code("ingest") == 0
    assert stack.get("/v1/documents")[1] == documents
    explained = stack.compose("exec", "-T", "app", "groundwork", "explain", answer)
    assert QUESTION in explained
    assert "of before" in explained

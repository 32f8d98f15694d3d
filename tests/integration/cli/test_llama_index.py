"""LlamaIndex readers on the command line, and no LlamaIndex where there are none."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from testing.builders import REPOSITORY
from testing.handbook import PAGES, write_domain, write_pages
from testing.processes import groundwork

_REPORT_IMPORTS = "import sys, atexit\natexit.register(lambda: print('llama_index' in sys.modules, file=sys.stderr))\n"
_INGEST = "from cli.main import cli\ncli(['ingest', '--json'])\n"
# What `groundwork serve` runs, without waiting for requests: the service is opened and asked over HTTP.
_SERVE = """
import os
from fastapi.testclient import TestClient
import app.service.server
from app.api import create_app
from app.service.bootstrap import build_service
from core.settings import read_settings

service = build_service(read_settings(os.environ), "groundwork serve", "http://127.0.0.1:8000")
service.open()
client = TestClient(create_app(service), base_url="http://127.0.0.1:8000")
assert client.post("/v1/search", json={"query": "annual leave"}).json()["hits"]
question = {"messages": [{"role": "user", "content": "How many days of annual leave are there?"}]}
assert client.post("/v1/chat/completions", json=question).status_code == 200
service.close()
"""


def add_reader(env: Mapping[str, str], folder: Path) -> None:
    """Make the files of a folder the documents of a reader, beside the domain's own folder."""
    reader = (
        '[[readers]]\nname = "files"\nclass = "llama_index.core.SimpleDirectoryReader"\n'
        f'arguments = {{ input_dir = "{folder}" }}\n'
    )
    write_domain(Path(env["GROUNDWORK_DOMAIN"]), refuse_below=0.0, recipes=reader)


@pytest.mark.parametrize("program", [_INGEST, _SERVE], ids=["ingest", "serve"])
def test_neither_ingest_nor_serve_imports_llama_index(own: dict[str, str], program: str) -> None:
    write_pages(Path(own["GROUNDWORK_DOMAIN"]) / "corpus", {"new.md": "# New\n\nA page to embed and write.\n"})

    done = subprocess.run(
        [sys.executable, "-c", _REPORT_IMPORTS + program],
        cwd=REPOSITORY,
        env=own,
        capture_output=True,
        text=True,
        timeout=90,
    )

    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines()[-1] == "False"


def test_ingest_without_paths_reads_the_domains_readers_too(own: dict[str, str], tmp_path: Path) -> None:
    folder = write_pages(tmp_path / "files", {"garden.md": "# Garden\n\nThe garden is watered on Fridays.\n"})
    add_reader(own, folder)

    first = groundwork("ingest", "--json", env=own)

    assert (first.code, first.json["created"], first.json["unchanged"]) == (0, 1, len(PAGES))
    assert groundwork("ingest", "--json", env=own).json["unchanged"] == len(PAGES) + 1
    hits = groundwork("search", "When is the garden watered?", "--json", env=own).json["hits"]
    assert hits[0]["document_id"] == f"files/{(folder / 'garden.md').as_posix().lstrip('/')}"
    assert hits[0]["document_name"] == "Garden"


def test_a_reader_that_is_set_up_wrongly_is_exit_code_2_and_one_clear_message(
    own: dict[str, str], tmp_path: Path
) -> None:
    add_reader(own, tmp_path / "nowhere")

    done = groundwork("ingest", env=own)

    assert done.code == 2
    message = done.err.splitlines()[-1]
    assert "the reader 'files' (llama_index.core.SimpleDirectoryReader) refuses its 'arguments': Directory" in message
    assert "Traceback" not in done.err


def test_a_reader_that_fails_is_reported_and_the_exit_code_is_3(own: dict[str, str]) -> None:
    reader = (
        '[[readers]]\nname = "wiki"\nclass = "testing.llama_readers.WikiReader"\n'
        'arguments = { space = "HR", online = false }\n'
    )
    write_domain(Path(own["GROUNDWORK_DOMAIN"]), refuse_below=0.0, recipes=reader)

    done = groundwork("ingest", env=own)

    assert done.code == 3
    assert done.err.splitlines()[-1] == (
        "failed: team:wiki: it could not be loaded: ConnectionError: wiki.example.org did not answer; "
        "its documents stay in the index"
    )
    refused = groundwork("ingest", "--rebuild", env=own)
    assert refused.code == 1
    assert "The index was not rebuilt, because the documents of the source 'team:wiki' would be lost" in refused.err

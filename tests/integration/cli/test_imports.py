"""Which heavy modules a command does not import, with the bundled embedder. Modules are listed, not seconds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from testing.builders import REPOSITORY
from testing.handbook import write_domain
from testing.processes import environment

TORCH = {"torch", "transformers", "sentence_transformers", "sklearn", "scipy"}
HEAVY = TORCH | {"llama_index", "lxml", "openai", "opentelemetry.sdk", "qdrant_client", "sqlalchemy", "pandas"}
SERVICE = {"fastapi", "uvicorn", "tokenizers", "numpy", "qdrant_edge", "httpx2"}
QUESTION = "How many days of annual leave does every colleague have a year?"

PROGRAM = """
import sys
from cli.main import main
sys.argv = ["groundwork", *sys.argv[1:]]
try:
    main()
finally:
    whole = {"opentelemetry.sdk"} & set(sys.modules)
    print("\\n" + " ".join(sorted({name.partition(".")[0] for name in sys.modules} | whole)))
"""


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with the bundled embedder, whose documents were ingested."""
    folder = tmp_path_factory.mktemp("bundled")
    env = environment(folder / "data", write_domain(folder / "team", refuse_below=0.0))
    imported_by("ingest", env=env)
    return env


def imported_by(*arguments: str, env: dict[str, str]) -> set[str]:
    """The top-level modules that a command has imported at its end, which must be a success; and OpenTelemetry's SDK.

    FastAPI imports OpenTelemetry's API, which records nothing.
    """
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments], cwd=REPOSITORY, env=env, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("command", [("ask", QUESTION), ("search", QUESTION, "--json")], ids=["ask", "search"])
def test_a_question_without_a_service_imports_no_model_framework(
    ingested: dict[str, str], command: tuple[str, ...]
) -> None:
    imported = imported_by(*command, env=ingested)

    # An answer is kept in the database, a search is not.
    database = {"sqlalchemy"} if command[0] == "ask" else set()
    assert imported & HEAVY == database
    assert {"fastapi", "tokenizers", "numpy"} <= imported


def test_an_ingestion_with_nothing_new_imports_neither_parser_nor_embedder(ingested: dict[str, str]) -> None:
    imported = imported_by("ingest", "--json", env=ingested)

    assert imported & (HEAVY | {"fastapi", "uvicorn", "tokenizers"}) == set()


def test_a_small_first_ingestion_imports_no_model_framework(ingested: dict[str, str], tmp_path: Path) -> None:
    env = {**ingested, "GROUNDWORK_DATA_DIR": str(tmp_path / "data")}

    assert imported_by("ingest", env=env) & (TORCH | {"llama_index", "openai", "qdrant_client"}) == set()


def test_grounding_imports_no_service(ingested: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "text"
    file.write_text("Every colleague has 25 days of annual leave.\n", encoding="utf-8")

    imported = imported_by("ground", "--answer", str(file), "--context", str(file), env=ingested)

    assert imported & (HEAVY | SERVICE) == set()


@pytest.mark.parametrize("command", [("--help",), ("model", "plan", "--help")], ids=" ".join)
def test_help_imports_no_service(ingested: dict[str, str], command: tuple[str, ...]) -> None:
    assert imported_by(*command, env=ingested) & (HEAVY | SERVICE) == set()


def test_the_command_line_imports_neither_pydantic_nor_rich_before_a_command_needs_them() -> None:
    program = "import sys, cli.main; print(*sorted({'pydantic', 'rich'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""

"""Real services: `python -m cli serve` in processes of their own.

`service`     the bundled embedder and no model: what a newcomer gets; every answer is a spot check
`generating`  a model server that follows a test's script, a fast embedder, a recipe for each grounding policy, and one
              with a model of its own

And the databases of these tests: `database` runs a test twice, on SQLite and on a real PostgreSQL server.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import openai
import pytest

from app.database import Database
from app.database.database import sqlite_url
from testing.components import report_missing
from testing.handbook import SECRET, write_domain
from testing.hash_embedding_server import running_embedding_server
from testing.model_server import ModelServer, running_model_server
from testing.postgres import MISSING_POSTGRES, Postgres, postgres_binaries, running_postgres
from testing.processes import Serving, environment, serving

POLICIES = "".join(f'[recipes.{policy}]\ngrounding = "{policy}"\n' for policy in ("retry", "withhold", "refuse"))
"""A recipe for each grounding policy but the default one, by its name."""
STUDENT = "handbook-distilled-135M"
"""The model of the recipe `student`, which the model server lists where a test says so."""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("service")
    env = environment(folder / "data", write_domain(folder / "team", more="[records]\nreview_share = 1.0\n"))
    with serving(env, folder / "log") as running:
        running.ingest()
        yield running


@pytest.fixture(scope="session")
def embedding_url() -> Iterator[str]:
    with running_embedding_server() as server:
        yield server.url


@pytest.fixture(scope="session")
def _one_model_server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture
def model_server(_one_model_server: ModelServer) -> ModelServer:
    _one_model_server.reset()
    return _one_model_server


@pytest.fixture(scope="session")
def generating(
    tmp_path_factory: pytest.TempPathFactory, _one_model_server: ModelServer, embedding_url: str
) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("generating")
    env = environment(
        folder / "data",
        write_domain(folder / "team", refuse_below=0.0, recipes=f'{POLICIES}[recipes.student]\nmodel = "{STUDENT}"\n'),
        LLM_BASE_URL=_one_model_server.url,
        LLM_API_KEY=SECRET,
        EMBEDDING_BASE_URL=embedding_url,
        EMBEDDING_MODEL="hash",
    )
    with serving(env, folder / "log") as running:
        running.ingest()
        yield running


@pytest.fixture(scope="session")
def http(service: Serving) -> Iterator[httpx2.Client]:
    with service.client() as client:
        yield client


@pytest.fixture(scope="session")
def sdk(service: Serving) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{service.url}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture(scope="session")
def generating_http(generating: Serving) -> Iterator[httpx2.Client]:
    with generating.client() as client:
        yield client


@pytest.fixture(scope="session")
def generating_sdk(generating: Serving) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{generating.url}/v1", api_key="none", max_retries=0) as client:
        yield client


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server. Without its binaries the tests are skipped, but never in CI."""
    if postgres_binaries() is None:
        report_missing(MISSING_POSTGRES)
    with running_postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, of each kind."""
    made: str = sqlite_url(tmp_path) if request.param == "sqlite" else request.getfixturevalue("postgres").create()
    return made


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()

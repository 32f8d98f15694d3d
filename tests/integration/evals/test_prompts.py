"""The app's own prompts, from a real index: they are those that a model server gets, and keep held-out pages apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError, IndexLocked
from core.index.lock import lock_index
from core.index.open import embedded_root
from core.prompts import write_prompts
from core.settings import Settings
from core.types import Document
from evals.prompts import Part, Rendered, held_out_documents, passage_questions, render_prompts
from testing.handbook import PAGES, PROMPT
from testing.model_server import running_model_server
from testing.processes import environment, groundwork
from tests.integration.evals.conftest import CASES


def rendered(settings: Settings, part: Part) -> Rendered:
    return render_prompts(settings, part, lambda done, total: None)


@pytest.fixture(scope="module")
def parts(settings: Settings) -> dict[str, Rendered]:
    names: tuple[Part, ...] = ("served", "calibration", "check")
    return {name: rendered(settings, name) for name in names}


def test_every_case_and_every_heading_is_a_prompt_or_counted_as_refused(parts: dict[str, Rendered]) -> None:
    served = parts["served"]
    ids = [prompt.id for prompt in served.prompts]
    assert len(ids) == len(set(ids))
    assert len(ids) + served.refused == len(CASES) + 6
    assert {"case:days", "case:until-when", "passage:leave/annual.md#2"} <= set(ids)
    # Neither tungsten nor Jupiter is in the handbook: the app refuses these without asking a model.
    assert not {"case:tungsten", "case:moons"} & set(ids)


def test_no_held_out_page_is_in_the_calibration(parts: dict[str, Rendered]) -> None:
    calibration = parts["calibration"]
    shown = {document for prompt in calibration.prompts for document in prompt.documents}
    assert calibration.held_out
    assert shown == set(PAGES) - calibration.held_out
    text = json.dumps([prompt.to_dict() for prompt in calibration.prompts])
    for page in calibration.held_out:
        sentences = [line for line in PAGES[page].splitlines() if len(line) > 40]
        assert sentences
        assert not any(sentence in text for sentence in sentences)


def test_a_question_is_either_calibrated_on_or_checked(parts: dict[str, Rendered]) -> None:
    calibration = {prompt.id for prompt in parts["calibration"].prompts}
    check = {prompt.id for prompt in parts["check"].prompts}
    assert not calibration & check
    assert all(prompt.documents for prompt in parts["check"].prompts)
    cases = {f"case:{case['id']}": case for case in CASES}
    for name in calibration & cases.keys():
        assert cases[name]["split"] == "dev"
        assert not {gold["document_id"] for gold in cases[name]["gold"]} & parts["check"].held_out


def test_the_check_s_passages_are_of_held_out_pages_alone(parts: dict[str, Rendered]) -> None:
    passages = [prompt for prompt in parts["check"].prompts if prompt.origin == "passage"]
    assert passages
    assert all(set(prompt.documents) <= parts["check"].held_out for prompt in passages)


def test_the_messages_are_those_that_the_model_server_gets(parts: dict[str, Rendered], settings: Settings) -> None:
    prompt = next(prompt for prompt in parts["served"].prompts if prompt.id == "case:days")
    with running_model_server() as server:
        env = environment(settings.data_dir, settings.domain_dir, LLM_BASE_URL=server.url)
        done = groundwork("ask", prompt.question, "--json", env=env)
    assert done.code == 0, done.err
    assert server.requests[-1]["messages"] == prompt.to_dict()["messages"]
    assert prompt.messages[0].content == PROMPT


def test_documents_are_held_out_by_their_ids_alone_never_all_and_at_least_one() -> None:
    names = [f"page-{number}.md" for number in range(40)]
    assert held_out_documents(names) == held_out_documents(names[::-1])
    assert len(held_out_documents(names)) == 8
    assert len(held_out_documents(names[:2], share=0.99)) == 1
    assert len(held_out_documents(names[:2], share=0.01)) == 1
    with pytest.raises(ConfigurationError, match="1 documents are ingested"):
        held_out_documents(names[:1])


def test_text_without_headings_asks_with_its_first_sentence() -> None:
    text = "Trains are booked in second class. Flights are not."
    document = Document(id="travel.txt", name="travel", source="s", text=text, content_hash="h")
    assert passage_questions(document) == ["Trains are booked in second class."]


def test_the_file_has_one_object_a_line(parts: dict[str, Rendered], tmp_path: Path) -> None:
    write_prompts(tmp_path / "prompts.jsonl", parts["check"].prompts)
    rows: list[dict[str, Any]] = [json.loads(line) for line in (tmp_path / "prompts.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == [prompt.id for prompt in parts["check"].prompts]
    assert all(set(row) == {"id", "from", "question", "messages", "documents", "answer"} for row in rows)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_prompts(tmp_path / "nowhere" / "prompts.jsonl", parts["check"].prompts)


def test_beside_a_process_that_holds_the_index_it_is_named(settings: Settings) -> None:
    held = lock_index(embedded_root(settings), "groundwork serve")
    try:
        with pytest.raises(IndexLocked, match="groundwork serve"):
            rendered(settings, "served")
    finally:
        held.release()


def test_the_command_says_how_many_prompts_and_which_documents_are_held_out(
    settings: Settings, tmp_path: Path, parts: dict[str, Rendered]
) -> None:
    file = tmp_path / "calibration.jsonl"
    env = environment(settings.data_dir, settings.domain_dir)
    done = groundwork("model", "prompts", "--part", "calibration", "--out", str(file), "--json", env=env)
    assert done.code == 0, done.err
    assert done.json == {
        "prompts": len(file.read_text(encoding="utf-8").splitlines()),
        "refused": parts["calibration"].refused,
        "held_out": sorted(parts["calibration"].held_out),
    }

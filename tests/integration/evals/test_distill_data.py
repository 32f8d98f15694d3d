"""Training examples from a real index: written with their card, and decided on in the review queue of a service."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from app.reviews.decide import decide_review
from app.reviews.review import Decision
from cli.client import connect_here
from core.errors import ConfigurationError, IndexLocked
from core.index.lock import lock_index
from core.index.open import embedded_root
from core.settings import Settings
from evals.cases.read import load_cases
from evals.distill.data.request import DataRequest
from evals.distill.data.review.decisions import keep_decision
from evals.distill.data.review.queue import post_examples, read_queue
from evals.distill.data.review.run import apply_review, undecided
from evals.distill.data.run import Written, check_out, make_file
from serving.distill.examples import read_examples
from testing.handbook import PAGES, PROMPT
from testing.processes import environment, groundwork
from tests.integration.evals.conftest import write_cases


def made(settings: Settings, file: Path, *, exclude: tuple[Path, ...] = (), number: int = 40) -> Written:
    request = DataRequest(number=number, seed=7)
    return make_file(settings, file, request, lambda done, total: None, exclude=exclude)


@pytest.fixture(scope="module")
def written(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("examples")
    return made(settings, folder / "examples.jsonl", exclude=(write_cases(folder / "more.jsonl"),))


def test_the_examples_have_the_served_prompt_and_no_text_of_a_held_out_page(written: Written) -> None:
    examples = read_examples(written.file)
    assert examples
    assert {example.messages[0].content for example in examples} == {PROMPT}
    (held_out,) = written.card.held_out
    text = written.file.read_text(encoding="utf-8")
    assert not any(line in text for line in PAGES[held_out].splitlines() if len(line) > 40)


def test_the_first_passage_answers_most_questions_and_the_card_says_how_many(written: Written) -> None:
    cited = written.card.by_passage
    assert cited["1"] > sum(cited.values()) / 2
    assert set(cited) > {"1"}
    refused = sum(example.kind == "unanswerable" for example in read_examples(written.file))
    assert sum(cited.values()) == written.card.examples - refused


def test_the_card_counts_what_is_in_the_file_and_what_was_dropped(written: Written) -> None:
    card = json.loads(written.file.with_name("examples.jsonl.card.json").read_text(encoding="utf-8"))
    assert card["format"] == "groundwork-training-data-1"
    assert card["sha256"] == hashlib.sha256(written.file.read_bytes()).hexdigest()
    examples = read_examples(written.file)
    for counts in (card["by_kind"], card["by_split"], card["by_template"]):
        assert sum(counts.values()) == card["examples"] == len(examples)
    assert card["candidates"] == card["examples"] + card["unused"] + sum(card["dropped"].values())
    assert sorted(card["documents"]) == sorted({name for example in examples for name in example.documents})
    assert not set(card["documents"]) & set(card["held_out"])
    assert [one["file"] for one in card["excluded"]] == ["cases.jsonl", "more.jsonl"]
    assert card["seed"] == 7
    text = written.file.with_name("examples.jsonl.card.md").read_text(encoding="utf-8")
    assert card["sha256"] in text
    assert "## Not covered" in text


def test_no_example_asks_a_question_of_the_cases(written: Written, settings: Settings) -> None:
    questions = {case.question.casefold() for case in load_cases(settings.domain_dir / "cases.jsonl")}
    asked = {str(example.messages[-1].content).rsplit("Question: ", 1)[-1] for example in read_examples(written.file)}
    assert not {question.casefold() for question in asked} & questions


def test_the_same_documents_and_seed_give_the_same_file(written: Written, settings: Settings, tmp_path: Path) -> None:
    again = made(settings, tmp_path / "again.jsonl", exclude=(write_cases(tmp_path / "more.jsonl"),))
    assert again.card.sha256 == written.card.sha256


def test_a_file_that_exists_a_folder_and_an_unwritable_place_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    check_out(file, force=False)
    assert not file.exists()
    card = file.with_name("examples.jsonl.card.json")
    card.touch()
    check_out(file, force=True)
    assert not file.exists()
    card.unlink()
    file.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"exists already.*--force"):
        check_out(file, force=False)
    check_out(file, force=True)
    assert file.read_text(encoding="utf-8") == "mine"
    with pytest.raises(ConfigurationError, match="is a folder"):
        check_out(tmp_path, force=True)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        check_out(file / "below.jsonl", force=False)


def test_a_held_index_and_cases_that_cannot_be_read_are_named(settings: Settings, tmp_path: Path) -> None:
    held = lock_index(embedded_root(settings), "groundwork serve")
    try:
        with pytest.raises(IndexLocked, match="groundwork serve"):
            made(settings, tmp_path / "examples.jsonl")
    finally:
        held.release()
    with pytest.raises(ConfigurationError, match="nowhere"):
        made(settings, tmp_path / "examples.jsonl", exclude=(tmp_path / "nowhere.jsonl",))


def test_without_documents_the_error_says_what_to_run(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="groundwork ingest"):
        made(replace(settings, data_dir=tmp_path / "data"), tmp_path / "examples.jsonl")
    assert not (tmp_path / "examples.jsonl").exists()


def test_the_command_prints_the_card_as_json(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "examples.jsonl"
    env = environment(settings.data_dir, settings.domain_dir)
    done = groundwork("model", "distill", "data", "--out", str(file), "--number", "3", "--json", env=env)
    assert done.code == 0, done.err
    assert done.json["file"] == str(file)
    assert done.json["examples"] == len(read_examples(file)) <= 3


def test_decisions_of_the_review_queue_are_applied_to_the_file_and_its_card(
    written: Written, settings: Settings, tmp_path: Path
) -> None:
    file = Path(shutil.copy(written.file, tmp_path / "examples.jsonl"))
    shutil.copy(written.file.with_name("examples.jsonl.card.json"), tmp_path)
    sample = undecided(file, 4, 1)
    rejected, edited, accepted, _ = sample
    asyncio.run(_through_the_queue(settings, file, 4))
    reviewed = apply_review(file, 4)
    assert (reviewed.accepted, reviewed.edited, reviewed.rejected, reviewed.undecided) == (1, 1, 1, 1)
    answers = {example.id: example.answer for example in read_examples(file)}
    assert rejected.id not in answers
    assert answers[edited.id] == "In other words [1]."
    assert answers[accepted.id] == accepted.answer
    card = json.loads((tmp_path / "examples.jsonl.card.json").read_text(encoding="utf-8"))
    assert card["examples"] == len(answers) == written.card.examples - 1
    assert card["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert card["review"]["wrong"] == pytest.approx(2 / 3)


async def _through_the_queue(settings: Settings, file: Path, number: int) -> None:
    """Post the sample, reject the first, correct the second, accept the third, and keep the decisions."""
    sample = undecided(file, number, 1)
    async with connect_here(settings, "a test") as (client, service):
        assert await post_examples(sample, client) == (number, 0)
        assert await post_examples(sample, client) == (0, number)
        items = (await client.get("/v1/reviews?source=example&limit=100"))["items"]
        ids = {item["example"]["id"]: item["id"] for item in items}
        decisions = (
            Decision("reject"),
            Decision("accept", edited={**sample[1].to_dict(), "answer": "In other words [1]."}),
            Decision("accept"),
        )
        for example, decision in zip(sample, decisions, strict=False):
            decide_review(service.database, ids[example.id], decision, settings.data_dir / "cases.jsonl")
        assert await read_queue({"another file's"}, client) == []
        for decided in await read_queue({example.id for example in sample}, client):
            keep_decision(file, decided)

"""`groundwork ask`, `search` and `ground`, without a service."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.answer.retrieval.retrieve import NOTHING_INGESTED
from testing.contract import ABOUT_A_COMPLETION, CITATION, REPORT
from testing.model_server import free_port
from testing.processes import groundwork

QUESTION = "How many days of annual leave does every colleague have a year?"


def test_an_answer_on_the_terminal_is_followed_by_its_sources(ingested: dict[str, str]) -> None:
    done = groundwork("ask", QUESTION, env=ingested)
    assert done.code == 0, done.err
    answer, _, sources = done.out.partition("\n\n[1] ")
    assert "25 days of annual leave" in answer
    assert sources.startswith("Annual leave (leave/annual.md)")
    assert "\x1b[" not in done.out


def test_an_answer_as_json_is_the_response_of_the_service(ingested: dict[str, str]) -> None:
    done = groundwork("ask", QUESTION, "--json", env=ingested)
    assert done.code == 0
    assert set(done.json["groundwork"]) == ABOUT_A_COMPLETION
    assert "25 days" in done.json["choices"][0]["message"]["content"]


def test_passages_on_the_terminal_have_their_number_place_and_relevance(ingested: dict[str, str]) -> None:
    done = groundwork("search", "annual leave", "--top-k", "2", env=ingested)
    assert done.code == 0
    assert done.out.startswith("[1] Annual leave")
    assert "[2] " in done.out
    assert "[3] " not in done.out


def test_passages_as_json_are_citations(ingested: dict[str, str]) -> None:
    found = groundwork("search", "annual leave", "--top-k", "3", "--json", env=ingested).json
    assert set(found) == {"hits", "copies", "query", "notice"}
    assert len(found["hits"]) == 3
    assert all(set(hit) == CITATION for hit in found["hits"])


def test_a_search_without_documents_names_the_command_that_ingests_some(env: dict[str, str]) -> None:
    done = groundwork("search", "annual leave", env=env)
    assert done.code == 0
    assert "groundwork ingest" in done.out


def test_an_embedding_server_that_is_down_is_one_line_and_exit_code_1(ingested: dict[str, str]) -> None:
    gone = {**ingested, "EMBEDDING_BASE_URL": f"http://127.0.0.1:{free_port()}/v1"}
    done = groundwork("search", "annual leave", env=gone)
    assert done.code == 1
    assert "EMBEDDING_BASE_URL" in done.err
    assert "Traceback" not in done.err


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    texts = {
        "answer": "Every colleague has 77 days of annual leave.\n",
        "context": "Every colleague has 25 days of annual leave.\n",
        "other": "Nothing of that kind.\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "latin").write_bytes("für".encode("latin-1"))
    return {name: str(tmp_path / name) for name in [*texts, "latin"]}


def test_grounding_as_json_is_a_report(env: dict[str, str], files: dict[str, str]) -> None:
    contexts = ["--context", files["other"], "--context", files["context"]]
    done = groundwork("ground", "--answer", files["answer"], *contexts, "--json", env=env)
    assert done.code == 0
    assert set(done.json) == REPORT
    assert [flag["text"] for flag in done.json["flags"]] == ["77"]


def test_grounding_on_the_terminal_shows_what_the_source_has_instead(
    env: dict[str, str], files: dict[str, str]
) -> None:
    flagged = groundwork("ground", "--answer", files["answer"], "--context", files["context"], env=env)
    assert flagged.code == 0
    assert "1 statement contradicts the sources.\n77: the sources say 25\n" in flagged.out


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["ground", "--answer", "nowhere", "--context", "nowhere"], "nowhere"),
        (["ground", "--answer", "{latin}", "--context", "{context}"], "UTF-8"),
        (["ground", "--answer", "{answer}"], "--context"),
        (["search", "leave", "--top-k", "0"], "--top-k"),
        (["nonsense"], "nonsense"),
        (["serve", "--port", "0"], "--port"),
        ([], "Usage"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    env: dict[str, str], files: dict[str, str], arguments: list[str], expected: str
) -> None:
    done = groundwork(*(argument.format(**files) for argument in arguments), env={**env, "COLUMNS": "200"})
    assert done.code == 2
    assert expected in done.err + (done.out if not arguments else "")
    assert "Traceback" not in done.err


def test_an_argument_that_is_not_utf_8_is_wrong_usage(env: dict[str, str]) -> None:
    done = groundwork("search", b"f\xfcr", env=env)
    assert done.code == 2
    assert "not valid UTF-8" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(("question", "expected"), [(" ", "The question is empty"), ("x" * 100_000, "at most 8,000")])
def test_a_question_that_cannot_be_asked_is_reported_in_one_line(
    ingested: dict[str, str], question: str, expected: str
) -> None:
    done = groundwork("ask", question, "--json", env=ingested)
    assert done.code == 1
    assert done.out == ""
    assert expected in done.err
    assert len(done.err.splitlines()) == 1


def test_before_anything_is_ingested_every_question_is_answered_with_how_to(env: dict[str, str]) -> None:
    asked = groundwork("ask", QUESTION, "--json", env=env).json
    assert asked["choices"][0]["message"]["content"] == NOTHING_INGESTED
    about = asked["groundwork"]
    assert (about["kind"], about["refused"], about["empty_index"], about["grounding"]) == ("refusal", True, True, None)
    searched = groundwork("search", "annual leave", env=env)
    assert (searched.code, searched.out) == (0, f"{NOTHING_INGESTED}\n")

"""Conversations over HTTP: small talk, questions that need a clarification, follow-ups, and other languages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from testing.handbook import write_domain
from testing.processes import environment, serving

PAGES = {
    "security/passphrases.md": (
        "# Passphrases\n\nTo reset a passphrase, open the page login.example and choose a new one of 16 letters.\n"
    ),
    "equipment/phones.md": "# Phones\n\nTo reset a phone, hold both buttons for ten seconds.\n",
    "engineering/sensors.md": "# Sensors\n\nTo reset a sensor, press the pin behind the cover with a needle.\n",
    "offices/parking.md": (
        "# Parking\n\n## Visitors\n\nVisitors park in the yard behind the office.\n\n"
        "## Employees\n\nEmployees park in the garage; a permit costs 20 EUR a month.\n"
    ),
    "leave/annual.md": "# Annual leave\n\nEvery colleague has 25 days of annual leave a year.\n",
}


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder = tmp_path_factory.mktemp("talk")
    texts = '[texts.de]\nrefusal = "Das steht nicht im Handbuch. Fragen Sie Frau Vogt."\n'
    env = environment(folder / "data", write_domain(folder / "team", refuse_below=0.03, recipes=texts, pages=PAGES))
    with serving(env, folder / "log") as running:
        running.ingest()
        with running.client() as client:
            yield client


def ask(http: httpx2.Client, *turns: str) -> tuple[str, dict[str, Any]]:
    """Send a conversation in which user and assistant alternate; return the answer's text and its own field."""
    messages = [{"role": ("user", "assistant")[i % 2], "content": turn} for i, turn in enumerate(turns)]
    answer = http.post("/v1/chat/completions", json={"messages": messages}).raise_for_status().json()
    return answer["choices"][0]["message"]["content"], answer["groundwork"]


def cited(about: dict[str, Any]) -> list[str]:
    return [citation["document_id"] for citation in about["citations"]]


def test_an_underspecified_question_is_answered_by_choices_from_the_documents(talk: httpx2.Client) -> None:
    text, about = ask(talk, "How do I reset it?")
    assert about["kind"] == "clarification"
    assert set(about["choices"]) == {"Reset: Passphrases", "Reset: Phones", "Reset: Sensors"}
    assert all(f"- {choice}" in text for choice in about["choices"])
    assert (about["citations"], about["grounding"], about["refused"]) == ([], None, False)


def test_each_choice_leads_to_its_answer(talk: httpx2.Client) -> None:
    text, about = ask(talk, "How do I reset it?")
    expected = {"Reset: Passphrases": "login.example", "Reset: Phones": "both buttons", "Reset: Sensors": "needle"}
    for choice in about["choices"]:
        answer, chosen = ask(talk, "How do I reset it?", text, choice)
        assert chosen["kind"] == "answer"
        assert expected[choice] in answer


def test_words_of_the_users_own_answer_a_clarification_as_well(talk: httpx2.Client) -> None:
    text, _ = ask(talk, "How do I reset it?")
    answer, about = ask(talk, "How do I reset it?", text, "my phone")
    assert about["kind"] == "answer"
    assert "both buttons" in answer


def test_a_specified_question_is_answered_at_once(talk: httpx2.Client) -> None:
    answer, about = ask(talk, "How do I reset a sensor?")
    assert (about["kind"], about["choices"]) == ("answer", [])
    assert "needle" in answer


def test_the_conversation_says_what_an_underspecified_question_means(talk: httpx2.Client) -> None:
    before = "What kind of phone do I get?", "It is in the documents about phones."
    answer, about = ask(talk, *before, "How do I reset it?")
    assert about["kind"] == "answer"
    assert cited(about)[0] == "equipment/phones.md"
    assert "both buttons" in answer


def test_a_follow_up_replaces_the_subject_of_the_question_before_it(talk: httpx2.Client) -> None:
    answer, about = ask(
        talk, "Where do visitors park?", "Visitors park in the yard behind the office. [1]", "And employees?"
    )
    assert about["kind"] == "answer"
    assert "garage" in answer


@pytest.mark.parametrize(
    ("turn", "reply"), [("thanks!", "You're welcome!"), ("Danke", "Gern geschehen!"), ("merci", "Avec plaisir !")]
)
def test_thanks_are_answered_without_a_search(talk: httpx2.Client, turn: str, reply: str) -> None:
    text, about = ask(talk, "Where do visitors park?", "In the yard.", turn)
    assert (text, about["kind"]) == (reply, "small_talk")
    assert (about["passages"], about["citations"], about["grounding"]) == ([], [], None)


def test_a_question_after_thanks_is_answered(talk: httpx2.Client) -> None:
    _, about = ask(
        talk, "Where do visitors park?", "In the yard.", "thanks, and how many days of annual leave do I have?"
    )
    assert cited(about)[0] == "leave/annual.md"


def test_a_search_for_small_talk_in_a_conversation_finds_nothing_and_says_so(talk: httpx2.Client) -> None:
    history = [{"role": "user", "content": "Where do visitors park?"}, {"role": "assistant", "content": "In the yard."}]
    found = talk.post("/v1/search", json={"query": "thanks", "top_k": 3, "history": history}).json()
    assert (found["hits"], found["query"]) == ([], "thanks")
    assert "asks nothing" in found["notice"]


@pytest.mark.parametrize(
    ("question", "refusal"),
    [
        ("Wie hoch ist der Siedepunkt von Wolfram?", "Das steht nicht im Handbuch. Fragen Sie Frau Vogt."),
        ("Quel est le point d'ébullition du tungstène ?", "Je n'ai pas trouvé cela dans les documents."),
        ("¿Cuál es el punto de ebullición del wolframio?", "No he encontrado esto en los documentos."),
        ("What is the boiling point of tungsten?", "I could not find this in the handbook."),
    ],
)
def test_a_refusal_is_in_the_language_of_the_question(talk: httpx2.Client, question: str, refusal: str) -> None:
    text, about = ask(talk, question)
    assert (text, about["kind"]) == (refusal, "refusal")

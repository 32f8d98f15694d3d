"""What kind of answer a question wants, in four languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.question.kind import Wanted, wanted_kinds


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many days of annual leave do I get?", "number"),
        ("how big can a pull request be?", "number"),
        ("How much does the gym cost?", "amount"),
        ("when does TOIL lapse", "time"),
        ("by when should I get written feedback", "time"),
        ("Who approves my leave?", "person"),
        ("What is the phone number of the help desk?", "contact"),
        ("where can I park?", "place"),
        ("Can I bring my dog?", "yes_no"),
        ("nobody has reacted to my request, is it approved?", "yes_no"),
        ("How do I set up my laptop?", "steps"),
        ("I lost my badge, what should I do?", "steps"),
        ("Which documents do I need?", "list"),
        ("what on earth is an RMA?", "definition"),
        ("why has my card been suspended", "reason"),
    ],
)
def test_english_questions_show_what_they_want(question: str, kind: Wanted) -> None:
    assert kind in wanted_kinds(question)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Wie viele Urlaubstage habe ich?", "number"),
        ("Bis wann muss ich das abgeben?", "time"),
        ("Wer genehmigt den Urlaub?", "person"),
        ("Darf ich meinen Hund mitbringen?", "yes_no"),
        ("Wie beantrage ich Urlaub?", "steps"),
        ("Combien de jours de congé ai-je ?", "number"),
        ("Puis-je travailler de chez moi ?", "yes_no"),
        ("Pourquoi ma carte est-elle bloquée ?", "reason"),
        ("¿Cuántos días de vacaciones tengo?", "number"),
        ("¿Dónde puedo aparcar?", "place"),
        ("¿Cómo pido vacaciones?", "steps"),
    ],
)
def test_german_french_and_spanish_questions_show_what_they_want(question: str, kind: Wanted) -> None:
    assert kind in wanted_kinds(question)


def test_a_question_may_want_several_kinds() -> None:
    assert wanted_kinds("Wer hilft mir, und bis wann?") == {"person", "time"}


@pytest.mark.parametrize("question", ["", "?", "annual leave", "I am new here"])
def test_words_that_ask_for_nothing_in_particular_want_no_kind(question: str) -> None:
    assert wanted_kinds(question) == frozenset()


def test_when_within_a_sentence_asks_for_no_time() -> None:
    assert "time" not in wanted_kinds("What should I say when using the tool?")


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    assert isinstance(wanted_kinds(text), frozenset)

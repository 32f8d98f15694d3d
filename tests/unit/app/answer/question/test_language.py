"""The language of a question decides in which language a text of the domain is shown."""

from __future__ import annotations

import pytest

from app.answer.question.language import conversation_language, detect_question_language
from app.grounding.text.language import Language
from core.types import Message


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("How many days of leave do I get?", "en"),
        ("where do I park in São Paulo?", "en"),
        ("Who is Müller?", "en"),
        ("I’d like a laptop", "en"),
        ("Red Hat OpenShift on IBM Cloud, is it free?", "en"),
        ("thanks", "en"),
        ("Wie viele Urlaubstage habe ich?", "de"),
        ("Wo parken?", "de"),
        ("kosten parkausweis", "de"),
        ("Und für Mitarbeiter?", "de"),
        ("danke", "de"),
        ("Combien de jours de congé ai-je ?", "fr"),
        ("code d’accès", "fr"),
        ("Et les employés ?", "fr"),
        ("merci", "fr"),
        ("¿Cuántos días de vacaciones tengo?", "es"),
        ("como reservo una sala", "es"),
        ("gracias", "es"),
        ("Quanti giorni di ferie ho?", "other"),
        ("Quantos dias de férias eu tenho por ano?", "other"),
        ("Hoeveel vakantiedagen heb ik?", "other"),
        ("Сколько дней отпуска у меня есть?", "other"),
        ("年休は何日ですか", "other"),
    ],
)
def test_a_question_has_a_language(question: str, language: Language) -> None:
    assert detect_question_language(question) == language


@pytest.mark.parametrize("question", ["", "?", "VPN", "E-1207", "W", "Error E-1207", "NodeSync", "🙂"])
def test_without_words_of_a_language_it_is_undecided(question: str) -> None:
    assert detect_question_language(question) is None


def test_decomposed_letters_are_read_like_composed_ones() -> None:
    assert detect_question_language("Dürfen Gäste parken?") == detect_question_language("Dürfen Gäste parken?") == "de"


def test_an_undecided_turn_has_the_language_of_the_conversation() -> None:
    history = (
        Message("user", "How many days do I get?"),
        Message("assistant", "27."),
        Message("user", "Und für Mitarbeiter?"),
        Message("assistant", "How many days do you mean?"),
    )
    assert conversation_language("VPN", history) == "de"
    assert conversation_language("ok", history) == "de"
    assert conversation_language("thanks", history) == "en"
    assert conversation_language("ok", ()) is None

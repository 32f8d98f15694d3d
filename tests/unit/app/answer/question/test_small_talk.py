"""A turn that asks nothing is small talk; a turn that might ask something never is."""

from __future__ import annotations

import pytest

from app.answer.question.small_talk import SmallTalk, small_talk_of


@pytest.mark.parametrize(
    ("turn", "kind"),
    [
        ("thanks", "thanks"),
        ("Thank you so much!", "thanks"),
        ("great, thank you", "thanks"),
        ("no thanks", "thanks"),
        ("Thanks :)", "thanks"),
        ("Vielen Dank für die Hilfe!", "thanks"),
        ("Très bien, merci.", "thanks"),
        ("¡Gracias!", "thanks"),
        ("muchas gracias por su ayuda", "thanks"),
        ("ok", "acknowledgement"),
        ("OK, got it.", "acknowledgement"),
        ("👍", "acknowledgement"),
        ("Alles klar", "acknowledgement"),
        ("d’accord", "acknowledgement"),
        ("Vale, perfecto", "acknowledgement"),
        ("hello", "greeting"),
        ("Hi there!", "greeting"),
        ("hey, how are you?", "greeting"),
        ("Guten Tag", "greeting"),
        ("Bonjour à tous", "greeting"),
        ("¡Hola, buenos días!", "greeting"),
        ("bye", "farewell"),
        ("ok, thanks, bye", "farewell"),
        ("Auf Wiedersehen", "farewell"),
        ("Au revoir", "farewell"),
        ("hasta mañana", "farewell"),
    ],
)
def test_small_talk_is_recognised_in_four_languages(turn: str, kind: SmallTalk) -> None:
    assert small_talk_of(turn) == kind


@pytest.mark.parametrize(
    "turn",
    [
        "",
        "?",
        "ok?",
        "yes",
        "no",
        "please",
        "why",
        "ok, and for contractors?",
        "thanks, what about Friday?",
        "thanks. parking",
        "Hi, I need a laptop",
        "hello world",
        "and you?",
        "thank you letter",
        "super glue",
        "Guten Tag, wo ist das Büro",
        "Merci, et le vendredi ?",
        "y los empleados",
        "ok " * 100,
    ],
)
def test_what_may_ask_something_is_not_small_talk(turn: str) -> None:
    assert small_talk_of(turn) is None

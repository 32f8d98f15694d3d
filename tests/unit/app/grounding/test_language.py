"""The language of a text is told by its stop words."""

from __future__ import annotations

import pytest

from app.grounding.text.language import Language, language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("the fee is paid by the clerk", "en"),
        ("die gebühr wird von der firma bezahlt und ist nicht hoch", "de"),
        ("les frais sont payés par la société et ne sont pas élevés", "fr"),
        ("los gastos son pagados por la empresa y no son altos", "es"),
        ("il costo è di dieci euro per ogni giorno e non è alto", "other"),
        ("het is niet duur en wij zijn van hier", "other"),
        ("", "en"),
        ("total 500", "en"),
        ("die hard", "en"),
        ("the and der und", "en"),
    ],
)
def test_a_language_is_told_or_english(text: str, language: Language) -> None:
    assert language_of(text) == language

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from evals.cases.draft.propose import draft_by_templates
from tests.unit.evals.cases.draft.documents import questions, source


@pytest.mark.parametrize(
    ("language", "sentence", "question"),
    [
        ("de", "Der Parkausweis ist eine Karte für das Parkhaus.", "Was ist der Parkausweis?"),
        ("de", "Sie können Ihren Laptop am Empfang abholen.", "Kann ich meinen Laptop am Empfang abholen?"),
        ("de", "Mitarbeitende dürfen im Ausland arbeiten.", "Dürfen Mitarbeitende im Ausland arbeiten?"),
        ("de", "Der Empfang ist von 8 bis 17 Uhr geöffnet.", "Wann ist der Empfang geöffnet?"),
        ("fr", "Un congé est une absence payée par l'employeur.", "Qu'est-ce qu'un congé ?"),
        ("fr", "Le badge est une carte personnelle du salarié.", "Qu'est-ce que le badge ?"),
        ("fr", "Vous pouvez travailler de la maison.", "Est-ce que je peux travailler de la maison ?"),
        ("fr", "Les salariés doivent porter le badge.", "Est-ce que les salariés doivent porter le badge ?"),
        ("es", "La tarjeta es un documento personal del empleado.", "¿Qué es la tarjeta?"),
        ("es", "Usted puede trabajar en casa dos días.", "¿Puedo trabajar en casa dos días?"),
        ("es", "Los empleados deben llevar la tarjeta.", "¿Los empleados deben llevar la tarjeta?"),
    ],
)
def test_statements_of_other_languages_become_questions_in_their_language(
    language: str, sentence: str, question: str
) -> None:
    assert questions(f"# Handbuch\n\n{sentence}\n", language) == [question]


def test_documents_in_a_language_without_templates_are_refused_with_the_way_out() -> None:
    text = "# Ferie\n\nI dipendenti hanno diritto a venti giorni di ferie, che devono essere richiesti con anticipo.\n"
    with pytest.raises(ConfigurationError, match=r"None of the 1 documents .* \(English, German, French, Spanish\)"):
        draft_by_templates([source(text)], 5, seed=1)

"""Questions in other languages than English."""

from __future__ import annotations

import random

from evals.distill.data.questions.other import ask_in
from evals.distill.data.statements import read_statements
from tests.unit.evals.distill.data.passages import corpus, passage

TEXT = "Jede Kollegin hat 25 Tage Urlaub im Kalenderjahr."


def test_a_german_statement_is_asked_about_in_german_and_without_its_number() -> None:
    statement = read_statements(passage(TEXT))[0]
    found = [one for seed in range(10) for one in ask_in("de", statement, corpus(TEXT), random.Random(seed))]
    assert {one.template for one in found} == {"words: de"}
    assert any(one.text.startswith("Was gilt für ") for one in found)
    assert not any("25" in one.text for one in found)
    assert not any("hat" in one.text.split() for one in found)

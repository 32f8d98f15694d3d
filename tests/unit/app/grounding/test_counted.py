"""Numbers that the sources have of something else, or with another zero."""

from __future__ import annotations

import pytest

from app.grounding import ContextIndex
from app.grounding.compare.items import read_items
from app.grounding.compare.sources import miscounted
from app.grounding.text.tokens import tokenise
from app.grounding.values.quantities import read_values


def found(answer: str, *contexts: str) -> list[tuple[str, str]]:
    """Return the miscounted numbers, each with that of the source."""
    tokens = tokenise(answer, 0, len(answer), "en")
    items = read_items([token.lexeme for token in tokens], read_values(answer, tokens, "en"))
    index = ContextIndex.build(contexts)
    texts = []
    for one in miscounted(items, index, range(len(index.sentences))):
        source, _ = index.items_of(one.sentence)
        number = index.evidence(one.sentence, source.firsts[one.b_first], source.lasts[one.b_last - 1]).text
        texts.append((items.lexemes[items.firsts[one.a_first]].text, number))
    return texts


@pytest.mark.parametrize(
    ("answer", "contexts", "number", "source"),
    [
        ("We own 12 boats.", ["The club owns 9 boats. It has 12 members."], "12", "9"),
        ("There are 3 paid breaks.", ["There are two breaks, one of them paid.", "Shop 3 is closed."], "3", "two"),
    ],
)
def test_a_number_of_something_else_is_found(answer: str, contexts: list[str], number: str, source: str) -> None:
    assert found(answer, *contexts) == [(number, source)]


@pytest.mark.parametrize(
    ("answer", "contexts"),
    [
        ("We own 9 boats.", ["The club owns 9 boats. It has 12 members."]),
        ("We own 12 boats.", ["The club owns 9 boats, of 12 on the lake."]),
        ("We own 12 boats.", ["The club owns boats. It has 12 members."]),
        ("We own 40 boats.", ["The club owns 9 boats."]),
        ("It costs 4.20 euros.", ["It costs 4.2 euros."]),
        ("In 07 the club had 9 boats.", ["In 7 years the club had 9 boats."]),
        ("The club owns boats.", []),
    ],
)
def test_a_number_beside_its_noun_or_that_no_source_has_is_not(answer: str, contexts: list[str]) -> None:
    assert found(answer, *contexts) == []


def test_a_noun_in_very_many_sentences_is_not_looked_at() -> None:
    assert found("We own 12 boats.", *["There are 9 boats."] * 80, "Room 12") == []

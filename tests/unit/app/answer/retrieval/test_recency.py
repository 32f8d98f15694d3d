"""Questions that ask for the latest document, and names that say which one it is."""

from __future__ import annotations

import pytest

from app.answer.retrieval.recency import asks_for_latest, latest_of_series


@pytest.mark.parametrize(
    "question",
    [
        "What does the latest 10-Q say about debt?",
        "How high were sales in the most recent quarter?",
        "Was steht im neuesten Bericht?",
        "Que dit le rapport le plus récent ?",
        "¿Qué dice el informe más reciente?",
    ],
)
def test_a_question_for_the_latest_is_recognised(question: str) -> None:
    assert asks_for_latest(question)


@pytest.mark.parametrize("question", ["What are current liabilities?", "What is the last name of the chair?", ""])
def test_words_that_mean_something_else_do_not_ask_for_the_latest(question: str) -> None:
    assert not asks_for_latest(question)


@pytest.mark.parametrize(
    ("names", "latest"),
    [
        (["2022 Q4 Sales", "2023 Q1 Sales", "2022 Q4 Costs"], [False, True, False]),
        (["minutes 2024-03-01", "minutes 2024-11-02", "minutes 2023-12-31"], [False, True, False]),
        (["Travel policy 2023", "Travel policy (2024)"], [False, True]),
        (["report March 2024", "report October 2024"], [False, True]),
        (["2023 Q1 Sales", "2023 Q1 Sales"], [False, False]),
        (["Handbook", "Travel"], [False, False]),
        ([], []),
    ],
)
def test_the_latest_of_names_that_differ_in_their_date(names: list[str], latest: list[bool]) -> None:
    assert latest_of_series(names) == latest

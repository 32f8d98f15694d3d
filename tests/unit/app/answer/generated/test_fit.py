from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.generated.fit import Fitted, fit_prompt
from app.answer.generated.llm.protocol import Served
from app.answer.generated.tokens import TokenCounter, estimate_tokens
from app.answer.types import Passage, Question
from core.errors import ContextExceeded
from core.recipe import Recipe
from core.types import Message
from testing.passages import passage, run
from testing.properties import tried

RECIPE = Recipe(system_prompt="Answer from the sources.", max_tokens=100)
LONG = " ".join(f"Rule {number} says that every colleague has {number} days." for number in range(60))


class Words:
    """A tokenizer with a token for each word; `asked` has the texts that it counted."""

    def __init__(self, *, counts: bool = True) -> None:
        self._counts = counts
        self.asked: list[str] = []

    async def served(self, model: str = "") -> Served:
        return Served("tiny", 1000)

    async def count(self, text: str, model: str = "") -> int | None:
        self.asked.append(text)
        return len(text.split()) if self._counts else None


def fit(
    question: Question,
    passages: list[Passage],
    context: int | None,
    words: Words | None = None,
    recipe: Recipe = RECIPE,
) -> Fitted:
    return run(fit_prompt(question, passages, recipe, context, TokenCounter(words or Words())))


def tokens_of(fitted: Fitted) -> int:
    return sum(len(message.content.split()) for message in fitted.messages)


def test_what_fits_by_an_estimate_is_not_counted() -> None:
    words = Words()
    fitted = fit(Question("How many days?"), [passage(1), passage(2)], 1000, words)
    assert (len(fitted.passages), words.asked) == (2, [])


def test_without_a_known_context_everything_is_sent() -> None:
    assert len(fit(Question("How many days?"), [passage(n, LONG) for n in range(1, 9)], None).passages) == 8


def test_the_last_passages_are_left_out_and_one_is_cut_at_the_end_of_a_sentence() -> None:
    fitted = fit(Question("How many days?"), [passage(n, LONG) for n in range(1, 9)], 1200)
    assert [found.index for found in fitted.passages] == [1, 2]
    whole, cut = fitted.passages
    assert whole.chunk.text == LONG
    assert cut.chunk.text.endswith("days.")
    assert LONG.startswith(cut.chunk.text)
    assert cut.chunk.text == LONG[cut.chunk.start : cut.chunk.end]
    assert cut.chunk.text in fitted.messages[-1].content
    assert tokens_of(fitted) + RECIPE.max_tokens <= 1200


def test_the_oldest_turns_are_left_out_first_and_the_question_never() -> None:
    history = tuple(Message("user", f"Turn {number}: {LONG[:800]}") for number in range(4))
    fitted = fit(Question("How many days?", history), [passage(1, LONG), passage(2, LONG)], 1000)
    turns = [message.content[:6] for message in fitted.messages[1:-1]]
    assert turns == [f"Turn {number}" for number in range(4)][4 - len(turns) :]
    assert len(turns) < 4
    assert fitted.messages[-1].content.endswith("Question: How many days?")


def test_history_makes_way_for_a_part_of_the_first_passage() -> None:
    fitted = fit(Question("Why?", (Message("user", "word " * 40),)), [passage(1, LONG)], 260)
    assert len(fitted.passages) == 1
    assert len(fitted.messages) == 2


def test_a_question_that_does_not_fit_is_an_error_with_the_numbers() -> None:
    with pytest.raises(ContextExceeded, match="context of 300 keeps 100") as raised:
        fit(Question("word " * 400), [passage(1, LONG)], 300)
    assert (raised.value.status, raised.value.code) == (400, "context_length_exceeded")


def test_a_passage_is_counted_once_for_all_questions() -> None:
    words = Words()
    counter = TokenCounter(words)
    passages = [passage(n, f"{n} {LONG}") for n in range(1, 9)]
    run(fit_prompt(Question("How many days?"), passages, RECIPE, 1200, counter))
    asked = len(words.asked)
    run(fit_prompt(Question("Which days?"), passages, RECIPE, 1200, counter))
    assert len(words.asked) == asked + 1  # the new question


def test_a_server_that_does_not_count_is_replaced_by_the_estimate() -> None:
    fitted = fit(Question("How many days?"), [passage(n, LONG) for n in range(1, 9)], 1500, Words(counts=False))
    assert sum(estimate_tokens(message.content) for message in fitted.messages) + RECIPE.max_tokens <= 1500
    assert fitted.passages


@tried(60)
@given(st.integers(200, 4000), st.lists(st.integers(1, 60), max_size=6), st.lists(st.integers(1, 300), max_size=5))
def test_whatever_is_asked_the_prompt_and_the_answer_fit(context: int, sizes: list[int], turns: list[int]) -> None:
    found = [passage(n, " ".join(LONG.split()[: size * 9])) for n, size in enumerate(sizes, start=1)]
    history = tuple(Message("user", "word " * turn) for turn in turns)
    fitted = fit(Question("How many days?", history), found, context)
    assert tokens_of(fitted) + RECIPE.max_tokens <= context
    assert [one.index for one in fitted.passages] == list(range(1, len(fitted.passages) + 1))


@pytest.mark.parametrize(
    ("text", "least"), [("", 0), ("Every colleague has 25 days.", 6), ("年間25日", 5), ("a\n\nb", 3)]
)
def test_the_estimate_is_not_below_what_tokenizers_make(text: str, least: int) -> None:
    assert estimate_tokens(text) >= least

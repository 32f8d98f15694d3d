"""Which prompts go to the same model server."""

from __future__ import annotations

from dataclasses import replace

from app.answer.generated.affinity import affinity_key
from app.answer.generated.prompt import build_prompt
from app.answer.types import Question
from core.recipe import Example, Recipe
from core.types import Message

LEAVE = Message("user", "How many days of leave do I have?")
ANSWER = Message("assistant", "25 days [1].")
RECIPE = Recipe(system_prompt="Answer from the sources.")
EXAMPLE = Example("Opening hours", "We open at nine.", "When do you open?", "At nine [1].")
SMALL = replace(RECIPE, prompt="small", small_prompt="Answer.", example=EXAMPLE)


def key(text: str, *history: Message, recipe: Recipe = RECIPE, salt: str = "") -> str:
    return affinity_key(build_prompt(Question(text, history=history), (), recipe), recipe, salt)


def test_the_later_turns_of_a_conversation_have_one_key() -> None:
    second = key("And sick leave?", LEAVE, ANSWER)
    assert second == key("And in Spain?", LEAVE, ANSWER, Message("user", "And sick leave?"), ANSWER)
    assert second != key("And sick leave?", Message("user", "When is pay day?"), ANSWER)


def test_the_same_question_over_the_same_passages_has_one_key_and_another_question_another() -> None:
    assert key("When is pay day?") == key("When is pay day?")
    assert key("When is pay day?") != key("Who is on call?")


def test_the_example_of_a_small_model_does_not_send_everything_to_one_server() -> None:
    assert key("When is pay day?", recipe=SMALL) != key("Who is on call?", recipe=SMALL)
    assert key("And?", LEAVE, ANSWER, recipe=SMALL) == key("Why?", LEAVE, ANSWER, recipe=SMALL)


def test_readers_whose_caches_are_apart_have_different_keys() -> None:
    assert key("When is pay day?", salt="a") != key("When is pay day?", salt="b")


def test_a_key_is_a_header_of_fixed_length_whatever_the_text() -> None:
    found = key("Ünïcode \n" * 1000)
    assert len(found) == 32
    assert found.isascii()
    assert affinity_key([LEAVE], SMALL, "") == affinity_key([LEAVE], RECIPE, "")


def test_a_distilled_model_has_no_example_that_the_key_would_have_to_leave_out() -> None:
    distilled = replace(SMALL, prompt="distilled")
    assert key("When is pay day?", recipe=distilled) != key("Who is on call?", recipe=distilled)

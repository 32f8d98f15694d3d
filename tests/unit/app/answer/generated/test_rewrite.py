"""A model's rewritten question is searched for only where it keeps to the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Self

import pytest

from app.answer.draft import Attempt
from app.answer.generated import rewrite as module
from app.answer.generated.llm.protocol import Delta, Ended
from app.answer.generated.rewrite import is_faithful, rewrite_with_model
from core.errors import GenerationError
from core.recipe import Recipe
from core.types import Message
from testing.passages import run
from testing.scripted_llm import ScriptedLLMClient

PARKING = (Message("user", "Where do visitors park at the Delft office?"), Message("assistant", "In yard B2 [1]."))
QUESTION = "And employees?"
GOOD = "Where do employees park at the Delft office?"


def rewritten(*pieces: str, question: str = QUESTION, error: GenerationError | None = None) -> str | None:
    llm = ScriptedLLMClient(*pieces, fail_after=0 if error else None, error=error)
    return run(rewrite_with_model(question, PARKING, Recipe(), llm, Attempt()))


def test_the_model_reads_the_conversation_and_its_question_is_returned() -> None:
    llm = ScriptedLLMClient("Where do employees ", "park at the Delft office?")
    attempt = Attempt()
    assert run(rewrite_with_model(QUESTION, PARKING, Recipe(), llm, attempt)) == GOOD
    assert attempt.completion_tokens == 2
    ((system, user),) = llm.asked
    assert system.role == "system"
    assert "User: Where do visitors park at the Delft office?" in user.content
    assert "User: And employees?" in user.content


@pytest.mark.parametrize("said", [f'"{GOOD}"', f"Question: {GOOD}\n\nAnswer: In the garage.", f"  {GOOD}  \n"])
def test_quotation_marks_a_prefix_and_further_lines_are_removed(said: str) -> None:
    assert rewritten(said) == GOOD


@pytest.mark.parametrize(
    "said",
    [
        "",
        "   \n",
        "Where do visitors park?",
        "Where do employees park at the Utrecht office?",
        "Where do employees park in yard C7?",
        "employees " * 100,
    ],
)
def test_what_does_not_keep_to_the_conversation_is_replaced_by_the_rule(said: str) -> None:
    assert rewritten(said) is None


@pytest.mark.parametrize(
    ("question", "kept", "lost"),
    [
        ("And E-1207?", "What does error E-1207 mean?", "What does error E-1208 mean?"),
        ("No, I meant 2023", "What does parking cost? I meant 2023", "What did parking cost in 2022?"),
        ("And max_tokens?", "What is max_tokens at the Delft office?", "What is the maximum of tokens?"),
    ],
)
def test_identifiers_and_numbers_of_the_question_are_kept(question: str, kept: str, lost: str) -> None:
    assert is_faithful(kept, question, PARKING)
    assert not is_faithful(lost, question, PARKING)


def test_a_model_that_fails_is_replaced_by_the_rule_and_the_cause_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert rewritten("never", error=GenerationError("the kettle is empty")) is None
    assert "follow-up not rewritten by the model: the kettle is empty" in caplog.text


def test_a_model_that_takes_too_long_is_cancelled(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    cancelled: list[bool] = []

    class Slow:
        async def model(self) -> str:
            return "slow"

        def with_cache_salt(self, salt: Callable[[], str]) -> Self:
            """Share all prompts."""
            del salt
            return self

        async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
            try:
                await asyncio.sleep(60)
                yield Delta(GOOD)
            finally:
                cancelled.append(True)

    monkeypatch.setattr(module, "_TIMEOUT", 0.05)
    assert run(rewrite_with_model(QUESTION, PARKING, Recipe(), Slow(), Attempt())) is None
    assert cancelled == [True]
    assert "no answer within 0.05 s" in caplog.text

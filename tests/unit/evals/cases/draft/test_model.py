from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Self

import pytest

from app.answer.generated.llm.protocol import Delta, Ended
from core.errors import ConfigurationError, GenerationError
from core.recipe import Recipe
from core.types import Message
from evals.cases.draft.model import Written, draft_by_model, find_quote
from tests.unit.evals.cases.draft.documents import source

PASSAGE = (
    "Every colleague has 25 days of annual leave a year. Unused days lapse on 31 March of the next year, "
    "unless a manager agrees to keep them for another year.\n"
)
GOOD = (
    "Question: When do unused days of annual leave end?\n"
    "Quote: Unused days lapse on 31 March of the next year\nAnswer: 31 March"
)
FINE = "Answered: yes\nLeak: no\nAmbiguous: no"


class Model:
    """A model that gives these replies one after another; an exception is raised in place of a reply."""

    def __init__(self, *replies: str | GenerationError) -> None:
        self._replies = list(replies)
        self.asked: list[str] = []

    async def model(self) -> str:
        return "scripted"

    def with_cache_salt(self, salt: Callable[[], str]) -> Self:
        return self

    async def generate(self, messages: Sequence[Message], recipe: Recipe) -> AsyncGenerator[Delta | Ended, None]:
        assert recipe.temperature == 0
        self.asked.append(messages[-1].content)
        reply = self._replies.pop(0)
        if isinstance(reply, GenerationError):
            raise reply
        yield Delta(reply)
        yield Ended("stop", 1, 1, "scripted")


def written(*replies: str | GenerationError, number: int = 1, documents: int = 1) -> Written:
    sources = [source(f"# Leave\n\n{PASSAGE}", "Annual leave", f"leave-{one}.md") for one in range(documents)]
    return asyncio.run(draft_by_model(sources, number, 1, Model(*replies), lambda done, total: None))


def test_a_question_that_passes_every_check_becomes_a_draft_with_the_quote_of_the_document() -> None:
    (draft,) = written(GOOD, FINE).drafts
    assert draft.case.question == "When do unused days of annual leave end?"
    assert draft.case.gold[0].quote == "Unused days lapse on 31 March of the next year"
    assert (draft.origin.model, draft.origin.template) == ("scripted", None)


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        (["I cannot help with that."], "unreadable"),
        ([GOOD.replace("31 March of", "30 April of")], "not verbatim"),
        ([GOOD.replace("When do unused days of annual leave end?", "When do unused days lapse, on 31 March?")], "leak"),
        ([GOOD.replace("When do unused days of annual leave end?", "When is it?")], "no topic"),
        ([GOOD, FINE.replace("Answered: yes", "Answered: no")], "criticised"),
        ([GOOD, FINE.replace("Ambiguous: no", "Ambiguous: yes")], "criticised"),
        ([GOOD, "Well."], "unreadable"),
        ([GenerationError("gone")], "failed"),
    ],
)
def test_what_fails_a_check_is_dropped_and_counted(replies: list[str | GenerationError], reason: str) -> None:
    result = written(*replies)
    assert result.drafts == ()
    assert dict(result.dropped) == {reason: 1}
    assert result.asked == 1


def test_a_server_that_fails_again_and_again_ends_the_draft() -> None:
    with pytest.raises(GenerationError):
        written(*[GenerationError("gone")] * 3, number=3, documents=3)


def test_documents_without_a_passage_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="None of the 1 documents has a passage"):
        asyncio.run(draft_by_model([source("# Leave\n\nShort.\n")], 1, 1, Model(), lambda done, total: None))


@pytest.mark.parametrize("quote", ["Unused days  lapse on\n31 March", "**Unused days** lapse on 31 March"])
def test_a_quote_is_found_whatever_its_white_space_and_emphasis(quote: str) -> None:
    text = "All. Unused *days* lapse\non 31 March."
    span = find_quote(text, quote)
    assert span is not None
    assert text[slice(*span)] == "Unused *days* lapse\non 31 March"


def test_a_quote_of_a_word_or_two_is_none() -> None:
    assert find_quote("All. Unused days lapse.", "Unused days") is None

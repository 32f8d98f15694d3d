from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from core.errors import GenerationError
from core.types import Message
from evals.migrate.propose import LONGEST, Failure, Proposals, meta_prompt, propose, read_proposal
from tests.unit.evals.migrate.answers import PRESENT

REFUSAL = "I could not find this."
GOOD = "<prompt>Be brief. Cite like [1]. Else write {refusal}</prompt>"


def proposed(*replies: str | GenerationError) -> tuple[Proposals, list[Sequence[Message]]]:
    asked: list[Sequence[Message]] = []

    async def complete(messages: Sequence[Message]) -> str:
        asked.append(messages)
        reply = replies[len(asked) - 1]
        if isinstance(reply, GenerationError):
            raise reply
        return reply

    failures = [Failure("How many days?", "25 days", "Ask somebody.")]
    return asyncio.run(propose(complete, PRESENT, ("old", "new"), failures, REFUSAL, len(replies))), asked


def test_a_proposal_is_what_is_between_the_tags() -> None:
    found, _ = proposed(f"Sure! Here it is:\n{GOOD}\nGood luck.")
    assert [one.template for one in found.candidates] == ["Be brief. Cite like [1]. Else write {refusal}"]
    assert found.candidates[0].name == "proposal-1"


def test_a_refusal_that_the_proposer_wrote_out_becomes_the_placeholder() -> None:
    assert read_proposal(f"<prompt>Cite [1]. Else: {REFUSAL}</prompt>", REFUSAL) == "Cite [1]. Else: {refusal}"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("Be brief.", "no text between"),
        ("<prompt> </prompt>", "it is empty"),
        ("<prompt>Cite like [1].</prompt>", r"does not contain \{refusal\}"),
        ("<prompt>Else {refusal}</prompt>", "does not say how a source is cited"),
        (f"<prompt>{'x' * LONGEST} [1] {{refusal}}</prompt>", "characters, of which"),
    ],
)
def test_a_proposal_that_the_service_could_not_use_is_rejected(reply: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        read_proposal(reply, REFUSAL)


def test_rejected_and_repeated_proposals_and_failed_requests_are_named_and_the_others_kept() -> None:
    found, _ = proposed("Nothing.", GOOD, GOOD, GenerationError("the server is down"))
    assert len(found.candidates) == 1
    assert found.rejected == (
        "proposal 1: it has no text between <prompt> and </prompt>",
        "proposal 3: it is there already",
        "proposal 4: the server is down",
    )


def test_the_present_prompt_is_no_proposal() -> None:
    found, _ = proposed(f"<prompt>{PRESENT.template}</prompt>")
    assert (found.candidates, len(found.rejected)) == ((), 1)


def test_each_request_has_the_prompt_the_mistakes_and_a_direction_of_its_own() -> None:
    _, asked = proposed(GOOD, GOOD)
    first, second = (messages[-1].content for messages in asked)
    assert first != second
    for text in ("written for the model old", PRESENT.template, "How many days?", "Expected: 25 days"):
        assert text in first


def test_no_mistakes_are_mentioned_where_there_are_none() -> None:
    assert "Questions that" not in meta_prompt("Text.", ("old", "new"), [], "shorter")[-1].content

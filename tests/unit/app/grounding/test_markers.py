"""What an answer says about itself is blanked, and nothing else."""

from __future__ import annotations

import pytest

from app.grounding.text.markers import MASK, abstained, mask, without_scaffolding
from app.grounding.text.tokens import tokenise


def visible(text: str) -> str:
    return " ".join(mask(text).replace(MASK, " ").split())


def judged(text: str) -> str:
    masked = mask(text)
    return " ".join(token.text for token in without_scaffolding(masked, tokenise(masked, 0, len(masked), "en")))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Yes it is [1].", "Yes it is ."),
        ("It is [1, 2][3].", "It is ."),
        ("It is 【4】.", "It is ."),
        ("It is (see [2]).", "It is ."),
        ("It is (Document 1).", "It is ."),
        ("It is open (1).", "It is open ."),
        ("It is open¹.", "It is open ."),
        ("It is open [^1].", "It is open ."),
        ("It is open.[^fees]", "It is open."),
        ("It is open [1-3; 5].", "It is open ."),
        ("It is open [#1].", "It is open ."),
        ("It is open [1†L3].", "It is open ."),
        ("It is open.^1^", "It is open."),
        ("It is open <cite>1</cite>.", "It is open ."),
        ("It is open (Source: Handbook, page 3).", "It is open ."),
        ("1. Open", "Open"),
        ("<b>Open</b> &amp; free", "Open free"),
    ],
)
def test_marks_are_blanked(text: str, left: str) -> None:
    assert visible(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Based on the given passages, it is open.", "it is open"),
        ("It is open, as stated in the provided documents.", "It is open"),
        ("The sources say that it is open.", "it is open"),
        ("Sources: [1]", ""),
        ("In summary, it is open.", "it is open"),
        ("**Summary:** it is open", "it is open"),
        ("I hope this helps with the door!", ""),
        ("Here is what I found about doors: it is open", "it is open"),
    ],
)
def test_scaffolding_leaves_no_tokens(text: str, left: str) -> None:
    assert judged(text) == left


@pytest.mark.parametrize(
    "text",
    ["The policy covers dogs", "From May on it is open", "Summary judgment was given", "The answer is a door"],
)
def test_words_of_scaffolding_that_claim_something_are_judged(text: str) -> None:
    assert judged(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "It has two (2) doors.",
        "It is 2^10^ bytes large.",
        "It is 450 m² large.",
        "List[int] is a type.",
        "Use [brackets] here.",
        "Open at 2.5 metres.",
        "https://a.example/x?a=1&lt;b",
        "The policy covers dogs.",
        "1990 was long ago.",
    ],
)
def test_what_is_said_of_the_world_stays(text: str) -> None:
    assert mask(text) == text


def test_the_length_never_changes() -> None:
    text = "According to the documents, it is [1] open. I hope this helps!"
    assert len(mask(text)) == len(text)


def test_only_the_clause_that_abstains_is_exempt() -> None:
    text = "The documents do not mention cats, but dogs are welcome."
    ((start, end),) = abstained(text, 0, len(text))
    assert text[start:end] == "The documents do not mention cats"


@pytest.mark.parametrize(
    "text",
    [
        "The plan does not cover dogs.",
        "We do not sell flowers.",
        "It has no doors.",
        "Because we do not have control over the schedule, stopping early isn't an option.",
        "We don't have a dress code.",
        "We cannot provide refunds.",
        "I do not have to pay for it.",
    ],
)
def test_a_negative_claim_about_the_world_is_no_abstention(text: str) -> None:
    assert abstained(text, 0, len(text)) == []


@pytest.mark.parametrize(
    "text",
    ["We do not have any information about it.", "We cannot provide a definite answer.", "I do not have that."],
)
def test_a_lack_of_information_is_an_abstention(text: str) -> None:
    assert abstained(text, 0, len(text)) == [(0, len(text))]

from __future__ import annotations

from evals.harness.conversation import pack, unpack

CONVERSATION = [
    {"role": "system", "content": "Answer from the sources."},
    {"role": "user", "content": 'Say "hello"\n{{ not a template }}'},
]


def test_a_packed_conversation_is_unpacked_to_its_messages() -> None:
    assert unpack([{"role": "user", "content": pack(CONVERSATION)}]) == CONVERSATION


def test_white_space_around_the_text_of_a_request_does_not_matter() -> None:
    # lm-eval strips the text of a question.
    assert unpack([{"role": "user", "content": pack(CONVERSATION).strip()}]) == CONVERSATION


def test_messages_of_standard_tasks_stay_as_they_are() -> None:
    assert unpack(CONVERSATION) == CONVERSATION
    assert unpack(CONVERSATION[1:]) == CONVERSATION[1:]

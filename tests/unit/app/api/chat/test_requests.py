from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from app.api.chat.requests import ChatRequest
from app.api.turns import Turn
from core.types import Message

QUESTION = {"role": "user", "content": "And then?"}


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        ({"role": "assistant", "content": "Yes."}, "Yes."),
        (
            {"role": "assistant", "content": [{"type": "text", "text": "Yes"}, {"type": "text", "text": "and no."}]},
            "Yes\nand no.",
        ),
        ({"role": "assistant", "content": [{"type": "refusal", "refusal": "I cannot."}]}, "I cannot."),
        ({"role": "assistant", "content": None, "refusal": "I cannot."}, "I cannot."),
        ({"role": "assistant", "refusal": "I cannot."}, "I cannot."),
        ({"role": "assistant", "content": "Yes.", "refusal": None}, "Yes."),
        ({"role": "assistant", "content": None, "tool_calls": []}, ""),
        ({"role": "assistant"}, ""),
        ({"role": "user", "content": "?", "refusal": "I cannot."}, "?"),
    ],
)
def test_the_text_of_a_turn_is_its_content_or_its_refusal(turn: dict[str, Any], text: str) -> None:
    assert Turn.model_validate(turn).text == text


@pytest.mark.parametrize(
    "turn",
    [
        {"role": "user"},
        {"role": "system"},
        {"role": "user", "content": [{"type": "refusal", "refusal": "I cannot."}]},
        {"role": "assistant", "content": [{"type": "refusal", "text": "I cannot."}]},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": 5}]},
        {"role": "assistant", "content": [{"type": "image_url", "image_url": {}}]},
        {"role": "assistant", "content": None, "refusal": 5},
        {"role": "assistant", "refusal": "\ud800"},
    ],
)
def test_a_turn_of_another_shape_is_rejected(turn: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Turn.model_validate(turn)


def test_a_refusal_is_part_of_the_conversation() -> None:
    turns = [{"role": "user", "content": "Why?"}, {"role": "assistant", "content": None, "refusal": "No."}, QUESTION]
    question = ChatRequest.model_validate({"messages": turns}).question()
    assert question.history == (Message("user", "Why?"), Message("assistant", "No."))


def test_openais_optional_fields_may_be_null() -> None:
    names = ("model", "stream", "stream_options", "temperature", "max_tokens", "max_completion_tokens", "top_k", "n")
    request = ChatRequest.model_validate({"messages": [QUESTION], **dict.fromkeys(names)})
    assert not request.stream
    assert not request.includes_usage
    options = {"messages": [QUESTION], "stream": True, "stream_options": {"include_usage": None}}
    assert not ChatRequest.model_validate(options).includes_usage

"""The turns of a conversation, as a request has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from app.api.models import Text
from core.errors import RequestError
from core.types import Message

MAX_QUESTION = 8_000
"""Characters. Longer text is not a question; documents belong in the index."""
MAX_TURNS = 500


def _joined(value: Any, info: ValidationInfo) -> Any:
    """Join OpenAI's list of content parts into one text; an assistant's parts may be refusals."""
    if value is None:
        return ""
    if not isinstance(value, list):
        return value
    kinds = ("text", "refusal") if info.data.get("role") == "assistant" else ("text",)
    parts = [text for part in value if (text := _text_of_part(part, kinds)) is not None]
    if len(parts) != len(value):
        raise ValueError("only text parts are supported: {'type': 'text', 'text': '…'}")
    return "\n".join(parts)


def _text_of_part(part: Any, kinds: tuple[str, ...]) -> str | None:
    """The text of a part of these kinds, which is in the field named like the kind; None for any other part."""
    kind = part.get("type") if isinstance(part, Mapping) else None
    text = part.get(kind) if isinstance(part, Mapping) and kind in kinds else None
    return text if isinstance(text, str) else None


def _content_part(kind: str) -> dict[str, Any]:
    properties = {"type": {"const": kind, "description": "The kind of the part."}}
    text = {kind: {"type": "string", "description": "The text of the part."}}
    return {"type": "object", "required": ["type", kind], "properties": {**properties, **text}}


Content = Annotated[
    Text,
    BeforeValidator(_joined),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"anyOf": [_content_part("text"), _content_part("refusal")]}},
                {"type": "null"},
            ]
        }
    ),
]


class Turn(BaseModel):
    """One message of a conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"] = Field(
        description="Who wrote the message. Only the turns of user and assistant reach the model."
    )
    content: Content = Field(
        default="",
        description="The text, or a list of text parts; for the assistant also refusal parts, or null.",
    )
    refusal: Text | None = Field(
        default=None, description="The assistant's refusal, in place of `content`. Ignored for other roles."
    )

    @model_validator(mode="after")
    def _has_content(self) -> Turn:
        if self.role != "assistant" and "content" not in self.model_fields_set:
            raise ValueError("a message needs the field 'content'")
        return self

    @property
    def text(self) -> str:
        """The content; for an assistant's turn without any, its refusal."""
        return self.content or (self.refusal or "" if self.role == "assistant" else "")


def checked_question(text: str) -> str:
    """Return the question without white space around it. Raises RequestError for an empty or a too long one."""
    question = text.strip()
    if not question:
        raise RequestError("The question is empty. Ask something.", code="empty_question")
    if len(question) > MAX_QUESTION:
        raise RequestError(
            f"The question has {len(question):,} characters; at most {MAX_QUESTION:,} are read. "
            "Shorten it, or add the long text as a document.",
            code="question_too_long",
        )
    return question


def conversation(turns: list[Turn]) -> list[Message]:
    """Return the turns of the user and the assistant; others have no place in the prompt."""
    return [Message(turn.role, turn.text) for turn in turns if turn.role in ("user", "assistant")]

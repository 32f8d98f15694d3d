"""The request of the chat. Fields of OpenAI's chat API that have no meaning here are ignored."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from app.answer.types import Question
from app.api.models import Text
from app.api.turns import MAX_QUESTION, MAX_TURNS, Turn, checked_question, conversation
from app.service.recipes import MODEL_ID
from core.errors import RequestError


class StreamOptions(BaseModel):
    """OpenAI's options of a stream. Options other than these are ignored."""

    include_usage: bool | None = Field(
        default=None, description="Send the token counts in a last chunk without choices."
    )


class ChatRequest(BaseModel):
    """A question with the conversation before it. System messages are not forwarded: the domain's prompt is used."""

    model: Text | None = Field(
        default=None, description="`groundwork` (the default) or `groundwork:<recipe>`; see `GET /v1/models`."
    )
    messages: list[Turn] = Field(
        min_length=1,
        max_length=MAX_TURNS,
        description=f"The conversation, oldest first. The last is the question, of 1 to {MAX_QUESTION:,} characters.",
    )
    stream: bool | None = Field(default=None, description="Answer with server-sent events.")
    stream_options: StreamOptions | None = Field(default=None, description="Options of a stream.")
    temperature: float | None = Field(default=None, ge=0, le=2, description="In place of the recipe's.")
    max_tokens: int | None = Field(default=None, ge=1, le=32_768, description="In place of the recipe's.")
    max_completion_tokens: int | None = Field(
        default=None, ge=1, le=32_768, description="OpenAI's newer name of `max_tokens`; takes precedence."
    )
    top_k: int | None = Field(
        default=None, ge=1, le=100, description="Passages that the model is given, in place of the recipe's number."
    )
    conversation_id: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9_.:-]{1,128}$",
        description="Names the conversation in what is kept of its answers, with 1 to 128 letters, digits and `_.:-`. "
        "Without it the answer begins a conversation, whose id the field `groundwork` gives.",
    )
    store: bool | None = Field(
        default=None,
        description="`false`: nothing is kept of the answer; it can be neither rated nor explained.",
    )
    n: Literal[1] | None = Field(default=None, description="Answers to generate: one.")

    @property
    def tuned_fields(self) -> list[str]:
        """The fields that choose another recipe than the default one, change its values, or keep no answer."""
        fields = ("temperature", "max_tokens", "max_completion_tokens", "top_k")
        changed = [name for name in fields if getattr(self, name) is not None]
        changed += ["store"] if self.store is False else []
        return changed if self.model in (None, MODEL_ID) else ["model", *changed]

    @property
    def includes_usage(self) -> bool:
        """Whether a stream ends with the token counts."""
        return self.stream_options is not None and bool(self.stream_options.include_usage)

    def question(self) -> Question:
        """Return the last message and the turns before it. Raises RequestError."""
        last = self.messages[-1]
        if last.role != "user":
            raise RequestError(f"The last message has the role '{last.role}'; it must be the user's question.")
        return Question(checked_question(last.text), tuple(conversation(self.messages[:-1])))

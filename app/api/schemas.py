"""What requests look like. OpenAI's clients send fields that mean nothing here; they are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from app.answer.types import Question
from core.errors import RequestError
from core.types import Message, SearchFilter

MAX_QUESTION = 8_000
"""Characters. A longer one is no question; documents belong into the index."""
MAX_GROUNDED = 1_000_000


def _well_formed(text: str) -> str:
    """JSON can spell half a surrogate pair, which is no character and cannot be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start} is half a surrogate pair") from None
    return text


Text = Annotated[str, AfterValidator(_well_formed)]


class Turn(BaseModel):
    """One message. Content may be a string or OpenAI's list of text parts."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Text

    @field_validator("content", mode="before")
    @classmethod
    def _joined(cls, value: Any) -> Any:
        if value is None:
            return ""
        if not isinstance(value, list):
            return value
        parts = [part["text"] for part in value if _is_text_part(part)]
        if len(parts) != len(value):
            raise ValueError("only text parts are understood: {'type': 'text', 'text': '…'}")
        return "\n".join(parts)


def _is_text_part(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "text" and isinstance(part.get("text"), str)


class StreamOptions(BaseModel):
    """OpenAI's; only `include_usage` is known."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """`POST /v1/chat/completions`. System messages are not forwarded: the domain's prompt sets the rules."""

    model: Text | None = None
    messages: Annotated[list[Turn], Field(min_length=1, max_length=500)]
    stream: bool = False
    stream_options: StreamOptions | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=32_768)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1, le=32_768)] | None = None
    top_k: Annotated[int, Field(ge=1, le=100)] | None = None
    n: Literal[1] | None = None

    def question(self) -> Question:
        """The last message and what came before. Raises RequestError."""
        last = self.messages[-1]
        if last.role != "user":
            raise RequestError(f"The last message has the role '{last.role}'; it must be the user's question.")
        return Question(checked_question(last.content), tuple(messages_from(self.messages[:-1])))


class SearchRequest(BaseModel):
    """`POST /v1/search`."""

    model_config = ConfigDict(extra="forbid")

    query: Text
    model: Text | None = None
    top_k: Annotated[int, Field(ge=1, le=100)] = 10
    history: Annotated[list[Turn], Field(max_length=500)] = []
    filter: SearchFilterRequest | None = None


class SearchFilterRequest(BaseModel):
    """Only passages of these documents, and of these sources."""

    model_config = ConfigDict(extra="forbid")

    document_ids: Annotated[list[Text], Field(max_length=1000)] = []
    sources: Annotated[list[Text], Field(max_length=100)] = []

    def wanted(self) -> SearchFilter:
        """As the index takes it."""
        return SearchFilter(tuple(self.document_ids), tuple(self.sources))


class GroundRequest(BaseModel):
    """`POST /v1/ground`."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[Text, Field(max_length=MAX_GROUNDED)] | None = None
    answer: Annotated[Text, Field(max_length=MAX_GROUNDED)]
    contexts: Annotated[list[Annotated[Text, Field(max_length=MAX_GROUNDED)]], Field(max_length=1000)]


class IngestRequest(BaseModel):
    """`POST /v1/ingest`, for the command line on the same machine."""

    model_config = ConfigDict(extra="forbid")

    paths: list[Text] = []
    rebuild: bool = False


def checked_question(text: str) -> str:
    """The question without white space around it. Raises RequestError for none, and for one that is too long."""
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


def messages_from(turns: list[Turn]) -> list[Message]:
    """The turns of the user and the assistant; others have no place in the prompt."""
    return [Message(turn.role, turn.content) for turn in turns if turn.role in ("user", "assistant")]

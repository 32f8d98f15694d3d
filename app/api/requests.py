"""The requests of the HTTP API. Fields of OpenAI's chat API that have no meaning here are ignored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from app.answer.types import Question
from app.answers.record import FeedbackReason, Rating
from app.reviews.review import Label, ReviewVerdict
from app.service.recipes import MODEL_ID
from core.errors import RequestError
from core.sites import SITE_KEY
from core.types import Message, SearchFilter

MAX_QUESTION = 8_000
"""Characters. Longer text is not a question; documents belong in the index."""
MAX_GROUNDED = 1_000_000
"""Characters of an answer or a context that is checked."""
_MAX_TURNS = 500
MAX_LABEL = 10_000
"""Characters of a better answer and of a note."""
_MAX_SPANS = 200


def _well_formed(text: str) -> str:
    """Reject half a surrogate pair, which JSON can spell: it is no character and cannot be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start} is half a surrogate pair") from None
    return text


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


Text = Annotated[str, AfterValidator(_well_formed)]
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
        max_length=_MAX_TURNS,
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


class SearchFilterRequest(BaseModel):
    """Restricts a search. An empty list restricts nothing; the values of one list are alternatives."""

    model_config = ConfigDict(extra="forbid")

    document_ids: list[Text] = Field(default=[], max_length=1000, description="Only passages of these documents.")
    sources: list[Text] = Field(default=[], max_length=100, description="Only passages of documents of these sources.")

    def as_filter(self) -> SearchFilter:
        """Return the filter as the index takes it."""
        return SearchFilter(tuple(self.document_ids), tuple(self.sources))


class SearchRequest(BaseModel):
    """A search without an answer."""

    model_config = ConfigDict(extra="forbid")

    query: Text = Field(description=f"The question, of 1 to {MAX_QUESTION:,} characters.")
    model: Text | None = Field(default=None, description="The model id whose recipe ranks; see `GET /v1/models`.")
    top_k: int = Field(default=10, ge=1, le=100, description="Hits to return, at most.")
    history: list[Turn] = Field(
        default=[], max_length=_MAX_TURNS, description="The turns before the question, oldest first."
    )
    filter: SearchFilterRequest | None = Field(default=None, description="Restricts the search.")

    @property
    def tuned_fields(self) -> list[str]:
        """The fields that choose another recipe than the default one."""
        return [] if self.model in (None, MODEL_ID) else ["model"]


class GroundRequest(BaseModel):
    """An answer and the texts that it is checked against."""

    model_config = ConfigDict(extra="forbid")

    question: Annotated[Text, Field(max_length=MAX_GROUNDED)] | None = Field(
        default=None, description="The question. What the answer repeats from it is not judged."
    )
    answer: Text = Field(max_length=MAX_GROUNDED, description="The answer to check.")
    contexts: list[Annotated[Text, Field(max_length=MAX_GROUNDED)]] = Field(
        max_length=1000, description="The texts that support the answer, or do not."
    )


class IngestRequest(BaseModel):
    """Folders and files on the service's machine to ingest. For the command line on the same machine."""

    model_config = ConfigDict(extra="forbid")

    paths: list[Text] = Field(
        default=[],
        description="Absolute paths. Without any: everything that was ingested before, and the domain's own.",
    )
    rebuild: bool = Field(default=False, description="Build a new generation of the index, and switch to it.")
    forget: list[Text] = Field(
        default=[],
        description="Sources to remove with all of their documents, by name or absolute path; nothing is read then.",
    )

    @model_validator(mode="after")
    def _does_one_thing(self) -> IngestRequest:
        if self.forget and (self.paths or self.rebuild):
            raise ValueError("'forget' excludes 'paths' and 'rebuild'")
        return self


class FeedbackRequest(BaseModel):
    """What a person thinks of an answer."""

    model_config = ConfigDict(extra="forbid")

    answer_id: Annotated[Text, Field(min_length=1, max_length=128)] = Field(description="The answer's id.")
    rating: Rating | None = Field(description="`up`, `down`, or null, which removes the feedback.")
    reason: FeedbackReason | None = Field(
        default=None,
        description="What was wrong: the answer is `wrong` or `incomplete`, cites the wrong `source`, or is `unclear`.",
    )
    comment: Annotated[Text, Field(max_length=2000)] | None = Field(default=None, description="In the person's words.")


class SpanRequest(BaseModel):
    """A half-open range of code points of the answer."""

    model_config = ConfigDict(extra="forbid")

    start: int = Field(ge=0, le=2**31 - 1, description="Where it begins.")
    end: int = Field(ge=1, le=2**31 - 1, description="Where it ends, exclusive.")


class LabelRequest(BaseModel):
    """What a reviewer says of an answer."""

    model_config = ConfigDict(extra="forbid")

    verdict: ReviewVerdict = Field(description="`right`, `wrong`, or `partly` right.")
    unsupported: list[SpanRequest] = Field(
        default=[], max_length=_MAX_SPANS, description="The words that the documents do not support."
    )
    better_answer: Annotated[Text, Field(max_length=MAX_LABEL)] | None = Field(
        default=None,
        description="What the answer should have been; the domain's refusal where the documents do not answer.",
    )
    note: Annotated[Text, Field(max_length=MAX_LABEL)] | None = Field(default=None, description="A note to oneself.")

    def as_label(self) -> Label:
        """Return the label."""
        spans = tuple((span.start, span.end) for span in self.unsupported)
        return Label(self.verdict, spans, self.better_answer, self.note)


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


class WidgetSessionRequest(BaseModel):
    """The site whose page asks for a session of the chat widget."""

    site_key: str = Field(pattern=SITE_KEY, description="The site key, as `[[sites]]` in domain.toml has it.")


class SignInRequest(BaseModel):
    """The API key with which a session of the page is begun."""

    model_config = ConfigDict(extra="forbid")

    api_key: str = Field(min_length=1, max_length=200, description="The API key.")

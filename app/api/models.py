"""What the models of several topics share: their base, an error, and a passage.

Clients have to ignore fields that they do not know: new ones are added in later versions.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from app.answer.types import Passage


def _well_formed(text: str) -> str:
    """Reject half a surrogate pair, which JSON can spell: it is no character and cannot be written as UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"character {error.start} is half a surrogate pair") from None
    return text


Text = Annotated[str, AfterValidator(_well_formed)]


class Response(BaseModel):
    """Base of every model here: frozen, and readable from the attributes of our own values."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


ErrorType: TypeAlias = Literal["invalid_request_error", "server_error"]


class ErrorObject(Response):
    """What went wrong, as OpenAI's API says it."""

    message: str = Field(description="The cause, with the value found and the fix.")
    type: ErrorType = Field(description="Whether the request is wrong, or the service failed.")
    code: str = Field(description="The machine-readable reason, for example `model_not_found`.")


class ErrorResponse(Response):
    """The body of every response with a status from 400 on, and the event of a stream that fails."""

    error: ErrorObject = Field(description="What went wrong.")


class Citation(Response):
    """A passage: a hit of a search, a passage that the model was given, or one that an answer cites."""

    index: int = Field(description="The passage's number, from 1, as in the markers `[1]` of an answer.")
    document_id: str = Field(description="The document's id; see `GET /v1/documents/{document_id}`.")
    document_name: str = Field(description="The document's title.")
    chunk_id: str = Field(description="The chunk's id in the index.")
    text: str = Field(description="The passage's text, as it is in the document.")
    score: float = Field(description="The relevance: how likely the passage answers the question, 0 to 1.")
    section: str | None = Field(description="The headings above the passage, joined by ` > `.")
    page: int | None = Field(description="The page that the passage begins on, from 1; null without pages.")
    url: str | None = Field(description="The address of the document, where its source gives one.")
    start: int = Field(description="Where the passage begins in the document's parsed text, in code points.")
    end: int = Field(description="Where it ends, exclusive.")

    @classmethod
    def of(cls, passage: Passage) -> Citation:
        """Return the citation of a passage."""
        chunk = passage.chunk
        return cls(
            index=passage.index,
            document_id=chunk.document_id,
            document_name=chunk.document_name,
            chunk_id=chunk.id,
            text=chunk.text,
            score=round(passage.score, 4),
            section=chunk.section_line,
            page=chunk.page,
            url=chunk.url,
            start=chunk.start,
            end=chunk.end,
        )


class SentMessage(Response):
    """A message of a prompt or a conversation."""

    role: str = Field(description="`system`, `user` or `assistant`.")
    content: str = Field(description="Its text.")

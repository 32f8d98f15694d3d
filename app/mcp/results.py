"""The results of the tools: the models of the HTTP API, and fewer fields of an answer than it has there."""

from __future__ import annotations

from pydantic import Field

from app.answer.types import AnswerKind, DegradedReason, Mode
from app.api.chat.responses import Conflict, WithheldSentence
from app.api.documents.responses import Page
from app.api.grounding.responses import Report
from app.api.models import Citation, Response
from core.types import TextFormat


class AskResult(Response):
    """An answer with its sources and the check of every sentence."""

    answer: str = Field(description="The answer. A marker such as `[1]` names the citation with this `index`.")
    kind: AnswerKind = Field(
        description="What it is: an `answer`, a `refusal` (the documents do not say it), a `clarification` that asks "
        "what is meant, or `small_talk`."
    )
    refused: bool = Field(description="Whether the documents do not answer the question.")
    citations: list[Citation] = Field(description="The passages that the answer cites.")
    grounding: Report | None = Field(
        description="What the cited documents do not support; null for a quotation and for what is no answer."
    )
    conflicts: list[Conflict] = Field(description="Passages of different documents that contradict each other.")
    nearest: list[Citation] = Field(description="Of a refusal: the passages that come nearest to an answer.")
    choices: list[str] = Field(description="Of a clarification: questions to ask in its place.")
    withheld: list[WithheldSentence] = Field(description="Sentences that were removed, because nothing supports them.")
    mode: Mode = Field(description="`generated` by a model, or `extractive`: the documents' own sentences.")
    degraded: bool = Field(description="Whether a model is configured but did not write this answer.")
    degraded_reason: DegradedReason | None = Field(description="Why it did not; null where `degraded` is false.")
    answer_id: str = Field(description="The id under which the service keeps the answer.")


class CheckResult(Response):
    """The grounding report on a text, and the passages that it was checked against."""

    supported: bool = Field(
        description="Whether every sentence is supported; false where there is nothing to check against."
    )
    report: Report = Field(
        description="What is not supported, and why. `evidence.context` counts the passages, or the given contexts, "
        "from 0."
    )
    passages: list[Citation] = Field(description="The passages that were checked against; empty with given contexts.")
    notice: str | None = Field(description="Why there is nothing to check against; else null.")


class DocumentPart(Response):
    """A part of a document's text. Offsets are code points in the whole text, as in citations."""

    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title.")
    text: str = Field(description="The text from `start` to `end`, as it is in the document.")
    start: int = Field(description="Where the part begins.")
    end: int = Field(description="Where it ends, exclusive.")
    characters: int = Field(description="The length of the whole text.")
    next_offset: int | None = Field(description="The `offset` of the next part; null at the end.")
    format: TextFormat = Field(description="How the text is to be read: `markdown`, `plain`, or `rendered` like it.")
    pages: list[Page] = Field(description="The pages or slides that the part is on; empty for a format without.")
    url: str | None = Field(description="The address of the document, where its source gives one.")
    source: str = Field(description="The name of the source that it comes from.")
    left_out: list[str] = Field(description='What the file has and the text has not, such as "2 comments".')

"""The responses of the chat, and the events of its streams."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from app.answer.retrieval.conflicts import Conflict as AnswerConflict
from app.answer.types import AnswerKind, DegradedReason, Mode, Retried
from app.api.grounding.responses import Report
from app.api.models import Citation, Response
from app.grounding.reasons import FlagReason

_CONVERSATION_ID = "The conversation: what the request named, or a new id. Send it with the next question."


class WithheldSentence(Response):
    """A sentence that the grounding policy removed. Its text is in the service's log only."""

    reasons: list[FlagReason] = Field(description="The reasons of its flags, each once.")


class SupportingText(Response):
    """The sentence, list item, table row or code block of a passage that supports what an answer says.

    Offsets count from the beginning of the passage's text, in code points; with the passage's `start` added they are
    those of the document. Where a quoted list or table goes on beside the passage, they are outside of its text.
    """

    start: int = Field(description="Where it begins.")
    end: int = Field(description="Where it ends, exclusive.")
    text: str = Field(description="The text itself.")


class Support(Response):
    """A sentence of an answer, a passage that it cites, and where that passage supports it. Offsets are code points."""

    start: int = Field(description="Where the sentence (list item, table row, code block) begins in the answer.")
    end: int = Field(description="Where it ends, exclusive; its markers are inside.")
    marker: int = Field(
        description="Where the marker begins that cites the passage. The marker at the end of a quoted paragraph, list "
        "or table counts for all of its sentences, items or rows."
    )
    index: int = Field(description="The number of the passage.")
    evidence: SupportingText = Field(description="What supports the sentence.")


class Conflict(Response):
    """Two passages of different documents that contradict each other."""

    a: Citation = Field(description="The passage that ranks first.")
    b: Citation = Field(description="The other passage.")
    what: str = Field(description="What `a` says and what `b` says in its place: `28 EUR / 35 EUR`.")

    @classmethod
    def of(cls, conflict: AnswerConflict) -> Conflict:
        """Return the conflict of an answer."""
        return cls(a=Citation.of(conflict.a.passage), b=Citation.of(conflict.b.passage), what=conflict.what)


class AnswerStart(Response):
    """The field `groundwork` of a stream's first chunk: everything that is known before the first word."""

    answer_id: str = Field(description="The answer's id.")
    conversation_id: str = Field(description=_CONVERSATION_ID)
    mode: Mode = Field(description="`generated` by the model, or `extractive`: the documents' own sentences.")
    passages: list[Citation] = Field(
        description=(
            "All passages that the answer is written from, numbered from 1. Each is followed by its near-duplicates, "
            "which a model is not given."
        )
    )
    recipe: str = Field(description="The name of the recipe that answers.")
    arm: str | None = Field(description="The arm of an experiment, as `experiment/arm`; null outside of one.")


class AnswerEnd(Response):
    """The field `groundwork` of the chunk with a `finish_reason`: everything that is known of the whole answer."""

    answer_id: str = Field(description="The answer's id.")
    conversation_id: str = Field(description=_CONVERSATION_ID)
    recorded: bool = Field(
        description="Whether the answer is kept: it can be rated and explained. False with `store: false`, and while "
        "the database cannot be written."
    )
    mode: Mode = Field(description="`generated` by the model, or `extractive`: the documents' own sentences.")
    kind: AnswerKind = Field(
        description=(
            "What the answer is: an `answer`, a `refusal`, a `clarification` that asks what is meant, or `small_talk`, "
            "which replies to thanks or a greeting."
        )
    )
    degraded: bool = Field(
        description="Whether a model is configured but did not write this answer, or only a part of it."
    )
    degraded_reason: DegradedReason | None = Field(
        description=(
            "Why the model did not write it: its server is `loading` the model, is `unreachable` or answers with an "
            "error, or is `overloaded`; the answer was `empty`, was `looping`, was an `echo` of the prompt, or was "
            "`cut` at the limit of tokens. With the mode `generated` the good part of such an answer is shown. Null "
            "where `degraded` is false."
        )
    )
    refused: bool = Field(description="Whether the answer is the domain's refusal, or that nothing was ingested.")
    empty_index: bool = Field(description="Whether nothing has been ingested yet; the answer says how to, then.")
    citations: list[Citation] = Field(description="The passages that the answer cites, with the same numbers.")
    support: list[Support] = Field(
        description="For each sentence and each passage that it cites, what supports it there, in the order of the "
        "answer; several entries where it takes several sentences. A marker without an entry stands for its whole "
        "passage."
    )
    grounding: Report | None = Field(
        description="The grounding report on the answer; null where `kind` is not `answer`, and for a quotation."
    )
    withheld: list[WithheldSentence] = Field(description="The sentences that the grounding policy removed.")
    retried: Retried | None = Field(
        description="Which answer is shown after the model was asked twice; null where it was asked once."
    )
    choices: list[str] = Field(
        description="What the user can choose from in a clarification; else empty. Each is a question to send next."
    )
    conflicts: list[Conflict] = Field(description="Passages that contradict each other in what the answer says.")
    nearest: list[Citation] = Field(
        description="Of a refusal: the passages closest to the question, at most three; empty if none is close."
    )
    recipe: str = Field(description="The name of the recipe that answered.")
    arm: str | None = Field(description="The arm of an experiment, as `experiment/arm`; null outside of one.")
    timings_ms: dict[str, float] = Field(
        description=(
            "Milliseconds by stage: `rewrite` where the model rewrote a follow-up, `retrieve`, `generate` or "
            "`extract`, `ground`; `cache` in their place for an answer that was given before; and `first_word`, "
            "`total`."
        )
    )


class Answer(AnswerEnd):
    """The field `groundwork` of a completion."""

    passages: list[Citation] = Field(description="All passages that the model was given, numbered from 1.")


class Usage(Response):
    """Tokens of all attempts, as the model's server counts them; 0 without a model."""

    prompt_tokens: int = Field(description="Tokens of the prompts.")
    completion_tokens: int = Field(description="Tokens of the answers.")
    total_tokens: int = Field(description="The sum of both.")


class AssistantMessage(Response):
    """A message of the assistant."""

    role: Literal["assistant"] = Field(description="Who speaks.")
    content: str = Field(description="The answer, with citation markers such as `[1]`.")


class Choice(Response):
    """OpenAI's wrapper of an answer."""

    index: Literal[0] = Field(description="Always 0: there is one answer.")
    message: AssistantMessage = Field(description="The answer.")
    finish_reason: Literal["stop", "length"] = Field(description="`length` where the answer was cut at `max_tokens`.")


class ChatCompletion(Response):
    """A whole answer: OpenAI's object, with the field `groundwork`."""

    id: str = Field(description="The answer's id.")
    object: Literal["chat.completion"] = Field(description="The kind of this object.")
    created: int = Field(description="When the request came, in seconds since 1970.")
    model: str = Field(description="The model id that was asked for.")
    choices: list[Choice] = Field(description="The one answer.")
    usage: Usage = Field(description="The tokens counted.")
    groundwork: Answer = Field(description="Passages, citations, grounding and figures.")


class Delta(Response):
    """A piece of an answer."""

    role: Literal["assistant"] | None = Field(default=None, description="In the first chunk only.")
    content: str | None = Field(default=None, description="The next text of the answer.")


class ChunkChoice(Response):
    """OpenAI's wrapper of a piece of an answer."""

    index: Literal[0] = Field(description="Always 0: there is one answer.")
    delta: Delta = Field(description="The piece; empty in the chunk with a `finish_reason`.")
    finish_reason: Literal["stop", "length"] | None = Field(
        description="Null until the answer ends; `length` where it was cut at `max_tokens`."
    )


class ChatCompletionChunk(Response):
    """One event of a stream: OpenAI's object, with the field `groundwork` in the first chunk and the finish chunk."""

    id: str = Field(description="The answer's id, the same in every chunk.")
    object: Literal["chat.completion.chunk"] = Field(description="The kind of this object.")
    created: int = Field(description="When the request came, in seconds since 1970.")
    model: str = Field(description="The model id that was asked for.")
    choices: list[ChunkChoice] = Field(description="The piece of the answer; empty only in the chunk with `usage`.")
    usage: Usage | None = Field(default=None, description="The tokens, with `stream_options.include_usage`.")
    groundwork: AnswerStart | AnswerEnd | None = Field(
        default=None,
        description="`passages` in the first chunk; `citations`, `grounding` and the rest in the finish chunk.",
    )


class Model(Response):
    """A recipe, as a model of OpenAI's API."""

    id: str = Field(description="`groundwork` for the default recipe, `groundwork:<recipe>` for the others.")
    object: Literal["model"] = Field(default="model", description="The kind of this object.")
    created: int = Field(default=0, description="Always 0: recipes have no date.")
    owned_by: Literal["groundwork"] = Field(default="groundwork", description="Always `groundwork`.")


class ModelList(Response):
    """Every model id."""

    object: Literal["list"] = Field(default="list", description="The kind of this object.")
    data: list[Model] = Field(description="The models, that of the default recipe first.")

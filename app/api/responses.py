"""The responses of the HTTP API, and the events of its streams.

Clients have to ignore fields that they do not know: new ones are added in later versions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator

from app.answer.retrieval.conflicts import Conflict as AnswerConflict
from app.answer.types import AnswerKind, DegradedReason, Mode, Passage, Retried
from app.answers.record import FeedbackReason, Now, Rating
from app.experiments.guard_rails import GuardRail
from app.experiments.report import ExperimentStatus, Verdict
from app.grounding.reasons import FlagReason
from app.grounding.report import Severity, UnjudgedReason
from app.health import FindingKind
from app.reviews.review import ReviewSource, ReviewVerdict
from app.service.documents.jobs import Status
from app.service.documents.library import UploadStatus
from app.service.documents.original_files import OriginalFile as AnOriginalFile
from app.service.documents.uploads import Outcome
from core.experiments import Metric, Sticky
from core.types import Document, TextFormat
from core.widget import Position, Scheme
from ingest.progress import Stage

ErrorType: TypeAlias = Literal["invalid_request_error", "server_error"]
SignInKind: TypeAlias = Literal["none", "key", "provider", "proxy"]


_NOW = "What became of it: it is `unchanged`, its document has `changed`, or its document is `gone`."
_CONVERSATION_ID = "The conversation: what the request named, or a new id. Send it with the next question."
_CONTENT_HASH = (
    "The SHA-256 of the file's bytes, or of title and text of a reader's document; empty while a new version is being "
    "written."
)


class Response(BaseModel):
    """Base of every model here: frozen, and readable from the attributes of our own values."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


# Errors


class ErrorObject(Response):
    """What went wrong, as OpenAI's API says it."""

    message: str = Field(description="The cause, with the value found and the fix.")
    type: ErrorType = Field(description="Whether the request is wrong, or the service failed.")
    code: str = Field(description="The machine-readable reason, for example `model_not_found`.")


class ErrorResponse(Response):
    """The body of every response with a status from 400 on, and the event of a stream that fails."""

    error: ErrorObject = Field(description="What went wrong.")


# Passages and grounding


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


class Evidence(Response):
    """The text of a context that contradicts a flagged span, or is nearest to it."""

    context: int = Field(description="The position of the context, from 0; for a chat answer, of the passage.")
    start: int = Field(description="Where the text begins in the context, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    text: str = Field(description="The text itself.")


class Flag(Response):
    """A span of an answer that the contexts contradict or do not support. Flags may contain one another."""

    start: int = Field(description="Where the span begins in the answer, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    text: str = Field(description="The text of the span.")
    reason: FlagReason = Field(description="Why it is flagged.")
    severity: Severity = Field(
        description="`hard` for contradictions and for values, codes and names that no context contains; else `soft`."
    )
    confidence: float = Field(description="How likely the sentence says something unsupported, 0 to 1.")
    evidence: Evidence | None = Field(description="What a context has in its place or nearby; null for nothing.")


class SentenceScore(Response):
    """One sentence of an answer."""

    start: int = Field(description="Where the sentence begins in the answer, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    score: float = Field(description="How likely everything that it says is supported, 0 to 1.")
    supported: bool = Field(description="Whether it has no hard flag and is not flagged as a whole.")


class Unjudged(Response):
    """A span of an answer that the checker does not judge."""

    start: int = Field(description="Where the span begins in the answer, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    reason: UnjudgedReason = Field(description="Why it is not judged.")


class Report(Response):
    """The grounding report on an answer. Offsets are half-open, in code points, into the answer as it was sent."""

    supported: bool = Field(description="Whether every sentence is supported.")
    score: float = Field(description="The lowest score of a sentence, 0 to 1.")
    flags: list[Flag] = Field(description="The unsupported and contradicted spans.")
    sentences: list[SentenceScore] = Field(description="Every sentence of the answer.")
    unjudged: list[Unjudged] = Field(description="The spans that are not judged.")


# Chat


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


# Models


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


# Search


class SearchResponse(Response):
    """The hits of a search."""

    hits: list[Citation] = Field(description="The hits, in the ranker's order; of near-duplicates the best one.")
    copies: list[Citation] = Field(
        default=[], description="The near-duplicates of the hits, each with the number of its hit as `index`."
    )
    query: str = Field(description="What was searched for: the question, rewritten where it is a follow-up.")
    notice: str | None = Field(
        default=None,
        description="Why nothing was found: nothing has been ingested yet, or the last turn of the conversation asks "
        "nothing; else null.",
    )


# Feedback


class Feedback(Response):
    """The feedback on an answer, as it is kept."""

    answer_id: str = Field(description="The answer's id.")
    rating: Rating | None = Field(description="`up` or `down`; null where there is none any more.")
    reason: FeedbackReason | None = Field(description="What was wrong.")
    comment: str | None = Field(description="In the person's words.")


class RecordsDeleted(Response):
    """What was deleted."""

    deleted: int = Field(description="Answers, each with its feedback and the words of its review.")


class ExplainedCandidate(Response):
    """A chunk among which the ranker chose."""

    chunk_id: str = Field(description="The chunk's id.")
    document_id: str = Field(description="The document's id.")
    score: float = Field(description="The ranker's score, by which the candidates of one search are ordered.")
    features: dict[str, float] = Field(description="What the score is the weighted sum of.")
    passage: int | None = Field(description="Its number among the passages; null for one that was not chosen.")
    now: Now = Field(description=_NOW)
    text: str | None = Field(description="Its text; null where it has changed or is gone.")


class ExplainedPassage(Response):
    """A passage that the answer was written from."""

    index: int = Field(description="Its number.")
    chunk_id: str = Field(description="The chunk's id.")
    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title, as it was.")
    start: int = Field(description="Where it begins in the document's parsed text, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    page: int | None = Field(description="The page that it begins on.")
    score: float = Field(description="Its relevance, 0 to 1.")
    copy_of: int | None = Field(description="The number of the passage of which it is a near-duplicate.")
    is_cited: bool = Field(description="Whether the answer cites it.")
    now: Now = Field(description=_NOW)
    text: str | None = Field(description="Its text; null where it has changed or is gone.")


class ExplainedFlag(Response):
    """Words that were flagged, and why."""

    start: int = Field(description="Where they begin in the answer, in code points.")
    end: int = Field(description="Where they end, exclusive.")
    text: str | None = Field(description="The words; null where no texts are kept.")
    reason: str = Field(description="The reason's name.")
    severity: Severity = Field(description="`hard` or `soft`.")
    confidence: float = Field(description="How likely the sentence says something unsupported, 0 to 1.")
    why: str = Field(description="The reason in words.")
    passage: int | None = Field(description="The number of the passage with the evidence.")
    evidence: str | None = Field(description="What that passage says.")


class SentMessage(Response):
    """A message of a prompt or a conversation."""

    role: str = Field(description="`system`, `user` or `assistant`.")
    content: str = Field(description="Its text.")


class KeptWithheld(Response):
    """A sentence that the grounding policy removed."""

    text: str = Field(description="The sentence.")
    reasons: list[str] = Field(description="The reasons of its flags.")


class KeptFeedback(Response):
    """The feedback on an answer."""

    rating: Rating = Field(description="`up` or `down`.")
    reason: FeedbackReason | None = Field(description="What was wrong.")
    comment: str | None = Field(description="In the person's words.")


class Explanation(Response):
    """How an answer came about. Texts are null or absent where the domain keeps none."""

    answer_id: str = Field(description="The answer's id.")
    answered_at: datetime = Field(description="When it was complete.")
    conversation_id: str = Field(description="The conversation.")
    principal_kind: str = Field(description="The kind of the principal who asked.")
    principal_id: str | None = Field(description="The principal's id; null for an anonymous one.")
    recipe: str = Field(description="The name of the recipe.")
    arm: str | None = Field(description="The arm of an experiment; null outside of one.")
    model: str | None = Field(description="The model that wrote it; null for an extractive answer.")
    mode: Mode = Field(description="`generated` or `extractive`.")
    kind: AnswerKind = Field(description="What the answer is.")
    degraded_reason: DegradedReason | None = Field(description="Why the model did not write it; else null.")
    cached_from: str | None = Field(
        description="The id of the answer for which the text was written, where it was given again. What the model was "
        "sent is in the explanation of that one."
    )
    question: str | None = Field(description="The question.")
    history: list[SentMessage] = Field(description="The turns before it.")
    query: str | None = Field(description="What was searched for.")
    text: str | None = Field(description="The answer.")
    answerability: float = Field(description="How likely the passages answer the question, 0 to 1.")
    supported: bool | None = Field(description="The grounding verdict; null where it was not judged.")
    score: float | None = Field(description="The grounding score; null where it was not judged.")
    candidates: list[ExplainedCandidate] = Field(description="What the ranker chose from, the best first.")
    passages: list[ExplainedPassage] = Field(description="What the answer was written from.")
    sent: list[list[SentMessage]] = Field(
        description="What the model was sent: the messages of each attempt, and of a question that it rewrote."
    )
    flags: list[ExplainedFlag] = Field(description="The words that were flagged.")
    withheld: list[KeptWithheld] = Field(description="The sentences that the grounding policy removed.")
    retried: Retried | None = Field(description="Which answer is shown after the model was asked twice.")
    timings_ms: dict[str, float] = Field(description="Milliseconds by stage.")
    prompt_tokens: int = Field(description="Tokens of the prompts.")
    completion_tokens: int = Field(description="Tokens of the model's texts.")
    recipe_changes: dict[str, tuple[Any, Any]] = Field(
        description="The values of the recipe that are different now: what they were, and what they are."
    )
    feedback: KeptFeedback | None = Field(description="The feedback on it; null where nobody gave any.")


class GapQuestion(Response):
    """A question that was not answered well."""

    text: str = Field(description="The question as it was searched for.")
    asked: int = Field(description="How often it was asked.")
    answer_ids: list[str] = Field(description="The ids of its last answers, at most five.")


class GapPage(Response):
    """A document that is near to a group of questions."""

    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title.")
    section: str | None = Field(description="The headings above its best passage.")
    score: float = Field(description="The relevance of that passage, 0 to 1.")


class GapGroup(Response):
    """Questions on one topic that were not answered well."""

    terms: list[str] = Field(description="What distinguishes these questions from the others, at most four words.")
    asked: int = Field(description="How often they were asked.")
    refused: int = Field(description="How many of the answers were refusals.")
    flagged: int = Field(description="How many had a hard flag or sentences that were withheld.")
    thumbs_down: int = Field(description="How many were rated down.")
    first_asked: datetime = Field(description="When the first of them was answered.")
    last_asked: datetime = Field(description="When the last of them was answered.")
    questions: list[GapQuestion] = Field(description="The questions, the most frequent first.")
    nearest: list[GapPage] = Field(description="The nearest documents to the question in the middle of the group.")


class Gaps(Response):
    """What the documents should answer: the questions that were not answered well, in groups."""

    groups: list[GapGroup] = Field(description="The groups, the one that was asked most first.")
    asked: int = Field(description="The answers that are grouped.")
    left_out: int = Field(description="Different questions beyond the limit: the oldest.")


# Reviews


class LabelSpan(Response):
    """A half-open range of code points of the answer."""

    start: int = Field(description="Where it begins.")
    end: int = Field(description="Where it ends, exclusive.")


class ReviewLabel(Response):
    """What a reviewer says of an answer."""

    verdict: ReviewVerdict = Field(description="`right`, `wrong`, or `partly` right.")
    unsupported: list[LabelSpan] = Field(description="The words that the documents do not support.")
    better_answer: str | None = Field(description="What the answer should have been.")
    note: str | None = Field(description="The reviewer's note.")

    @field_validator("unsupported", mode="before")
    @classmethod
    def _named(cls, spans: Any) -> Any:
        return [{"start": span[0], "end": span[1]} if isinstance(span, tuple) else span for span in spans]


class ReviewPassage(Response):
    """A passage that the answer was written from."""

    index: int = Field(description="Its number.")
    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title, as it was.")
    section: str | None = Field(description="The headings above it; null without any, and where the text is null.")
    text: str | None = Field(description="Its text; null where it has changed or is gone.")
    is_cited: bool = Field(description="Whether the answer cites it.")


class ReviewFlag(Response):
    """Words that the grounding check flagged."""

    start: int = Field(description="Where they begin in the answer, in code points.")
    end: int = Field(description="Where they end, exclusive.")
    text: str = Field(description="The words.")
    reason: str = Field(description="The reason's name.")
    severity: Severity = Field(description="`hard` or `soft`.")


class Review(Response):
    """An answer in the review queue."""

    id: str = Field(description="The review's id.")
    source: ReviewSource = Field(
        description="Why it is in the queue: a `spot_check` was drawn at random, a `flagged` answer has a hard flag or "
        "withheld sentences, and one by `feedback` was rated down."
    )
    created_at: datetime = Field(description="When it was answered; of one by feedback, when it was rated down.")
    answer_id: str = Field(description="The answer's id.")
    kind: AnswerKind = Field(description="What the answer is.")
    question: str = Field(description="The question.")
    history: list[SentMessage] = Field(description="The turns before it, oldest first.")
    answer: str = Field(description="The answer.")
    passages: list[ReviewPassage] = Field(description="What the answer was written from.")
    flags: list[ReviewFlag] = Field(description="What the grounding check flagged.")
    feedback: KeptFeedback | None = Field(description="The feedback; null where nobody gave any.")
    label: ReviewLabel | None = Field(description="The label; null while the review is open.")
    labelled_at: datetime | None = Field(description="When it was labelled; null while the review is open.")
    has_case: bool = Field(description="Whether a gold case was made of it.")


class ReviewList(Response):
    """A page of the review queue, the latest first."""

    items: list[Review] = Field(description="The reviews.")
    next: str | None = Field(description="The cursor of the next page; null on the last one.")
    open: int = Field(description="Open reviews in the whole queue.")


class GoldQuote(Response):
    """Words of a document that answer a question."""

    document_id: str = Field(description="The document's id.")
    quote: str = Field(description="The words.")


class LabelledAnswer(Response):
    """An answer, and what in it the documents do not support."""

    answer: str = Field(description="The answer.")
    unsupported: list[str] = Field(description="Words of the answer, each there once.")


class GoldCase(Response):
    """A line of `cases.jsonl`."""

    id: str = Field(description="The case's id: that of the review.")
    question: str = Field(description="The question.")
    kind: Literal["answerable", "unanswerable", "follow_up"] = Field(description="What the question is.")
    gold: list[GoldQuote] = Field(description="The words of documents that answer it.")
    answer: str = Field(description="The answer that a person would give.")
    history: list[SentMessage] = Field(description="The turns before it, oldest first.")
    tags: list[str] = Field(description="`live`, and why the answer was reviewed.")
    split: Literal["dev", "test"] = Field(description="`test`: the case measures.")
    labelled: list[LabelledAnswer] = Field(description="The answer with the words that the reviewer marked.")


class CaseMade(Response):
    """A gold case, and the file that it was written to."""

    case: GoldCase = Field(description="The case.")
    path: str | None = Field(description="The file, in the data directory.")


class QualityDay(Response):
    """The answers of one day."""

    day: str = Field(description="The day, in UTC (ISO 8601).")
    answers: int = Field(description="Answers that are kept.")
    refused: int = Field(description="Refusals.")
    flagged_hard: int = Field(description="Answers with a hard flag.")
    flagged_soft: int = Field(description="Answers with soft flags only.")
    degraded: int = Field(description="Answers that the configured model did not write, or only in part.")
    thumbs_up: int = Field(description="Answers that are rated up.")
    thumbs_down: int = Field(description="Answers that are rated down.")
    p50_first_word_ms: float | None = Field(description="Median milliseconds to the first word; null without answers.")
    p95_first_word_ms: float | None = Field(description="The 95th percentile of the same.")


class ErrorRate(Response):
    """The share of wrong answers among the unflagged ones, by the spot checks; flagged answers are not among them."""

    drawn: int = Field(description="Spot checks, open ones included.")
    reviewed: int = Field(description="Spot checks with a label.")
    wrong: int = Field(description="Those labelled wrong or partly right.")
    partly: int = Field(description="Those among the wrong ones that are partly right.")
    rate: float | None = Field(description="`wrong` divided by `reviewed`; null while none is reviewed.")
    low: float | None = Field(description="Lower end of the 95% interval (Clopper-Pearson).")
    high: float | None = Field(description="Upper end of the interval.")


class WeeklyErrorRate(ErrorRate):
    """The error rate of the answers of one week."""

    week: str = Field(description="The Monday that it begins on, in UTC (ISO 8601).")


class SpotChecks(ErrorRate):
    """The error rate over all days, and by week."""

    by_week: list[WeeklyErrorRate] = Field(description="The weeks in which answers were drawn, the first one first.")


class Quality(Response):
    """How the answers fared."""

    days: list[QualityDay] = Field(description="The days up to today, the first one first; those without answers, too.")
    spot_checks: SpotChecks = Field(description="How many unflagged answers are wrong.")
    review_share: float = Field(description="The share of answers that is drawn now, 0 to 1.")


# Documents and ingestion


class DocumentRow(Response):
    """A document without its text."""

    id: str = Field(description="The path relative to the source's root, or what the source gives.")
    name: str = Field(description="The title.")
    source: str = Field(description="The name of the source that it comes from.")
    content_hash: str = Field(description=_CONTENT_HASH)
    chunks: int = Field(description="Chunks in the index.")
    characters: int = Field(description="The length of the parsed text, in code points.")
    url: str | None = Field(description="The address of the document, where its source gives one.")
    same_as: str | None = Field(
        description="The document of the same source with the same content, which answers and citations name; null for "
        "a document that has chunks of its own."
    )


class UnreadUpload(Response):
    """An upload that is not in the index."""

    id: str = Field(description="The id that the document has once it is read.")
    status: UploadStatus = Field(description="`queued` or `running`: its job has not read it yet; else `failed`.")
    reason: str | None = Field(description="Why it was not read; null until it failed.")


class DocumentList(Response):
    """Every document in the index, and the uploads that are not in it."""

    documents: list[DocumentRow] = Field(description="The documents.")
    unread: list[UnreadUpload] = Field(
        description="Uploads that are not read yet, or could not be read. They can be deleted like documents."
    )


class Page(Response):
    """A page of a document, or a slide."""

    number: int = Field(description="The page's number in the file, from 1.")
    start: int = Field(description="Where the page begins in the parsed text, in code points.")
    end: int = Field(description="Where it ends, exclusive: where the next one begins. Equal for a page without text.")


class OriginalFile(Response):
    """The file that a document was read from; see `GET /v1/documents/{document_id}/original`."""

    media_type: str = Field(description="The media type that it is sent as.")
    inline: bool = Field(description="Whether a browser may show it; otherwise it is a download.")
    bytes: int = Field(description="Its size.")


class DocumentText(Response):
    """A document with its parsed text, which citations have their offsets in."""

    id: str = Field(description="The path relative to the source's root, or what the source gives.")
    name: str = Field(description="The title.")
    source: str = Field(description="The name of the source that it comes from.")
    text: str = Field(description="The parsed text.")
    content_hash: str = Field(description=_CONTENT_HASH)
    url: str | None = Field(description="The address of the document, where its source gives one.")
    same_as: str | None = Field(
        description="The document of the same source with the same content, which answers and citations name; null for "
        "a document that has chunks of its own."
    )
    format: TextFormat = Field(
        description="How the text is to be read. `markdown`: as Markdown, lines that follow each other are one "
        "paragraph. `plain`: as it is, nothing in it is markup. `rendered`, made from another format: headings, lists "
        "and tables as in Markdown, without escapes, and the end of a line is the end of a line."
    )
    pages: list[Page] = Field(
        description="The pages of a PDF, the slides of a presentation; empty for a format without."
    )
    original: OriginalFile | None = Field(
        description="The file that was read; null where it is not on this machine, or has changed since, and for a "
        "reader's document, which may have a `url`."
    )
    left_out: list[str] = Field(description='What the file has and the text has not, such as "2 comments".')

    @classmethod
    def of(cls, document: Document, original: AnOriginalFile | None) -> DocumentText:
        """Return the description of a document and its file."""
        edges = [*document.page_starts, len(document.text)]
        return cls(
            id=document.id,
            name=document.name,
            source=document.source,
            text=document.text,
            content_hash=document.content_hash,
            url=document.url,
            same_as=document.same_as,
            format=document.format,
            pages=[Page(number=number, start=start, end=end) for number, (start, end) in enumerate(pairwise(edges), 1)],
            original=OriginalFile.model_validate(original) if original else None,
            left_out=list(document.left_out),
        )


class FindingPlace(Response):
    """The passage of a document that a finding is about."""

    document_id: str = Field(description="The document's id.")
    document_name: str = Field(description="The document's title.")
    section: str | None = Field(description="The headings above the passage, joined by ` > `.")
    page: int | None = Field(description="The page that the chunk begins on, from 1; null without pages.")
    url: str | None = Field(description="The address of the document, where its source gives one.")
    start: int = Field(description="Where the passage begins in the document's parsed text, in code points.")
    end: int = Field(description="Where it ends, exclusive.")
    text: str = Field(description="The passage; empty where it is the whole document.")


class Finding(Response):
    """Something in the documents to look at."""

    kind: FindingKind = Field(
        description="`number`, `date` or `denial` where two documents disagree; `past_date` where a page is past a "
        "date of its own; `near_duplicate` where two documents have the same text."
    )
    what: str = Field(description="The two values, the date, or how many passages are the same.")
    a: FindingPlace = Field(description="The passage.")
    b: FindingPlace | None = Field(description="The passage of the other document; null for a date.")


class CorpusHealth(Response):
    """Where the documents disagree, repeat one another, or are past their own dates."""

    findings: list[Finding] = Field(description="What was found, disagreements first.")
    documents: int = Field(description="How many documents were examined.")
    chunks: int = Field(description="How many chunks they have.")
    day: date = Field(description="The day that dates were compared with.")
    seconds: float = Field(description="How long the examination took.")


class DocumentDeleted(Response):
    """The confirmation that a document was removed."""

    id: str = Field(description="The document's id.")
    deleted: Literal[True] = Field(default=True, description="Always true.")
    job_id: str | None = Field(
        description="The job that reads an upload of the same content, which is a document of its own now; else null."
    )


class JobQueued(Response):
    """The job that ingests what was sent."""

    job_id: str = Field(description="The job's id; see `GET /v1/ingest/jobs/{job_id}`.")


class UploadedFile(Response):
    """A file that was received, and the document that it becomes."""

    name: str = Field(description="The file's name, as it was sent.")
    id: str = Field(description="The id of the document.")
    outcome: Outcome = Field(
        description="`new`; `same`: this file was here already; `renamed`: its name belongs to another content, which "
        "stays; `replaces`: it is the new version of the document with this id, once it is read."
    )


class RefusedFile(Response):
    """A file that was not kept, because no document can have its name."""

    name: str = Field(description="The file's name, as it was sent.")
    reason: str = Field(description="Why it was not kept: it is of a kind that is not read, or has no usable name.")


class UploadsQueued(JobQueued):
    """The job that ingests the files, and their documents in the order of the files."""

    documents: list[UploadedFile] = Field(description="What the files become.")
    refused: list[RefusedFile] = Field(description="The files that were not kept, while others were.")


class JobProgress(Response):
    """How far a job is."""

    stage: Stage = Field(description="What the job does now.")
    done: int = Field(description="Documents that were read, skipped or failed.")
    total: int = Field(description="Documents in all.")
    name: str = Field(description="The id of the last document that was read; empty before the first.")
    chunks: int = Field(description="Chunks that are embedded.")
    chunks_expected: int | None = Field(
        description="Chunks that the job will embed, an estimate; null until the last document was read."
    )
    seconds_left: float | None = Field(description="An estimate of the time until the end; null while none is known.")


class UnreadFile(Response):
    """A file that was not read."""

    path: str = Field(description="The file.")
    reason: str = Field(description="Why it was not read.")


class LeftOut(Response):
    """A part of a file that is not in its document."""

    path: str = Field(description="The document.")
    what: str = Field(description='What was left out, such as "2 comments".')


class IngestionReport(Response):
    """The result of an ingestion. Counts are documents, except `chunks`."""

    created: int = Field(description="Documents that are new.")
    updated: int = Field(description="Documents whose content changed.")
    unchanged: int = Field(description="Documents that were in the index already.")
    deleted: int = Field(description="Documents whose files are gone, and those of forgotten sources.")
    chunks: int = Field(description="Chunks that were embedded and written.")
    failed: list[UnreadFile] = Field(description="Files of a supported kind that could not be read.")
    skipped: list[UnreadFile] = Field(description="Files of a kind that is not supported.")
    left_out: list[LeftOut] = Field(description="What was left out of created and updated documents.")
    forgotten: list[str] = Field(description="Sources that were removed with all of their documents.")
    seconds: float = Field(description="The duration.")


class IngestionJob(Response):
    """The state of a job. Jobs are forgotten when the service restarts."""

    id: str = Field(description="The job's id.")
    status: Status = Field(description="A job that is done may still have failed files in its report.")
    elapsed_seconds: float = Field(description="For how long it has been running, or ran.")
    progress: JobProgress | None = Field(description="How far it is, or was; null before it runs.")
    report: IngestionReport | None = Field(description="The result; null until it is done.")
    error: str | None = Field(description="Why the job failed as a whole; null otherwise.")


class JobList(Response):
    """The jobs since the service started."""

    jobs: list[IngestionJob] = Field(description="The jobs, the newest first.")


# The service


class Health(Response):
    """The process lives."""

    status: Literal["ok"] = Field(default="ok", description="Always `ok`.")


class ModelStatus(Response):
    """Whether the language model answers."""

    configured: bool = Field(description="Whether LLM_BASE_URL is set.")
    reachable: bool = Field(description="Whether its server answered, a few seconds ago at most.")
    loading: bool = Field(description="Whether its server is still loading it; it is not reachable then.")
    name: str | None = Field(description="The model's name; null while it is not reachable.")


class ModelHealth(ModelStatus):
    """Whether the language model answers, and why it does not."""

    error: str | None = Field(description="Why it is not reachable; null otherwise.")


class Readiness(Response):
    """Whether the index and the database answer, and there are documents. The model's state does not decide."""

    ready: bool = Field(description="True with the status 200, false with 503.")
    reason: str | None = Field(default=None, description="Why the service is not ready; absent when it is.")
    documents: int | None = Field(default=None, description="Documents in the index; absent while it does not answer.")
    chunks: int | None = Field(default=None, description="Chunks in the index; absent while it does not answer.")
    model: ModelHealth | None = Field(
        default=None, description="The language model; absent, like all but `ready`, for a caller who may not use it."
    )


class DomainInfo(Response):
    """The domain, as `domain.toml` describes it."""

    name: str = Field(description="The domain's name.")
    title: str = Field(description="The title of the page.")
    tagline: str = Field(description="The line below the title.")
    language: str = Field(description="The language of the documents, by its English name.")
    language_code: str = Field(description="Its code, as `lang` in HTML takes it; empty where it is unknown.")
    suggestions: list[str] = Field(description="Questions to begin with.")


class Handover(Response):
    """The way to a person."""

    label: str | None = Field(description="The label of the button; null: the interface has words of its own.")
    url: str | None = Field(
        description="An address with `https:` or `mailto:`; null: the page of the site handles `groundwork:handover`."
    )


class WidgetInfo(Response):
    """The chat widget, as `[widget]` in `domain.toml` describes it, in the language asked for.

    A text that is null is not set: the interface has words of its own, or shows nothing.
    """

    title: str = Field(description="The heading.")
    greeting: str | None = Field(description="What is said before the first question.")
    launcher_label: str | None = Field(description="The label of the button that opens the widget.")
    notice: str | None = Field(description="A line below the conversation, for example on privacy.")
    accent: str = Field(description="The accent colour, as `#rrggbb`.")
    scheme: Scheme = Field(description="`light`, `dark`, or `auto`: as the visitor's browser is set.")
    position: Position = Field(description="The corner of the launcher: at the `start` or the `end` of a line of text.")
    handover: Handover | None = Field(description="The way to a person; null where there is none.")


class Features(Response):
    """What the caller can use. A page shows nothing for a feature that is false."""

    feedback: bool = Field(description="`POST /v1/feedback`.")
    uploads: bool = Field(description="Uploading and deleting documents.")
    documents: bool = Field(description="`GET /v1/documents`: the list, and each document with its text.")
    originals: bool = Field(description="Opening the file of a document.")
    admin: bool = Field(description="Administration: the page `/admin` and what it reads and changes.")


class AccessState(Response):
    """Who the caller is, and how to sign in."""

    sign_in: SignInKind = Field(
        description="How the page signs in: not at all, since everybody may do everything; with an API key (`POST "
        "/v1/sign-in`); at the provider (`GET /v1/sign-in`); or at the proxy in front."
    )
    signed_in: bool = Field(description="Whether the caller is known.")
    id: str | None = Field(description="The same for every request of one user (`user:…`) or one API key (`key:…`).")
    name: str | None = Field(description="The name of the user or of the API key.")
    may_ask: bool = Field(description="Whether the caller may ask questions.")
    may_sign_out: bool = Field(
        description="Whether the caller has a session of the page, which `POST /v1/sign-out` ends."
    )


class SignedOut(Response):
    """The end of a session of the page."""

    next_url: str | None = Field(
        description="Where to sign out at the provider as well; null where it has no such page."
    )


class AuditEntry(Response):
    """An administrative act."""

    id: int = Field(description="Its number, which grows.")
    at: datetime = Field(description="When it was done.")
    principal_kind: str = Field(description="`key`, `user`, `local` (the command line) or `anonymous`.")
    principal_id: str | None = Field(description="`key:…`, `user:…` or `local`; null for an anonymous caller.")
    principal_name: str | None = Field(description="The name of the key or user.")
    address: str = Field(description="The IP address of the caller; empty for the command line without a service.")
    action: str = Field(description="What was done, like `documents.delete`.")
    target: str = Field(description="What it was done to.")
    status: int = Field(description="The status of the response; 0 for the command line without a service.")


class AuditLog(Response):
    """Administrative acts, newest first."""

    acts: Sequence[AuditEntry] = Field(description="The acts.")
    before: int | None = Field(description="The value of `before` that asks for older ones; null where there are none.")


class WidgetSession(Response):
    """A session of the chat widget."""

    token: str = Field(
        description="Sent as `Authorization: Bearer …` from the origin that began the session. Kept no longer than the "
        "browser's tab."
    )
    expires_at: int = Field(description="When the token expires, in seconds since 1970.")


class Configuration(Response):
    """What an interface needs to know of the service. Nothing in it is secret."""

    domain: DomainInfo = Field(description="The domain.")
    widget: WidgetInfo = Field(description="The chat widget.")
    features: Features = Field(description="What the caller can use.")
    models: list[str] | None = Field(
        description="The model ids; see `GET /v1/models`. Null for a session of the widget."
    )
    mode: Mode = Field(description="`generated` where a model is configured, else `extractive`.")
    model: ModelStatus = Field(description="The language model; without its name for a session of the widget.")
    access: AccessState | None = Field(description="Who the caller is; null for a session of the chat widget.")
    embedder: str | None = Field(description="The embedder's name. Null for a session of the widget.")
    documents: int = Field(description="Documents in the index.")
    chunks: int = Field(description="Chunks in the index.")


# Experiments


class ArmStop(Response):
    """Why a guard-rail stopped an arm; its units get the control."""

    stopped_at: str = Field(description="When, in UTC (ISO 8601).")
    guard_rail: GuardRail = Field(description="The guard-rail, as `domain.toml` names it.")
    value: float = Field(description="Its value when the arm was stopped.")
    limit: float = Field(description="The limit that the value is over.")
    answers: int = Field(description="The latest answers of the arm that the value was computed from.")


class ExperimentArm(Response):
    """An arm of an experiment, or the control."""

    name: str = Field(description="The arm's name; `control` for the default recipe.")
    share: float = Field(description="Its share of the units, 0 to 1.")
    stop: ArmStop | None = Field(description="Why it was stopped; null for an arm that was not.")


class ExperimentRow(Response):
    """An experiment, without its figures."""

    name: str = Field(description="The experiment's name.")
    status: ExperimentStatus = Field(description="Whether it is to come, runs, or is over.")
    start: str = Field(description="The first day, in UTC.")
    end: str = Field(description="The last day, in UTC.")
    sticky: Sticky = Field(description="What keeps its arm.")
    metric: Metric = Field(description="The metric that decides.")
    shadow: bool = Field(description="Whether the arms answer without being shown.")
    arms: list[ExperimentArm] = Field(description="The arms, the control last.")


class ExperimentList(Response):
    """Every experiment of the domain."""

    experiments: list[ExperimentRow] = Field(description="The experiments, in the order of `domain.toml`.")


class MetricOfArm(Response):
    """A metric of an arm, and its difference from the control with an anytime-valid interval."""

    value: float | None = Field(description="The mean of the units' values, or the percentile; null without any.")
    answers: int = Field(description="Answers that have a value.")
    units: int = Field(description="Units that have a value.")
    difference: float | None = Field(description="Arm minus control; null for the control and without units.")
    low: float | None = Field(description="Lower end of the interval; null while it is not known.")
    high: float | None = Field(description="Upper end of the interval; null while it is not known.")
    p_value: float | None = Field(description="Anytime-valid p-value of no difference; null for a latency.")
    pairs: int | None = Field(description="Blocks of units behind the interval; null for a latency.")
    verdict: Verdict = Field(description="Whether the arm is higher or lower than the control, as far as is known.")


class ArmFound(ExperimentArm):
    """An arm with its figures."""

    units: int = Field(description="Units whose window has ended.")
    open_units: int = Field(description="Units whose window has not ended; they are in no other figure.")
    answers: int = Field(description="Answers of the units whose window has ended.")
    metrics: dict[Metric, MetricOfArm] = Field(description="The metrics by name.")


class ExperimentFound(Response):
    """What an experiment found so far."""

    name: str = Field(description="The experiment's name.")
    status: ExperimentStatus = Field(description="Whether it is to come, runs, or is over.")
    start: str = Field(description="The first day, in UTC.")
    end: str = Field(description="The last day, in UTC.")
    sticky: Sticky = Field(description="What keeps its arm.")
    window_hours: float = Field(description="Hours from the first answer of a unit in which its answers count.")
    shadow: bool = Field(description="Whether the arms answer without being shown.")
    metric: Metric = Field(description="The metric that decides.")
    level: float = Field(description="The error rate of each interval: 0.05 divided by the number of arms.")
    moved_units: int = Field(description="Units that met more than one arm; they count for the first.")
    arms: list[ArmFound] = Field(description="The control and the arms.")

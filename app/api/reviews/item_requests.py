"""The requests about items of the review queue: post cases, pairs of answers and training examples, and decide."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from app.api.turns import MAX_QUESTION
from app.reviews.review import Decision, Item
from app.reviews.sources import CaseKind, ItemSource, ItemVerdict, Preference
from core.errors import RequestError

MAX_ITEMS = 200
"""Items of one request. Chosen: the drafts of a chapter; one that is cut off repeats little work."""
MAX_ITEM = 100_000
"""Characters of an item as JSON. Chosen: two long answers with twenty passages; a page of fifty is still 5 MB."""
_MAX_TEXT = 20_000
"""Characters of an answer, a passage or a quote."""
_MAX_NAME = 200
_MAX_PLACE = 2000
"""Characters of a document's id or title, and of a section."""
_MAX_LIST = 100
_MAX_DEPTH = 20
"""Of the lists and objects of a training example. Chosen: conversations with tool calls have eight."""


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("the text is empty")
    return text


def _has_letter(text: str) -> str:
    if not any(character.isalnum() for character in text):
        raise ValueError("the text has no letter or digit")
    return text


def _bounded(value: Any) -> Any:
    """Reject what the databases cannot keep as JSON: numbers that are none, half characters, a very deep value."""
    _check_json(value, _MAX_DEPTH)
    return value


def _check_json(value: Any, depth: int) -> None:
    if depth < 0:
        raise ValueError(f"lists and objects are nested more than {_MAX_DEPTH} deep")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("NaN and Infinity are no JSON numbers")
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError("a text has half a surrogate pair") from None
    elif isinstance(value, Mapping):
        for key, part in value.items():
            _check_json(key, depth)
            _check_json(part, depth - 1)
    elif isinstance(value, list):
        for part in value:
            _check_json(part, depth - 1)


# A text with a length is one that can be written as UTF-8.
Name = Annotated[str, Field(min_length=1, max_length=_MAX_NAME), AfterValidator(_not_blank)]
Token = Annotated[str, Field(min_length=1, max_length=_MAX_NAME), AfterValidator(_has_letter)]
Place = Annotated[str, Field(min_length=1, max_length=_MAX_PLACE), AfterValidator(_not_blank)]
Question = Annotated[str, Field(min_length=1, max_length=MAX_QUESTION), AfterValidator(_not_blank)]
Words = Annotated[str, Field(min_length=1, max_length=_MAX_TEXT), AfterValidator(_not_blank)]
Answer = Annotated[str, Field(max_length=_MAX_TEXT)]
"""A text that may be empty."""
JsonObject = Annotated[dict[str, Any], AfterValidator(_bounded), Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class DraftedTurn(_Strict):
    """A turn before the question."""

    role: Literal["user", "assistant"] = Field(description="Who wrote it.")
    content: Words = Field(description="Its text.")


class DraftedQuote(_Strict):
    """Words of a document that answer the question."""

    document_id: Place = Field(description="The document's id.")
    quote: Words = Field(description="The words, as the document has them.")


class DraftedLabel(_Strict):
    """An answer of a model, and what in it the documents do not support."""

    answer: Words = Field(description="The answer.")
    unsupported: list[Words] = Field(max_length=_MAX_LIST, description="Words of the answer, each in it once.")

    @model_validator(mode="after")
    def _has_its_words_once(self) -> DraftedLabel:
        for part in self.unsupported:
            if self.answer.count(part) != 1:
                raise ValueError(f"'unsupported' has {part[:100]!r}, which is not in the answer exactly once")
        return self


class DraftedCase(_Strict):
    """A line of `cases.jsonl` (`evals/cases/case.py`)."""

    id: Name = Field(description="The case's id.")
    question: Question = Field(description="The question.")
    kind: CaseKind = Field(description="What the question is.")
    gold: list[DraftedQuote] = Field(
        max_length=_MAX_LIST,
        description="The words of documents that answer it; none of an unanswerable or underspecified question.",
    )
    split: Literal["dev", "test"] = Field(description="`dev` for tuning, `test` for reporting.")
    answer: Answer = Field(default="", description="The answer that a person would give.")
    history: list[DraftedTurn] = Field(
        default=[], max_length=_MAX_LIST, description="The turns before the question, oldest first."
    )
    tags: list[Name] = Field(default=[], max_length=_MAX_LIST, description="Any words.")
    labelled: list[DraftedLabel] = Field(
        default=[], max_length=_MAX_LIST, description="Answers on which the grounding check is measured."
    )
    required: list[Token | Annotated[list[Token], Field(min_length=1, max_length=_MAX_LIST)]] = Field(
        default=[], max_length=_MAX_LIST, description="Words that an answer has to have: a text, or alternatives."
    )
    forbidden: list[Token] = Field(default=[], max_length=_MAX_LIST, description="Words that an answer must not have.")

    @model_validator(mode="after")
    def _can_be_evaluated(self) -> DraftedCase:
        is_answerable = self.kind in ("answerable", "follow_up")
        if is_answerable != bool(self.gold):
            raise ValueError(
                f"'gold' has {len(self.gold)} quotes, and the kind is '{self.kind}': a question that the documents "
                "answer has at least one, any other one has none"
            )
        if self.required and not is_answerable:
            raise ValueError(f"'required' has words, and the kind is '{self.kind}', which has no answer")
        if self.kind == "follow_up" and not self.history:
            raise ValueError("'history' is empty, and the kind is 'follow_up'")
        required = {word for one in self.required for word in ([one] if isinstance(one, str) else one)}
        if both := required & set(self.forbidden):
            raise ValueError(f"{min(both)!r} is both in 'required' and in 'forbidden'")
        return self


class ComparedPassage(_Strict):
    """A passage that both answers were written from."""

    index: int = Field(ge=1, le=10_000, description="Its number, as the answers cite it.")
    document_name: Place = Field(description="The document's title.")
    section: Place | None = Field(default=None, description="The headings above it.")
    text: Words = Field(description="Its text.")


class ComparedAnswer(_Strict):
    """One of the two answers. Which model wrote it is not shown before the vote."""

    model: Name = Field(description="The name of the model.")
    answer: Answer = Field(description="The answer.")


class CaseItem(_Strict):
    """A drafted gold case, which a person accepts or rejects."""

    source: Literal["case"] = Field(description="What it is.")
    case: DraftedCase = Field(description="The case.")

    def as_item(self) -> Item:
        """Return the item. Keys that were left out stay out of the line."""
        return Item("case", self.case.model_dump(exclude_unset=True))


class PairItem(_Strict):
    """Two answers to one question, of which a person prefers one."""

    source: Literal["pair"] = Field(description="What it is.")
    question: Question = Field(description="The question.")
    history: list[DraftedTurn] = Field(
        default=[], max_length=_MAX_LIST, description="The turns before the question, oldest first."
    )
    passages: list[ComparedPassage] = Field(
        default=[], max_length=_MAX_LIST, description="What the answers were written from."
    )
    a: ComparedAnswer = Field(description="One answer.")
    b: ComparedAnswer = Field(description="The other one.")

    @model_validator(mode="after")
    def _compares_two_models(self) -> PairItem:
        if self.a.model == self.b.model:
            raise ValueError(f"both answers are of the model {self.a.model!r}: a vote would say nothing")
        return self

    def as_item(self) -> Item:
        """Return the item."""
        return Item("pair", self.model_dump(exclude={"source"}))


class ExampleItem(_Strict):
    """A training example, which a person accepts or rejects."""

    source: Literal["example"] = Field(description="What it is.")
    example: JsonObject = Field(description="The example: any JSON object.")

    def as_item(self) -> Item:
        """Return the item."""
        return Item("example", self.example)


PostedItem: TypeAlias = Annotated[CaseItem | PairItem | ExampleItem, Field(discriminator="source")]


class ItemsRequest(_Strict):
    """Items to put into the review queue."""

    items: list[PostedItem] = Field(min_length=1, max_length=MAX_ITEMS, description="The items.")

    def as_items(self) -> list[Item]:
        """Return the items. Raises RequestError for one that is too large."""
        items = [item.as_item() for item in self.items]
        for place, item in enumerate(items):
            check_size(f"items.{place}", item.content)
        return items


class VerdictRequest(_Strict):
    """A decision about a drafted case or a training example."""

    verdict: ItemVerdict = Field(description="`accept` or `reject`.")
    edited: JsonObject | None = Field(
        default=None,
        description="The case (with the same id) or the example as it should be, in place of what was posted; with "
        "`accept` alone.",
    )

    @model_validator(mode="after")
    def _edits_what_it_accepts(self) -> VerdictRequest:
        if self.edited is not None and self.verdict != "accept":
            raise ValueError("'edited' goes with the verdict 'accept' alone")
        return self

    def as_decision(self, source: ItemSource) -> Decision:
        """Return the decision about an item of a source. Raises RequestError for an edited case that is none."""
        edited = self.edited
        if edited is not None:
            check_size("edited", edited)
            edited = _case(edited) if source == "case" else edited
        return Decision(self.verdict, edited)


class PreferenceRequest(_Strict):
    """A decision about a pair of answers, by the names under which they are shown."""

    preferred: Preference = Field(description="`a`, `b` or `tie`.")

    def as_decision(self, _: ItemSource) -> Decision:
        """Return the decision."""
        return Decision(self.preferred)


def _kind(value: Any) -> str:
    names = value if isinstance(value, Mapping) else ()
    return "pair" if "preferred" in names or isinstance(value, PreferenceRequest) else "item"


DecisionRequest: TypeAlias = Annotated[
    Annotated[VerdictRequest, Tag("item")] | Annotated[PreferenceRequest, Tag("pair")], Discriminator(_kind)
]


def check_size(where: str, content: Mapping[str, Any]) -> None:
    """Raise RequestError for the content of an item that is too large."""
    size = len(json.dumps(content, ensure_ascii=False))
    if size > MAX_ITEM:
        raise RequestError(
            f"{where}: the item has {size:,} characters as JSON; at most {MAX_ITEM:,} are kept. Shorten it.",
            code="item_too_large",
        )


def _case(edited: dict[str, Any]) -> dict[str, Any]:
    try:
        return DraftedCase.model_validate(edited).model_dump(exclude_unset=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in ("edited", *first["loc"]))
        raise RequestError(f"{where}: {first['msg']}.", code="invalid_request") from error

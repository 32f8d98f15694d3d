"""What may be posted to the review queue, and what may be decided."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.api.reviews.item_requests import (
    MAX_ITEM,
    MAX_ITEMS,
    DecisionRequest,
    ItemsRequest,
    PreferenceRequest,
    VerdictRequest,
)
from app.api.reviews.item_responses import PairReview, item_in_review
from app.reviews.review import Decision, ItemReview
from core.errors import ConfigurationError, RequestError
from evals.cases.read import read_case
from testing.review_items import CASE, EXAMPLE, PAIR

NOW = datetime(2026, 7, 2, 12, tzinfo=UTC)
_DECISION: TypeAdapter[VerdictRequest | PreferenceRequest] = TypeAdapter(DecisionRequest)


def _posted(*items: dict[str, Any]) -> ItemsRequest:
    return ItemsRequest.model_validate({"items": list(items)})


def _deep(levels: int) -> Any:
    return {"a": _deep(levels - 1)} if levels else 1


def test_an_item_is_kept_as_it_was_posted() -> None:
    items = [{"source": "case", "case": CASE}, {"source": "pair", **PAIR}, {"source": "example", "example": EXAMPLE}]
    assert [item.content for item in _posted(*items).as_items()] == [CASE, PAIR, EXAMPLE]


def test_what_a_pair_leaves_out_is_empty() -> None:
    short = {key: value for key, value in PAIR.items() if key not in ("history", "passages")}
    [item] = _posted({"source": "pair", **short}).as_items()
    assert (item.content["history"], item.content["passages"]) == ([], [])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gold": []}, "has 0 quotes, and the kind is 'answerable'"),
        ({"kind": "unanswerable"}, "has 1 quotes, and the kind is 'unanswerable'"),
        ({"kind": "underspecified"}, "has 1 quotes, and the kind is 'underspecified'"),
        ({"kind": "unanswerable", "gold": [], "required": ["25"]}, "'required' has words"),
        ({"kind": "follow_up"}, "'history' is empty"),
        ({"kind": "hard"}, "Input should be 'answerable'"),
        ({"id": " "}, "the text is empty"),
        ({"answer": "\ud800"}, "valid string"),
        ({"question": "x" * 8001}, "at most 8000 characters"),
        ({"question": "\ud800?"}, "valid string"),
        ({"gold": [{"document_id": "leave.md", "quote": " "}]}, "the text is empty"),
        ({"labelled": [{"answer": "25 days, 25.", "unsupported": ["25"]}]}, "not in the answer exactly once"),
        ({"difficulty": 3}, "Extra inputs are not permitted"),
        ({"required": [["25", ""]]}, "at least 1 character"),
        ({"required": [[]]}, "at least 1 item"),
        ({"required": ["…"]}, "no letter or digit"),
        ({"required": [["25", "30"]], "forbidden": ["30"]}, "'30' is both in 'required' and in 'forbidden'"),
    ],
)
def test_a_case_of_another_form_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        _posted({"source": "case", "case": {**CASE, **changes}})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"required": ["25", ["days", "working days"]], "forbidden": ["30"]},
        {"kind": "unanswerable", "gold": []},
        {"kind": "underspecified", "gold": [], "forbidden": ["25"]},
        {"kind": "follow_up", "history": [{"role": "user", "content": "Hello"}], "tags": ["typo"]},
        {"labelled": [{"answer": "30 days.", "unsupported": ["30"]}]},
    ],
)
def test_a_case_is_kept_as_an_evaluation_reads_it(changes: dict[str, Any]) -> None:
    case = {**CASE, **changes}
    [item] = _posted({"source": "case", "case": case}).as_items()
    assert item.content == case
    assert read_case("the item", item.content).id == case["id"]


@pytest.mark.parametrize(
    "changes",
    [
        {"gold": []},
        {"kind": "unanswerable"},
        {"kind": "underspecified", "gold": [], "required": ["25"]},
        {"kind": "follow_up"},
        {"required": ["25"], "forbidden": ["25"]},
        {"forbidden": ["…"]},
        {"labelled": [{"answer": "25 days, 25.", "unsupported": ["25"]}]},
    ],
)
def test_what_an_evaluation_does_not_read_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        read_case("the item", {**CASE, **changes})
    with pytest.raises(ValidationError):
        _posted({"source": "case", "case": {**CASE, **changes}})


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"source": "pair", **PAIR, "b": PAIR["a"]}, "both answers are of the model 'original'"),
        ({"source": "example", "example": {}}, "at least 1 item"),
        ({"source": "example", "example": {"loss": float("nan")}}, "NaN"),
        ({"source": "example", "example": {"loss": [float("inf")]}}, "Infinity"),
        ({"source": "example", "example": {"text": ["\udc00"]}}, "half a surrogate pair"),
        ({"source": "example", "example": {"\udc00": 1}}, "half a surrogate pair"),
        ({"source": "example", "example": _deep(22)}, "nested more than 20 deep"),
        ({"source": "flagged", "example": EXAMPLE}, "does not match any of the expected tags"),
        ({"example": EXAMPLE}, "Unable to extract tag"),
    ],
)
def test_an_item_that_cannot_be_shown_or_kept_is_refused(item: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        _posted(item)


def test_a_deep_example_is_kept() -> None:
    assert _posted({"source": "example", "example": _deep(20)}).as_items()[0].content == _deep(20)


def test_items_are_limited_in_number_and_size() -> None:
    with pytest.raises(ValidationError, match="at most 200 items"):
        _posted(*[{"source": "example", "example": EXAMPLE}] * (MAX_ITEMS + 1))
    with pytest.raises(ValidationError, match="at least 1 item"):
        _posted()
    large = {"source": "example", "example": {"text": "x" * MAX_ITEM}}
    with pytest.raises(RequestError, match=r"items\.1: the item has 100,012 characters"):
        _posted({"source": "example", "example": EXAMPLE}, large).as_items()


def test_a_decision_is_a_verdict_or_a_preference() -> None:
    assert _DECISION.validate_python({"verdict": "reject"}).as_decision("case") == Decision("reject")
    assert _DECISION.validate_python({"preferred": "tie"}).as_decision("pair") == Decision("tie")
    edited = _DECISION.validate_python({"verdict": "accept", "edited": CASE})
    assert edited.as_decision("case") == Decision("accept", CASE)
    anything = _DECISION.validate_python({"verdict": "accept", "edited": {"text": "any"}})
    assert anything.as_decision("example") == Decision("accept", {"text": "any"})
    with pytest.raises(RequestError, match=r"edited\.id: Field required"):
        anything.as_decision("case")


@pytest.mark.parametrize(
    "request_",
    [
        {},
        [],
        None,
        {"verdict": "maybe"},
        {"preferred": "c"},
        {"preferred": "a", "edited": {"a": 1}},
        {"verdict": "accept", "preferred": "a"},
        {"verdict": "reject", "edited": {"a": 1}},
    ],
)
def test_any_other_decision_is_refused(request_: Any) -> None:
    with pytest.raises(ValidationError):
        _DECISION.validate_python(request_)


def test_an_edited_item_is_limited_in_size() -> None:
    with pytest.raises(RequestError, match="edited: the item has"):
        VerdictRequest(verdict="accept", edited={"text": "x" * MAX_ITEM}).as_decision("example")


@pytest.mark.parametrize("is_swapped", [False, True])
def test_an_open_pair_does_not_say_which_model_is_which(is_swapped: bool) -> None:
    shown = item_in_review(ItemReview("pair-1", "pair", NOW, PAIR, is_swapped, None, None))
    assert isinstance(shown, PairReview)
    assert not any(PAIR[side]["model"] in shown.model_dump_json() for side in ("a", "b"))
    assert shown.a.answer == PAIR["b" if is_swapped else "a"]["answer"]


@pytest.mark.parametrize("is_swapped", [False, True])
def test_a_pair_names_its_models_after_the_vote(is_swapped: bool) -> None:
    shown = item_in_review(ItemReview("pair-1", "pair", NOW, PAIR, is_swapped, Decision("b"), NOW))
    assert isinstance(shown, PairReview)
    assert shown.decision is not None
    preferred = {"a": shown.a, "b": shown.b}[shown.decision.preferred]
    assert preferred.model_dump() == PAIR["b"]

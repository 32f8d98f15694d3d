"""What a request asks of the guard, and what of it goes to the upstream."""

import json
from typing import Any

import pytest

from app.guard.request import read_request
from core.errors import RequestError

MESSAGES = [{"role": "user", "content": "How much leave?"}]


def read(value: Any, header: Any = None, policy: Any = "annotate", most: Any = 1000) -> Any:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return read_request(body, header, policy, (), most)


def test_a_request_without_fields_of_the_guard_is_forwarded_byte_for_byte() -> None:
    body = b'{ "messages": [{"role":"user","content":"<context>Text.</context>Why?"}],\n "x": 1e-7 }'
    asked = read(body)
    assert asked.body == body
    assert asked.found.contexts[0].text == "Text."


def test_the_fields_of_the_guard_are_not_forwarded() -> None:
    asked = read(
        {"messages": MESSAGES, "contexts": ["A.", {"text": "B."}], "groundwork": {"policy": "refuse"}, "seed": 7}
    )
    assert json.loads(asked.body) == {"messages": MESSAGES, "seed": 7}
    assert [one.text for one in asked.found.contexts] == ["A.", "B."]
    assert asked.policy == "refuse"
    assert asked.unchecked is None


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"messages": MESSAGES}, "no_contexts"),
        ({"messages": MESSAGES, "contexts": []}, "no_contexts"),
        ({"messages": MESSAGES, "contexts": ["x" * 1001]}, "contexts_too_long"),
        ({"prompt": "Hello"}, "no_messages"),
        ({"messages": "Hello"}, "no_messages"),
        ([], "unreadable_request"),
        (b"", "unreadable_request"),
        (b"\xff\xfe", "unreadable_request"),
        (b"[" * 100_000, "unreadable_request"),
    ],
)
def test_what_cannot_be_checked_is_forwarded_with_the_reason(value: Any, reason: Any) -> None:
    assert read(value).unchecked == reason


@pytest.mark.parametrize("field", ["text", [1], [None], [{"content": "x"}], ["x"] * 1001, {"0": "x"}, None])
def test_contexts_that_are_no_list_of_texts_are_refused(field: Any) -> None:
    with pytest.raises(RequestError, match="contexts"):
        read({"messages": MESSAGES, "contexts": field})


def test_a_stricter_policy_may_be_asked_for_by_header_or_field_and_the_stricter_of_both_counts() -> None:
    assert read({"messages": MESSAGES}, header="withhold").policy == "withhold"
    assert read({"messages": MESSAGES, "groundwork": {"policy": "refuse"}}, header="withhold").policy == "refuse"
    assert read({"messages": MESSAGES, "groundwork": {}}, policy="withhold").policy == "withhold"


@pytest.mark.parametrize(
    ("field", "header"), [({"policy": "annotate"}, None), (None, "annotate"), ({"policy": "withhold"}, "refuse")]
)
def test_a_less_strict_policy_is_refused(field: Any, header: Any) -> None:
    more = {} if field is None else {"groundwork": field}
    with pytest.raises(RequestError, match="less strict"):
        read({"messages": MESSAGES, **more}, header, policy="withhold")


@pytest.mark.parametrize("field", [{"policy": "retry"}, {"policy": 3}, {"other": 1}, [], "withhold"])
def test_a_policy_that_is_none_is_refused(field: Any) -> None:
    with pytest.raises(RequestError, match=r"policy|groundwork"):
        read({"messages": MESSAGES, "groundwork": field})


def test_half_a_character_in_a_request_is_forwarded_as_it_was_escaped() -> None:
    asked = read(b'{"messages": [{"role": "user", "content": "\\ud83c"}], "contexts": ["A."]}')
    assert b"\\ud83c" in asked.body


def test_contexts_that_are_too_many_for_a_report_are_not_checked_and_not_listed() -> None:
    passages = json.dumps([{"text": "a"}] * 20_001)
    asked = read({"messages": [{"role": "tool", "content": passages}]}, most=1_000_000)
    assert asked.unchecked == "contexts_too_long"
    assert asked.found.contexts == ()

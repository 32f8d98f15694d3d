"""The contexts of whole requests: results of tools, the field `contexts`, parts of messages, and what is asked."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.guard.contexts.find import find_contexts
from app.guard.contexts.tool_results import json_texts

LEAVE = "Full-time staff get 25 days of leave per year."
GYM = "Contractors may not use the gym, and staff may."
ASKED = {"role": "user", "content": "How much leave?"}


def tool(content: Any) -> Any:
    return {"role": "tool", "tool_call_id": "a", "content": content}


def resolved(value: Any, pointer: Any) -> Any:
    """What a JSON pointer (RFC 6901) names."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def test_the_result_of_a_tool_is_a_context_as_it_is() -> None:
    (one,) = find_contexts([ASKED, tool(LEAVE)], None, ()).contexts
    assert (one.text, one.where, one.message, one.start, one.end) == (LEAVE, "tool", 1, 0, len(LEAVE))


def test_the_texts_in_the_json_of_a_tool_are_contexts_and_its_short_values_are_one_more() -> None:
    results = {"results": [{"title": "Leave", "text": LEAVE, "score": 0.9}, {"title": "Gym", "text": GYM}], "n/a": None}
    leave, gym, others = find_contexts([ASKED, tool(json.dumps(results))], None, ()).contexts
    assert [resolved(results, one.pointer) for one in (leave, gym)] == [LEAVE, GYM]
    assert [one.number for one in (leave, gym, others)] == [1, 2, 3]
    assert others.to_dict()["text"] == others.text == "title: Leave\nscore: 0.9\ntitle: Gym"
    assert "text" not in leave.to_dict()


def test_rows_without_texts_are_one_context_as_they_are_written() -> None:
    rows = json.dumps([{"name": "Ada", "days": 25}, {"name": "Ben", "days": 30}])
    assert [one.text for one in find_contexts([tool(rows)], None, ()).contexts] == [rows]


def test_the_parts_of_a_message_are_read_one_by_one() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:…"}}
    parts = [image, {"type": "text", "text": f"<context>{LEAVE}</context>"}, {"type": "text", "text": "How much?"}]
    found = find_contexts([{"role": "user", "content": parts}, tool([{"type": "text", "text": GYM}])], None, ())
    assert [(one.text, one.message, one.part) for one in found.contexts] == [(LEAVE, 0, 1), (GYM, 1, 0)]
    assert found.question.endswith("How much?")


def test_the_field_takes_the_place_of_everything_that_is_marked() -> None:
    found = find_contexts([{"role": "user", "content": f"<context>{GYM}</context>\nHow much?"}], [LEAVE], ())
    assert [(one.text, one.where, one.message) for one in found.contexts] == [(LEAVE, "field", None)]


def test_what_the_assistant_said_is_no_context_and_every_turn_of_the_user_is_asked() -> None:
    messages = [
        {"role": "user", "content": f"Context:\n{LEAVE}\nQuestion: Who is Ada?\nAnswer:"},
        {"role": "assistant", "content": f"<context>{GYM}</context>"},
        ASKED,
    ]
    found = find_contexts(messages, None, ())
    assert [one.text for one in found.contexts] == [LEAVE]
    assert found.question == "Who is Ada?\nHow much leave?"


def test_citations_name_contexts_by_the_numbers_of_the_prompt() -> None:
    text = f"Sources:\n\n[1] Leave\n{LEAVE}\n-----\n[2] Gym\n{GYM}\n-----\n\nQuestion: x"
    found = find_contexts([{"role": "user", "content": text}], None, ())
    assert [one.text for one in found.contexts] == [f"Leave\n{LEAVE}", f"Gym\n{GYM}"]
    assert found.cited([2]) == [1]
    assert found.cited([7]) == []


@pytest.mark.parametrize(
    "messages", [[], [None], ["text"], [{}], [{"role": "user"}], [{"role": 1, "content": 2}], [tool(None)], [tool("")],
                 [tool([None, {"text": 1}])], [tool("[" * 100_000)], [tool("{}")], [tool('""')]]
)  # fmt: skip
def test_messages_of_another_shape_are_passed_over(messages: Any) -> None:
    assert [one.text for one in find_contexts(messages, None, ()).contexts if one.text.strip("[{}")] in ([], ['""'])


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=60)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


@given(VALUES)
def test_the_pointer_of_each_text_resolves_to_it(value: Any) -> None:
    for one in json_texts(json.dumps(value)):
        if one.pointer is not None:
            assert resolved(value, one.pointer) == one.text


@pytest.mark.parametrize("value", [{"a" * 20_000: [1] * 20_000}, [{"a" * 20_000: {str(n): 1 for n in range(2000)}}]])
def test_json_whose_pointers_would_be_many_times_its_length_is_one_context_as_it_is(value: Any) -> None:
    result = json.dumps([value, "A text of the tool, with many blanks in it."])
    (one,) = find_contexts([{"role": "tool", "content": result}], None, ()).contexts
    assert one.text == result

"""A response that is not streamed: one field more, or the text that the policy shows."""

import json
from typing import Any

import pytest

from testing.guard import REFUSAL, completion, through_whole

CONTEXTS = ["Full-time staff get 25 days of leave per year."]
RIGHT = "Full-time staff get 25 days of leave per year."
WRONG = "Full-time staff get 30 days of leave per year."


def test_under_annotate_the_body_is_the_same_but_for_the_report() -> None:
    body = completion(f"{RIGHT} {WRONG}")
    reply = through_whole(body, CONTEXTS)
    field = reply.pop("groundwork")
    assert reply == json.loads(body)
    assert [flag["text"] for flag in field["grounding"]["flags"]] == ["30"]


def test_withhold_removes_the_sentence_and_its_log_probabilities() -> None:
    body = json.loads(completion(f"{RIGHT} {WRONG}"))
    body["choices"][0]["logprobs"] = {"content": [{"token": "30"}]}
    reply = through_whole(json.dumps(body).encode(), CONTEXTS, "withhold")
    assert reply["choices"][0]["message"]["content"] == RIGHT
    assert reply["choices"][0]["logprobs"] is None


def test_refuse_puts_the_refusal_in_the_place_of_the_answer() -> None:
    reply = through_whole(completion(f"{RIGHT} {WRONG}"), CONTEXTS, "refuse")
    assert reply["choices"][0]["message"]["content"] == REFUSAL
    assert reply["groundwork"]["refused"]


def test_an_answer_without_text_is_not_checked() -> None:
    assert through_whole(completion(None), CONTEXTS, "withhold")["groundwork"]["unchecked"] == "no_text"


@pytest.mark.parametrize("policy", ["annotate", "withhold", "refuse"])
def test_content_in_parts_passes_and_is_reported_as_not_checked(policy: Any) -> None:
    body = json.loads(completion(None))
    body["choices"][0]["message"]["content"] = parts = [{"type": "text", "text": WRONG}]
    reply = through_whole(json.dumps(body).encode(), CONTEXTS, policy)
    assert reply["choices"][0]["message"]["content"] == parts
    assert reply["groundwork"]["unchecked"] == "no_text"


REPORTED = b'{"choices": [{"message": {"content": "x"}}], "groundwork": {}}'
NO_CHOICES = [b"{}", b'{"choices": {}}', b'{"choices": []}', b'{"choices": [1]}']


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b'"text"', b"[" * 9999, *NO_CHOICES, REPORTED])
def test_what_is_no_answer_or_has_a_report_passes_as_it_is(body: Any) -> None:
    assert through_whole(body, CONTEXTS, "refuse") is None

"""What a client gets of a stream: every byte of the upstream, and the report where an answer ends."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.grounding.responses import Report
from app.grounding import ContextIndex, check
from app.grounding.stream import AnswerStream, report_on
from app.guard.policy import Policy
from testing.guard import (
    REFUSAL,
    chunk,
    chunks_of,
    completion,
    event,
    reports_of,
    streamed,
    text_of,
    through_stream,
    through_whole,
)

CONTEXTS = [
    "Full-time staff get 25 days of leave per year. Unused days expire on 31 March 2025.",
    "Requests go to the People team in Lisbon through the portal. The gym is free 🏋️ for staff.",
]
RIGHT = "Full-time staff get 25 days of leave per year [1]."
WRONG = "Full-time staff get 30 days of leave per year [1]."
INVENTED = "The canteen on the ground floor serves vegetarian lunches to every visitor."
SENTENCES = [
    RIGHT,
    WRONG,
    INVENTED,
    "Requests go to the People team in Porto [2].",
    "Ünüsed däys — 日本語 🏋️.",
    "\n\n- item",
]
POLICIES: list[Policy] = ["annotate", "withhold", "refuse"]


def cut(text: Any, places: Any) -> Any:
    """The text in pieces, cut at these places."""
    bounds = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


def test_under_annotate_every_byte_passes_and_one_field_is_added() -> None:
    sent = streamed(cut(f"{WRONG} {INVENTED}", range(0, 120, 4)))
    shown = through_stream([sent], CONTEXTS)
    field = json.dumps(reports_of(chunks_of(shown))[0], separators=(",", ":")).encode()
    assert shown == sent.replace(b'"stop"}]}', b'"stop"}],"groundwork":' + field + b"}")


def test_the_report_is_that_of_the_checker_and_has_its_form() -> None:
    shown = through_stream([streamed([f"{WRONG} {RIGHT}"])], CONTEXTS, question="How much leave?")
    (field,) = reports_of(chunks_of(shown))
    assert field["grounding"] == json.loads(
        json.dumps(check(f"{WRONG} {RIGHT}", CONTEXTS, "How much leave?").to_dict())
    )
    assert Report.model_validate(field["grounding"]).flags[0].reason == "number_mismatch"
    evidence = field["grounding"]["flags"][0]["evidence"]
    assert CONTEXTS[evidence["context"]][evidence["start"] : evidence["end"]] == evidence["text"] == "25"


@given(
    st.lists(st.sampled_from(SENTENCES), max_size=6),
    st.lists(st.integers(0, 600), max_size=30),
    st.lists(st.integers(0, 20_000), max_size=30),
    st.sampled_from(POLICIES),
)
def test_however_an_answer_is_cut_it_is_shown_and_judged_as_the_whole_one(
    sentences: Any, tokens: Any, packets: Any, policy: Any
) -> None:
    answer = " ".join(sentences)
    chunks = chunks_of(through_stream(cut(streamed(cut(answer, tokens)), packets), CONTEXTS, policy))
    whole = through_whole(completion(answer), CONTEXTS, policy)
    assert text_of(chunks) == whole["choices"][0]["message"]["content"]
    assert reports_of(chunks) == [whole["groundwork"]]
    report = whole["groundwork"]["grounding"]
    for flag in report["flags"] if report else ():
        assert text_of(chunks)[flag["start"] : flag["end"]] == flag["text"]


@given(st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=5))
def test_the_verdict_is_that_of_an_answer_stream_of_the_checker(sentences: Any) -> None:
    answer = " ".join(sentences)
    stream = AnswerStream(ContextIndex.build(CONTEXTS))
    expected = report_on([*stream.feed(answer), *stream.finish()]).to_dict()
    field = through_whole(completion(answer), CONTEXTS)["groundwork"]
    without_evidence = [{**flag, "evidence": None} for flag in field["grounding"]["flags"]]
    assert without_evidence == [{**flag, "evidence": None} for flag in expected["flags"]]
    assert field["grounding"]["score"] == expected["score"]


def test_withheld_sentences_are_never_sent_and_the_others_come_one_by_one() -> None:
    answer = f"{RIGHT} {WRONG} {RIGHT} {' '.join(CONTEXTS)}"
    sent = [event(chunk(content=piece)) for piece in cut(answer, range(0, 400, 4))]
    ended = [event(chunk(finish="stop")), b"data: [DONE]\n\n"]
    half = through_stream(sent, CONTEXTS, "withhold")
    shown = through_stream([*sent, *ended], CONTEXTS, "withhold")
    assert b"30" not in shown.split(b'"groundwork"')[0]
    assert text_of(chunks_of(half)[:-1]).startswith(RIGHT)
    assert text_of(chunks_of(shown)) == f"{RIGHT} {RIGHT} {' '.join(CONTEXTS)}"
    (field,) = reports_of(chunks_of(shown))
    assert field["withheld"] == [{"reasons": ["number_mismatch"]}]
    assert field["grounding"]["supported"]


@pytest.mark.parametrize("policy", ["withhold", "refuse"])
def test_where_nothing_is_left_the_refusal_is_shown(policy: Any) -> None:
    chunks = chunks_of(through_stream([streamed([WRONG])], CONTEXTS, policy))
    assert text_of(chunks) == REFUSAL
    (field,) = reports_of(chunks)
    assert (field["refused"], field["grounding"], field["unchecked"]) == (True, None, None)


def test_refuse_shows_a_supported_answer_as_it_is() -> None:
    chunks = chunks_of(through_stream([streamed([RIGHT, "\n\nThe gym is free."])], CONTEXTS, "refuse"))
    assert text_of(chunks) == f"{RIGHT}\n\nThe gym is free."
    assert reports_of(chunks)[0]["refused"] is False


@pytest.mark.parametrize("policy", POLICIES)
def test_calls_of_tools_reasoning_usage_and_comments_pass_as_they_are(policy: Any) -> None:
    call = {"index": 0, "id": "a", "function": {"name": "f", "arguments": '{"day'}}
    events = [
        b": heartbeat\n\n",
        event(chunk(role="assistant", content="")),
        event(chunk(reasoning_content="I think of 99 days.")),
        event(chunk(tool_calls=[call])),
        b"event: ping\r\ndata: {}\r\n\r\n",
        b"data: not json\n\n",
        event({"id": "c", "choices": [], "usage": {"total_tokens": 3}}),
    ]
    shown = through_stream(events, CONTEXTS, policy)
    assert shown.startswith(b"".join(events))
    assert text_of(chunks_of(shown[len(b"".join(events)) :])) == ""


def test_an_answer_that_only_calls_a_tool_is_not_checked() -> None:
    shown = through_stream([streamed([], finish="tool_calls")], CONTEXTS, "withhold")
    assert reports_of(chunks_of(shown))[0]["unchecked"] == "no_text"


def test_each_choice_has_a_check_of_its_own() -> None:
    events = [chunk(0, content=RIGHT), chunk(1, content=WRONG), chunk(1, finish="stop"), chunk(0, finish="length")]
    chunks = chunks_of(through_stream(map(event, events), CONTEXTS))
    assert [(field["index"], field["grounding"]["supported"]) for field in reports_of(chunks)] == [
        (1, False),
        (0, True),
    ]
    assert [one["choices"][0]["finish_reason"] for one in chunks if "groundwork" in one] == ["stop", "length"]


def test_choices_that_end_together_are_reported_together() -> None:
    both = chunk(0, finish="stop")
    both["choices"].append({"index": 1, "delta": {"content": WRONG}, "finish_reason": "stop"})
    (field,) = reports_of(chunks_of(through_stream([event(chunk(0, content=RIGHT)), event(both)], CONTEXTS)))
    assert [choice["grounding"]["supported"] for choice in field["choices"]] == [True, False]
    whole = through_whole(completion(RIGHT, WRONG), CONTEXTS)["groundwork"]
    assert whole == field


def test_text_in_the_chunk_that_ends_the_answer_is_checked_too() -> None:
    cases: list[tuple[Policy, str]] = [("annotate", WRONG), ("withhold", REFUSAL)]
    for policy, shown in cases:
        chunks = chunks_of(through_stream([event(chunk(content=WRONG, finish="stop"))], CONTEXTS, policy))
        assert text_of(chunks) == shown


def test_log_probabilities_pass_unless_they_would_show_what_is_held_back() -> None:
    one = chunk(content=RIGHT)
    one["choices"][0]["logprobs"] = {"content": [{"token": "Full"}]}
    sent = [event(one), event(chunk(finish="stop"))]
    assert chunks_of(through_stream(sent, CONTEXTS))[0] == one
    assert b"token" not in through_stream(sent, CONTEXTS, "withhold")


@pytest.mark.parametrize("policy", POLICIES)
def test_a_stream_without_a_finish_reason_still_ends_with_the_report(policy: Any) -> None:
    for ending in ([b"data: [DONE]\n\n"], []):
        shown = through_stream([event(chunk(content=RIGHT)), *ending], CONTEXTS, policy)
        chunks = chunks_of(shown)
        assert text_of(chunks) == RIGHT
        assert chunks[-1]["groundwork"]["grounding"]["supported"]
        assert (chunks[-1]["id"], chunks[-1]["model"]) == ("c", "m")
        assert shown.endswith(b"".join(ending) or b"}\n\n")


def test_an_error_of_the_upstream_follows_the_text_that_was_held_back() -> None:
    error = {"error": {"message": "out of memory", "code": 500}}
    shown = through_stream([event(chunk(content=f"{RIGHT} {WRONG}")), event(error)], CONTEXTS, "withhold")
    assert text_of(chunks_of(shown)) == RIGHT
    assert shown.endswith(event(error))


@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_an_event_without_its_end_is_not_shown_where_text_is_held_back(ending: bytes) -> None:
    cut_off = event(chunk(content=WRONG)).rstrip(b"\n") + ending
    sent = event(chunk(content=f"{RIGHT} ")) + cut_off
    assert through_stream([sent], CONTEXTS).endswith(cut_off)
    for policy in ("withhold", "refuse"):
        shown = through_stream([sent], CONTEXTS, policy)
        assert text_of(chunks_of(shown)).strip() == RIGHT
        assert b"30 days" not in shown
    done = b"data: [DONE]" + ending
    assert through_stream([event(chunk(content=RIGHT)) + done], CONTEXTS, "withhold").endswith(done)


def test_the_report_of_an_upstream_stays() -> None:
    first = {**chunk(role="assistant", content=""), "groundwork": {"passages": []}}
    sent = event(first) + streamed([WRONG])
    assert through_stream([sent], CONTEXTS, "withhold") == sent


def test_a_report_of_an_upstream_behind_the_text_is_the_only_one() -> None:
    sent = event(chunk(content=WRONG)) + event({**chunk(finish="stop"), "groundwork": {"grounding": None}})
    assert through_stream([sent, b"data: [DONE]\n\n"], CONTEXTS) == sent + b"data: [DONE]\n\n"


@pytest.mark.parametrize("policy", POLICIES)
def test_before_another_guard_the_stricter_policy_applies_and_there_is_one_report(policy: Policy) -> None:
    for behind in (
        through_stream([streamed([f"{RIGHT} {WRONG}"])], CONTEXTS),
        through_stream([streamed([f"{RIGHT} {WRONG}"], finish=None)], CONTEXTS),
    ):
        chunks = chunks_of(through_stream([behind], CONTEXTS, policy))
        (field,) = reports_of(chunks)
        assert field["policy"] == policy
        assert text_of(chunks) == {"annotate": f"{RIGHT} {WRONG}", "withhold": RIGHT, "refuse": REFUSAL}[policy]
    body = json.dumps(through_whole(completion(f"{RIGHT} {WRONG}"), CONTEXTS)).encode()
    reply = through_whole(body, CONTEXTS, policy)
    assert (reply["choices"][0]["message"]["content"], reply["groundwork"]) == (text_of(chunks), field)


@pytest.mark.parametrize(("policy", "shown"), [("annotate", WRONG), ("withhold", REFUSAL), ("refuse", REFUSAL)])
def test_a_checker_that_fails_lets_an_answer_pass_only_where_nothing_is_to_be_withheld(
    policy: Policy, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    no_text: Any = [b"bytes"]
    chunks = chunks_of(through_stream([streamed(cut(WRONG, range(0, 50, 5)))], no_text, policy))
    (field,) = reports_of(chunks)
    assert (text_of(chunks), field["grounding"], field["unchecked"]) == (shown, None, "check_failed")
    assert "the check of an answer failed" in caplog.text


def test_a_character_whose_halves_come_in_two_chunks_is_one_character_to_the_checker() -> None:
    halves = ["The gym is free \ud83c", "\udfcb\ufe0f for staff. ", WRONG]
    sent = b"".join(b"data: " + json.dumps(chunk(content=half)).encode() + b"\n\n" for half in halves)
    chunks = chunks_of(through_stream([sent, event(chunk(finish="stop"))], CONTEXTS))
    flag = reports_of(chunks)[0]["grounding"]["flags"][0]
    text = text_of(chunks).encode("utf-16", "surrogatepass").decode("utf-16")
    assert text[flag["start"] : flag["end"]] == flag["text"] == "30"


@pytest.mark.parametrize("policy", ["withhold", "refuse"])
@pytest.mark.parametrize("ending", [b"", b"\n"])
def test_an_event_without_its_end_shows_no_text_that_is_not_checked(policy: Policy, ending: bytes) -> None:
    unended = event(chunk(content=WRONG)).rstrip(b"\n") + ending
    assert b"30 days" not in through_stream([unended], CONTEXTS, policy)
    assert through_stream([b"data: [DONE]" + ending], CONTEXTS, policy) == b"data: [DONE]" + ending


def test_an_event_that_is_broken_off_is_not_joined_with_the_error_behind_it() -> None:
    begun = event(chunk(content=RIGHT))
    shown = through_stream([begun + event(chunk(content=WRONG))[:30]], CONTEXTS, is_broken=True)
    assert shown.startswith(begun)
    assert shown.endswith(b"\n\n")
    assert len(chunks_of(shown)) == 2

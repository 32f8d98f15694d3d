"""Chat over HTTP, with the official client and as it travels on the wire."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import pytest
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam

from testing.contract import ABOUT_A_COMPLETION, CITATION, SUPPORT
from testing.handbook import PAGES, REFUSAL
from testing.model_server import ModelServer, Script

QUESTION = "How many days of annual leave does every colleague have?"


def asking(question: str = QUESTION) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": question}]


def about(completion: Any) -> dict[str, Any]:
    found: dict[str, Any] = completion.model_extra["groundwork"]
    return found


def streamed(sdk: openai.OpenAI, question: str = QUESTION, **more: Any) -> list[ChatCompletionChunk]:
    return list(sdk.chat.completions.create(model="groundwork", messages=asking(question), stream=True, **more))


def test_the_recipes_are_listed_as_models(sdk: openai.OpenAI) -> None:
    assert [model.id for model in sdk.models.list()] == ["groundwork", "groundwork:brief"]


@pytest.mark.parametrize("model_id", ["groundwork", "groundwork:brief"])
def test_a_model_is_shown_by_its_id(sdk: openai.OpenAI, model_id: str) -> None:
    model = sdk.models.retrieve(model_id)
    assert (model.id, model.object, model.owned_by) == (model_id, "model", "groundwork")


@pytest.mark.parametrize("model_id", ["gpt-4o", "groundwork:none", "groundwork:", "a/b", "brief"])
def test_an_unknown_model_is_not_found_by_its_id(sdk: openai.OpenAI, model_id: str) -> None:
    with pytest.raises(openai.NotFoundError, match="There is no model") as raised:
        sdk.models.retrieve(model_id)
    assert (raised.value.code, raised.value.type) == ("model_not_found", "invalid_request_error")


def test_an_answer_is_cited_and_grounded(sdk: openai.OpenAI) -> None:
    completion = sdk.chat.completions.create(model="groundwork", messages=asking())
    assert completion.object == "chat.completion"
    assert completion.model == "groundwork"
    (choice,) = completion.choices
    assert choice.finish_reason == "stop"
    assert choice.message.role == "assistant"
    assert "25 days of annual leave" in (choice.message.content or "")
    extra = about(completion)
    assert set(extra) == ABOUT_A_COMPLETION
    assert (extra["mode"], extra["degraded"], extra["refused"]) == ("extractive", False, False)
    assert (extra["recipe"], extra["arm"]) == ("default", None)
    assert extra["grounding"] is None
    assert completion.id == extra["answer_id"]
    assert completion.usage is not None


def test_every_citation_is_one_of_the_passages_with_the_same_number(sdk: openai.OpenAI) -> None:
    extra = about(sdk.chat.completions.create(model="groundwork", messages=asking()))
    assert extra["citations"]
    assert [passage["index"] for passage in extra["passages"]] == list(range(1, len(extra["passages"]) + 1))
    assert all(set(passage) == CITATION for passage in extra["passages"])
    assert all(cited in extra["passages"] for cited in extra["citations"])


def test_a_citation_resolves_to_its_text_in_the_document(sdk: openai.OpenAI, http: httpx2.Client) -> None:
    extra = about(sdk.chat.completions.create(model="groundwork", messages=asking()))
    for passage in extra["passages"]:
        document = http.get(f"/v1/documents/{passage['document_id']}").json()
        assert document["text"] == PAGES[passage["document_id"]]
        assert document["text"][passage["start"] : passage["end"]] == passage["text"]
        assert document["name"] == passage["document_name"]


@pytest.mark.parametrize("question", [QUESTION, "What is the limit for lunch?"])
def test_each_citation_has_the_sentence_or_row_that_supports_it(sdk: openai.OpenAI, question: str) -> None:
    completion = sdk.chat.completions.create(model="groundwork", messages=asking(question))
    content, extra = completion.choices[0].message.content or "", about(completion)
    assert {one["index"] for one in extra["support"]} == {cited["index"] for cited in extra["citations"]}
    texts = {passage["index"]: passage["text"] for passage in extra["passages"]}
    for one in extra["support"]:
        assert set(one) == SUPPORT
        assert content[one["marker"]] == "["
        evidence = one["evidence"]
        assert texts[one["index"]][evidence["start"] : evidence["end"]] == evidence["text"]
        said = content[one["start"] : one["end"]].split(" [")[0].strip("-| ")
        assert said in evidence["text"]
        assert len(evidence["text"]) < len(texts[one["index"]])
    finish = (streamed(sdk, question)[-1].model_extra or {})["groundwork"]
    assert finish["support"] == extra["support"]


def test_a_stream_has_the_passages_before_any_word_and_the_report_at_its_end(sdk: openai.OpenAI) -> None:
    chunks = streamed(sdk)
    first, last = chunks[0], chunks[-1]
    assert first.choices[0].delta.role == "assistant"
    assert not first.choices[0].delta.content
    assert set(about(first)) == {"answer_id", "conversation_id", "mode", "passages", "recipe", "arm"}
    assert last.choices[0].finish_reason == "stop"
    assert set(about(last)) == ABOUT_A_COMPLETION - {"passages"}
    assert about(last)["citations"]
    assert about(last)["grounding"] is None
    assert about(last)["timings_ms"]["total"] > 0
    assert all(not (chunk.model_extra or {}).get("groundwork") for chunk in chunks[1:-1])
    assert {chunk.id for chunk in chunks} == {about(first)["answer_id"]}
    assert all(len(chunk.choices) == 1 for chunk in chunks)


def test_a_stream_says_what_the_whole_answer_says(sdk: openai.OpenAI) -> None:
    whole = sdk.chat.completions.create(model="groundwork", messages=asking()).choices[0].message.content
    assert "".join(chunk.choices[0].delta.content or "" for chunk in streamed(sdk)) == whole


def test_usage_comes_in_a_last_chunk_without_choices_and_only_when_asked_for(sdk: openai.OpenAI) -> None:
    chunks = streamed(sdk, stream_options={"include_usage": True})
    assert chunks[-1].choices == []
    assert chunks[-1].usage is not None
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_on_the_wire_a_stream_is_unbuffered_and_ends_with_done(http: httpx2.Client) -> None:
    with http.stream("POST", "/v1/chat/completions", json={"messages": asking(), "stream": True}) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-accel-buffering"] == "no"
        assert "no-store" in response.headers["cache-control"] or "no-cache" in response.headers["cache-control"]
        events = [line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: ")]
    assert events[-1] == "[DONE]"
    assert all(json.loads(event)["object"] == "chat.completion.chunk" for event in events[:-1])


def test_without_a_model_id_the_default_recipe_answers(http: httpx2.Client) -> None:
    answer = http.post("/v1/chat/completions", json={"messages": asking()}).json()
    assert (answer["model"], answer["groundwork"]["recipe"]) == ("groundwork", "default")


def test_another_recipe_answers_under_its_own_model_id(sdk: openai.OpenAI) -> None:
    completion = sdk.chat.completions.create(model="groundwork:brief", messages=asking())
    assert completion.model == "groundwork:brief"
    assert about(completion)["recipe"] == "brief"


def test_a_question_that_nothing_answers_is_refused(sdk: openai.OpenAI) -> None:
    completion = sdk.chat.completions.create(
        model="groundwork", messages=asking("What is the boiling point of tungsten in kelvin?")
    )
    assert completion.choices[0].message.content == REFUSAL
    extra = about(completion)
    assert (extra["refused"], extra["grounding"], extra["citations"]) == (True, None, [])


def test_a_follow_up_is_understood_from_the_conversation(sdk: openai.OpenAI) -> None:
    turns: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "Answer like a pirate."},
        {"role": "user", "content": "Where do I report a lost laptop?"},
        {"role": "assistant", "content": "At the security desk [1]."},
        {"role": "user", "content": "And by when?"},
    ]
    completion = sdk.chat.completions.create(model="groundwork", messages=turns)
    assert about(completion)["passages"][0]["document_id"] == "security/laptops.md"


def test_a_question_may_be_a_list_of_text_parts(sdk: openai.OpenAI) -> None:
    parts: list[ChatCompletionMessageParam] = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "How many days of"}, {"type": "text", "text": "annual leave?"}],
        }
    ]
    completion = sdk.chat.completions.create(model="groundwork", messages=parts)
    assert about(completion)["passages"][0]["document_id"] == "leave/annual.md"


@pytest.mark.parametrize(
    "turn",
    [
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "I cannot say."}]},
        {"role": "assistant", "content": None, "refusal": "I cannot say."},
    ],
)
def test_an_assistants_refusal_is_part_of_the_conversation(
    sdk: openai.OpenAI, turn: ChatCompletionMessageParam
) -> None:
    question: ChatCompletionMessageParam = {"role": "user", "content": "Where do I report a lost laptop?"}
    completion = sdk.chat.completions.create(model="groundwork", messages=[question, turn, *asking("And by when?")])
    assert about(completion)["passages"][0]["document_id"] == "security/laptops.md"


def test_a_stream_that_is_null_is_a_whole_answer(sdk: openai.OpenAI, http: httpx2.Client) -> None:
    completion = sdk.chat.completions.create(model="groundwork", messages=asking(), stream=None)
    assert completion.object == "chat.completion"
    body = {"messages": asking(), "stream": None, "stream_options": None, "n": None, "max_tokens": None}
    assert http.post("/v1/chat/completions", json=body).json()["object"] == "chat.completion"


@pytest.mark.parametrize("top_k", [1, 2, 100])
def test_the_number_of_passages_can_be_chosen(sdk: openai.OpenAI, top_k: int) -> None:
    completion = sdk.chat.completions.create(model="groundwork", messages=asking(), extra_body={"top_k": top_k})
    assert 1 <= len(about(completion)["passages"]) <= top_k


def test_fields_of_openais_clients_without_a_meaning_here_are_ignored(sdk: openai.OpenAI) -> None:
    completion = sdk.chat.completions.create(
        model="groundwork", messages=asking(), n=1, top_p=0.5, seed=7, user="somebody", temperature=1.0, max_tokens=10
    )
    assert completion.choices[0].message.content


def test_the_same_question_has_the_same_passages_and_the_same_words_every_time(sdk: openai.OpenAI) -> None:
    answers = [sdk.chat.completions.create(model="groundwork", messages=asking()) for _ in range(4)]
    assert len({answer.choices[0].message.content for answer in answers}) == 1
    assert len({json.dumps(about(answer)["passages"]) for answer in answers}) == 1
    assert len({answer.id for answer in answers}) == 4


def test_a_request_that_is_sent_again_under_its_key_is_the_same_answer(sdk: openai.OpenAI) -> None:
    key = {"Idempotency-Key": "5b0f5d6e-7c0a-4c52-9d0e-0d6f1a2b3c4d"}
    first = sdk.chat.completions.create(model="groundwork", messages=asking(), extra_headers=key)
    again = sdk.chat.completions.create(model="groundwork", messages=asking(), extra_headers=key)
    chunks = streamed(sdk, extra_headers=key)
    assert first.id == again.id == about(first)["answer_id"]
    assert {chunk.id for chunk in chunks} == {first.id}
    assert again.choices == first.choices
    assert about(again)["support"] == about(first)["support"]
    other = sdk.chat.completions.create(model="groundwork", messages=asking("How do I book leave?"), extra_headers=key)
    assert other.id != first.id


def test_a_stream_that_was_cut_is_written_again_under_the_same_id(
    generating_http: httpx2.Client, model_server: ModelServer
) -> None:
    model_server.script = Script(pieces=("Every colleague ", "has"), die_after=1)
    body = {"messages": asking(), "stream": True}
    headers = {"Idempotency-Key": "cut"}
    lines = generating_http.post("/v1/chat/completions", json=body, headers=headers).text.split("\n")
    cut = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    assert "error" in cut[-1]
    model_server.reset()
    whole = generating_http.post("/v1/chat/completions", json={"messages": asking()}, headers=headers).json()
    assert whole["id"] == cut[0]["id"]
    assert whole["groundwork"]["mode"] == "generated"


@pytest.mark.parametrize("key", ["", "a b", "x" * 129, "\u00e9"])
def test_a_key_that_cannot_be_one_is_refused(http: httpx2.Client, key: str) -> None:
    headers = {b"Idempotency-Key": key.encode("latin-1")}
    response = http.post("/v1/chat/completions", json={"messages": asking()}, headers=headers)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_idempotency_key"

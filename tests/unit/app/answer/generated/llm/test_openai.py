from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import openai
import pytest

from app.answer.generated.llm.openai import OpenAIClient
from app.answer.generated.llm.protocol import Delta, Ended, Served
from app.service.bootstrap import connect_llm
from core.errors import GenerationError, ModelLoading, Overloaded
from core.model_status import ModelStatus, write_model_status
from core.recipe import ChosenPrompt, Recipe
from core.settings import Settings
from core.types import Message
from testing.handbook import SECRET
from testing.model_server import ModelServer, Script, free_port
from testing.passages import collect, fill, run
from testing.scripted_llm import ScriptedLLMClient

MESSAGES = [Message("system", "Be exact."), Message("user", "How many days?")]
RECIPE = Recipe(temperature=0.5, max_tokens=77)


@asynccontextmanager
async def llm_for(url: str, model: str | None = None, timeout: float = 5.0) -> AsyncIterator[OpenAIClient]:
    # Without certificates, whose loading would be most of the time that these tests take.
    http = openai.DefaultAsyncHttpxClient(verify=False)
    async with openai.AsyncOpenAI(
        base_url=url, api_key=SECRET, timeout=timeout, max_retries=0, http_client=http
    ) as client:
        yield OpenAIClient(client, model)


def generated(url: str, model: str | None = None) -> list[Delta | Ended]:
    async def work() -> list[Delta | Ended]:
        async with llm_for(url, model) as llm:
            return await collect(llm.generate(MESSAGES, RECIPE))

    return run(work())


def named(url: str, model: str | None = None) -> str:
    async def work() -> str:
        async with llm_for(url, model) as llm:
            return await llm.model()

    return run(work())


def text_of(pieces: list[Delta | Ended]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Delta))


def test_the_deltas_come_in_order_and_then_one_end(model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("Twenty", "-five", " days."))
    assert generated(model_server.url) == [
        Delta("Twenty"),
        Delta("-five"),
        Delta(" days."),
        Ended("stop", 120, 12, "tiny"),
    ]


def test_what_the_recipe_says_is_what_the_server_is_asked(model_server: ModelServer) -> None:
    generated(model_server.url, "tiny")
    (asked,) = model_server.requests
    assert asked["messages"] == [
        {"role": "system", "content": "Be exact."},
        {"role": "user", "content": "How many days?"},
    ]
    assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("tiny", 0.5, 77)
    assert asked["stream"] is True
    assert model_server.keys == [f"Bearer {SECRET}"]


def test_an_answer_that_was_cut_at_the_limit_says_so(model_server: ModelServer) -> None:
    model_server.script = Script(finish_reason="length")
    assert generated(model_server.url)[-1] == Ended("length", 120, 12, "tiny")


def test_empty_deltas_are_left_out(model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("", "Yes.", ""))
    assert generated(model_server.url)[:-1] == [Delta("Yes.")]


def test_a_whole_page_as_an_error_is_not_passed_on(model_server: ModelServer) -> None:
    model_server.script = Script(status=502, error={"error": {"message": "<p>Bad gateway</p>" * 10_000}})
    with pytest.raises(GenerationError, match="Bad gateway") as raised:
        generated(model_server.url, "tiny")
    assert len(str(raised.value)) < 1000


@pytest.mark.parametrize("status", [401, 404, 500, 502])
def test_an_error_of_the_server_names_the_server_and_the_settings_to_check(
    model_server: ModelServer, status: int
) -> None:
    model_server.script = Script(status=status, error={"error": {"message": "the kettle is empty"}})
    with pytest.raises(GenerationError, match="the kettle is empty") as raised:
        generated(model_server.url, "tiny")
    assert model_server.url in str(raised.value)
    assert "LLM_BASE_URL" in str(raised.value)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("headers", "pause"), [({"Retry-After": "17"}, 17), ({"Retry-After": "soon"}, 3), ({}, 3)])
def test_a_server_that_says_it_is_busy_is_overloaded_for_as_long_as_it_says(
    model_server: ModelServer, status: int, headers: dict[str, str], pause: int
) -> None:
    model_server.script = Script(status=status, error={"error": {"message": "too many questions"}}, headers=headers)
    with pytest.raises(Overloaded, match="busy") as raised:
        generated(model_server.url, "tiny")
    assert raised.value.retry_after == pause


def test_a_proxy_without_a_server_behind_it_is_not_a_busy_model(model_server: ModelServer) -> None:
    model_server.script = Script(status=503)
    with pytest.raises(GenerationError, match="LLM_BASE_URL") as raised:
        generated(model_server.url, "tiny")
    assert not isinstance(raised.value, Overloaded)


def test_a_key_that_the_server_repeats_is_not_repeated_here(model_server: ModelServer) -> None:
    model_server.script = Script(status=401, error={"error": {"message": f"Incorrect API key provided: {SECRET}."}})
    with pytest.raises(GenerationError) as raised:
        generated(model_server.url, "tiny")
    assert SECRET not in str(raised.value)
    with pytest.raises(GenerationError) as raised:
        named(model_server.url)
    assert SECRET not in str(raised.value)


def test_a_password_in_the_address_is_not_shown(model_server: ModelServer) -> None:
    model_server.script = Script(status=500)
    with pytest.raises(GenerationError) as raised:
        generated(model_server.url.replace("127.0.0.1", "user:opensesame@127.0.0.1"), "tiny")
    assert "opensesame" not in str(raised.value)


def test_a_server_that_is_not_there_is_a_generation_error() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(GenerationError, match="LLM_BASE_URL"):
        generated(url, "tiny")
    with pytest.raises(GenerationError, match="LLM_BASE_URL"):
        named(url)


def test_a_server_that_dies_in_the_middle_is_an_error_after_the_words_that_came(model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("One ", "two ", "three"), die_after=2)
    seen: list[Delta | Ended] = []

    async def work() -> None:
        async with llm_for(model_server.url, "tiny") as llm:
            await fill(seen, llm.generate(MESSAGES, RECIPE))

    with pytest.raises(GenerationError):
        run(work())
    assert text_of(seen) == "One two "
    assert not any(isinstance(piece, Ended) for piece in seen)


def test_an_error_inside_the_stream_is_an_error(model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("One ",), in_band_error={"message": "out of memory", "code": 500})
    with pytest.raises(GenerationError, match="out of memory"):
        generated(model_server.url, "tiny")


def test_a_stream_that_ends_without_saying_why_is_not_taken_for_a_whole_answer(model_server: ModelServer) -> None:
    model_server.script = Script(finish_reason=None)
    with pytest.raises(GenerationError, match="finish_reason"):
        generated(model_server.url, "tiny")


@pytest.mark.parametrize(
    "body",
    [
        b"data: {not json}\n\n",
        b"data: 5\n\ndata: [DONE]\n\n",
        b'data: {"choices": null}\n\ndata: [DONE]\n\n',
        b'data: {"choices": [{"index": 0}]}\n\ndata: [DONE]\n\n',
        b"<html><body>It works!</body></html>",
        b"data: \xff\xfe\n\n",
        b"",
    ],
)
def test_a_server_that_does_not_speak_openais_language_is_a_generation_error(
    model_server: ModelServer, body: bytes
) -> None:
    model_server.script = Script(body=body)
    with pytest.raises(GenerationError, match="LLM_BASE_URL"):
        generated(model_server.url, "tiny")


@pytest.mark.parametrize(
    "listing", [b"<html>It works!</html>", b"[]", b"{}", b'{"data": null}', b'{"data": [{}]}', b"5"]
)
def test_a_list_of_models_that_is_none_is_a_generation_error(model_server: ModelServer, listing: bytes) -> None:
    model_server.script = Script(listing=listing)
    with pytest.raises(GenerationError):
        named(model_server.url)


def test_half_an_emoji_becomes_a_replacement_character(model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("Hi \U0001f600 and \ud83d", " bye"))
    assert text_of(generated(model_server.url)) == "Hi \U0001f600 and \ufffd bye"


def test_without_llm_model_the_first_listed_model_answers(model_server: ModelServer) -> None:
    model_server.script = Script(models=("first", "second"))
    assert named(model_server.url) == "first"
    generated(model_server.url)
    assert model_server.requests[0]["model"] == "first"


def test_the_models_name_is_asked_for_once(model_server: ModelServer) -> None:
    async def work() -> None:
        async with llm_for(model_server.url) as llm:
            for _ in range(3):
                await collect(llm.generate(MESSAGES, RECIPE))

    run(work())
    assert [request["model"] for request in model_server.requests] == ["tiny"] * 3
    assert model_server.listed == 1


def test_a_name_that_was_asked_for_before_is_not_asked_for_again(model_server: ModelServer) -> None:
    async def work() -> None:
        async with llm_for(model_server.url) as llm:
            assert await llm.model() == "tiny"
            await collect(llm.generate(MESSAGES, RECIPE))

    run(work())
    assert model_server.listed == 1


def test_a_configured_model_is_not_asked_for(model_server: ModelServer) -> None:
    generated(model_server.url, "tiny")
    assert model_server.listed == 0


def test_a_server_that_was_replaced_by_one_with_another_model_is_asked_once_more(model_server: ModelServer) -> None:
    async def work() -> list[Delta | Ended]:
        async with llm_for(model_server.url) as llm:
            await collect(llm.generate(MESSAGES, RECIPE))
            model_server.script = Script(models=("large",))
            await collect(llm.generate(MESSAGES, RECIPE))
            return await collect(llm.generate(MESSAGES, RECIPE))

    assert run(work())[-1] == Ended("stop", 120, 12, "large")
    assert [request["model"] for request in model_server.requests] == ["tiny", "tiny", "large", "large"]
    assert model_server.listed == 2


def test_a_configured_model_that_is_gone_is_an_error(model_server: ModelServer) -> None:
    model_server.script = Script(models=("large",))
    with pytest.raises(GenerationError, match="does not exist"):
        generated(model_server.url, "tiny")
    assert len(model_server.requests) == 1


def test_a_server_without_the_address_of_chats_is_asked_twice_at_most(model_server: ModelServer) -> None:
    model_server.script = Script(status=404, error={"error": {"message": "there is no such path"}})
    with pytest.raises(GenerationError, match="LLM_BASE_URL"):
        generated(model_server.url)
    assert model_server.listed <= 2


def test_the_name_in_the_stream_is_the_one_that_is_reported(model_server: ModelServer) -> None:
    chunk = '{"model": "tiny-2026", "choices": [{"delta": {"content": "Yes."}, "finish_reason": "stop"}]}'
    model_server.script = Script(body=f"data: {chunk}\n\ndata: [DONE]\n\n".encode())
    assert generated(model_server.url, "tiny")[-1] == Ended("stop", 0, 0, "tiny-2026")
    model_server.script = Script(body=f"data: {chunk.replace('tiny-2026', '')}\n\ndata: [DONE]\n\n".encode())
    assert generated(model_server.url, "tiny")[-1] == Ended("stop", 0, 0, "tiny")


LOADING = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
"""What llama.cpp answers to every request while it loads."""


@pytest.mark.parametrize("model", [None, "tiny"])
def test_a_server_that_loads_its_model_is_not_taken_for_a_busy_one(
    model_server: ModelServer, model: str | None
) -> None:
    model_server.script = Script(status=503, error=LOADING)
    with pytest.raises(ModelLoading, match="still loading"):
        generated(model_server.url, model)
    with pytest.raises(ModelLoading, match="still loading"):
        named(model_server.url, model)


def test_a_model_that_is_served_is_the_model(model_server: ModelServer) -> None:
    model_server.script = Script(models=("first", "second"))
    assert named(model_server.url, "second") == "second"


def test_a_model_that_is_not_served_is_reported_with_those_that_are(model_server: ModelServer) -> None:
    model_server.script = Script(models=("first", "second"))
    with pytest.raises(GenerationError, match=r"LLM_MODEL is 'third'.*first, second"):
        named(model_server.url, "third")


def test_a_server_without_models_is_reported(model_server: ModelServer) -> None:
    model_server.script = Script(models=())
    with pytest.raises(GenerationError, match="serves no model"):
        named(model_server.url)


def test_closing_in_the_middle_hangs_up_on_the_server(model_server: ModelServer) -> None:
    model_server.script = Script(pieces=("One ", "two "), stall_after=1)

    async def work() -> None:
        async with llm_for(model_server.url, "tiny") as llm:
            pieces = llm.generate(MESSAGES, RECIPE)
            assert await anext(pieces) == Delta("One ")
            await pieces.aclose()
            assert await asyncio.to_thread(model_server.left.wait, 5)

    run(work())


def test_without_a_base_url_there_is_no_client(tmp_path: Path) -> None:
    assert connect_llm(Settings(data_dir=tmp_path, domain_dir=tmp_path)) is None


def test_connecting_contacts_nobody(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, domain_dir=tmp_path, llm_base_url=f"http://127.0.0.1:{free_port()}/v1")
    assert isinstance(connect_llm(settings), OpenAIClient)


def test_a_server_that_is_down_is_loading_or_failed_as_its_status_says(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    url = f"http://127.0.0.1:{free_port()}/v1"
    settings = Settings(data_dir=tmp_path, domain_dir=tmp_path, llm_base_url=url, llm_status_file=file)
    llm = connect_llm(settings)
    assert llm is not None
    with pytest.raises(GenerationError, match="did not answer"):
        run(llm.model())
    write_model_status(file, ModelStatus("loading", "Downloading organisation/model"))
    with pytest.raises(ModelLoading, match=r"still loading its model \(Downloading organisation/model\)"):
        run(llm.model())
    write_model_status(file, ModelStatus("failed", "The hub cannot be reached."))
    with pytest.raises(GenerationError, match=r"There is no model at .*: The hub cannot be reached\."):
        run(llm.model())
    write_model_status(file, ModelStatus("ready", "It was ready."))
    with pytest.raises(GenerationError, match="did not answer"):
        run(llm.model())


def test_the_scripted_model_gives_its_pieces_and_keeps_what_it_was_asked() -> None:
    llm = ScriptedLLMClient("One ", "two.")
    assert run(collect(llm.generate(MESSAGES, RECIPE)))[:-1] == [Delta("One "), Delta("two.")]
    assert llm.asked == [MESSAGES]
    assert not llm.cancelled


@pytest.mark.parametrize("fail_after", [0, 1, 2])
def test_the_scripted_model_fails_where_the_test_says(fail_after: int) -> None:
    llm = ScriptedLLMClient("One ", "two.", fail_after=fail_after)
    seen: list[Delta | Ended] = []

    with pytest.raises(GenerationError):
        run(fill(seen, llm.generate(MESSAGES, RECIPE)))
    assert len(seen) == fail_after


# What the server says of its model


def counted(url: str, *texts: str) -> tuple[Served, list[int | None]]:
    async def work() -> tuple[Served, list[int | None]]:
        async with llm_for(url) as llm:
            return await llm.served(), [await llm.count(text) for text in texts]

    return run(work())


def test_texts_that_are_counted_side_by_side_report_the_server_once(
    model_server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> list[int | None]:
        async with llm_for(model_server.url) as llm:
            return [*await asyncio.gather(llm.count("One."), llm.count("Two."))]

    assert run(work()) == [None, None]
    assert len([record for record in caplog.records if "estimated" in record.getMessage()]) == 1


def test_name_and_context_of_the_model_are_those_that_the_server_lists(model_server: ModelServer) -> None:
    model_server.script = Script(context=4096, tokenizes=True)
    assert counted(model_server.url, "Every colleague has 25 days.") == (Served("tiny", 4096, ("tiny",)), [5])
    assert model_server.listed == 1


def test_a_server_that_counts_no_tokens_is_asked_once_and_reported(
    model_server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert counted(model_server.url, "One.", "Two.") == (Served("tiny", None, ("tiny",)), [None, None])
    assert model_server.tokenized == ["One."]
    assert len([record for record in caplog.records if "estimated" in record.getMessage()]) == 1


def test_a_server_that_is_too_busy_to_count_a_text_is_asked_about_the_next_one(
    model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.answer.generated.llm.openai._COUNT_TIMEOUT_SECONDS", 0.2)
    busy = Script(tokenizes=True, tokenizing_s=0.5)

    async def work() -> list[int | None]:
        async with llm_for(model_server.url, "tiny") as llm:
            model_server.script = busy
            late = await llm.count("One.")
            model_server.script = Script(tokenizes=True)
            return [late, await llm.count("Two words.")]

    assert run(work()) == [None, 2]


def test_nothing_is_known_of_a_model_whose_server_is_not_there() -> None:
    assert counted(f"http://127.0.0.1:{free_port()}/v1") == (Served(None, None), [])


@pytest.mark.parametrize(("penalty", "sent"), [(1.0, None), (1.2, 1.2)])
def test_a_repetition_penalty_is_sent_where_there_is_one(
    model_server: ModelServer, penalty: float, sent: float | None
) -> None:
    async def work() -> None:
        async with llm_for(model_server.url, "tiny") as llm:
            await collect(llm.generate(MESSAGES, Recipe(repetition_penalty=penalty)))

    run(work())
    assert model_server.requests[-1].get("repetition_penalty") == sent


@pytest.mark.parametrize("prompt", ["small", "distilled"])
def test_the_answer_of_a_small_model_ends_where_it_begins_a_prompt_of_its_own(
    model_server: ModelServer, prompt: ChosenPrompt
) -> None:
    async def work() -> None:
        async with llm_for(model_server.url, "tiny") as llm:
            await collect(llm.generate(MESSAGES, Recipe(prompt=prompt)))

    run(work())
    assert model_server.requests[-1]["stop"] == ["\n-----"]


@pytest.mark.parametrize("named_model", [None, "tiny"])
def test_a_server_that_is_being_started_counts_as_loading_and_one_that_is_not_as_unreachable(
    named_model: str | None,
) -> None:
    started: list[bool] = []

    async def work() -> list[str]:
        url = f"http://127.0.0.1:{free_port()}/v1"
        http = openai.DefaultAsyncHttpxClient(verify=False)
        async with openai.AsyncOpenAI(base_url=url, api_key=SECRET, max_retries=0, http_client=http) as client:
            llm = OpenAIClient(client, named_model, lambda: not started)
            found = []
            for _ in range(2):
                for ask in (llm.model(), collect(llm.generate(MESSAGES, RECIPE))):
                    with pytest.raises(GenerationError) as error:
                        await ask
                    found.append(type(error.value).__name__)
                started.append(True)
            return found

    assert run(work()) == ["ModelLoading", "ModelLoading", "GenerationError", "GenerationError"]


def test_a_server_that_stalled_is_asked_whether_it_is_there_before_its_next_question(model_server: ModelServer) -> None:
    model_server.script = Script(stall_after=0)

    async def work() -> tuple[int, list[Delta | Ended]]:
        async with llm_for(model_server.url, "tiny", timeout=0.3) as llm:
            with pytest.raises(GenerationError, match="timed out"):
                await collect(llm.generate(MESSAGES, RECIPE))
            model_server.script = Script(is_hung=True)
            with pytest.raises(GenerationError, match="timed out"):
                await collect(llm.generate(MESSAGES, RECIPE))
            asked = len(model_server.requests)
            model_server.go_on.set()
            model_server.reset()
            return asked, await collect(llm.generate(MESSAGES, RECIPE))

    asked, answer = run(work())
    assert asked == 1
    assert text_of(answer) == Script().pieces[0]


@pytest.mark.parametrize("name", [None, "tiny"])
@pytest.mark.parametrize(
    ("owner", "salt", "sent"), [("vllm", "of hr", "of hr"), ("vllm", "", None), ("another", "of hr", None)]
)
def test_the_salt_of_the_prefix_cache_is_sent_to_vllm_alone(
    model_server: ModelServer, name: str | None, owner: str, salt: str, sent: str | None
) -> None:
    model_server.script = Script(owner=owner)

    async def work() -> list[Delta | Ended]:
        async with llm_for(model_server.url, name) as llm:
            return await collect(llm.with_cache_salt(lambda: salt).generate(MESSAGES, RECIPE))

    assert text_of(run(work()))
    assert model_server.requests[-1].get("cache_salt") == sent


ADAPTED = Recipe(name="student", model="handbook-distilled")
"""A recipe with a model of its own."""


def test_a_recipe_that_names_a_model_is_answered_by_it_whatever_the_settings_say(model_server: ModelServer) -> None:
    model_server.script = Script(adapters=("handbook-distilled",))

    async def work() -> list[str]:
        async with llm_for(model_server.url, "tiny") as llm:
            ended = [(await collect(llm.generate(MESSAGES, recipe)))[-1] for recipe in (ADAPTED, RECIPE, ADAPTED)]
            return [end.model for end in ended if isinstance(end, Ended)]

    assert run(work()) == ["handbook-distilled", "tiny", "handbook-distilled"]
    assert [request["model"] for request in model_server.requests] == [
        "handbook-distilled",
        "tiny",
        "handbook-distilled",
    ]
    assert model_server.listed == 1


def test_a_recipes_model_that_is_not_served_is_an_error_that_names_it_and_what_is_served(
    model_server: ModelServer,
) -> None:
    async def work() -> None:
        async with llm_for(model_server.url, "tiny") as llm:
            await collect(llm.generate(MESSAGES, ADAPTED))

    with pytest.raises(
        GenerationError, match=r"'handbook-distilled', but .* serves tiny\. .*--lora handbook-distilled"
    ):
        run(work())
    # Some servers would have answered with another model.
    assert model_server.requests == []


def test_an_adapter_that_is_served_later_answers_and_one_that_is_gone_does_not(model_server: ModelServer) -> None:
    async def work() -> None:
        async with llm_for(model_server.url) as llm:
            assert (await llm.served()).listed == ("tiny",)
            model_server.script = Script(adapters=("handbook-distilled",))
            await collect(llm.generate(MESSAGES, ADAPTED))
            model_server.script = Script()
            with pytest.raises(GenerationError, match="serves tiny"):
                await collect(llm.generate(MESSAGES, ADAPTED))

    run(work())


def test_an_adapter_has_the_context_of_its_model_and_its_tokens_are_counted_by_its_name(
    model_server: ModelServer,
) -> None:
    model_server.script = Script(adapters=("handbook-distilled",), context=2048, tokenizes=True)

    async def work() -> tuple[Served, int | None]:
        async with llm_for(model_server.url) as llm:
            return await llm.served("handbook-distilled"), await llm.count("two words", "handbook-distilled")

    served, count = run(work())
    assert served == Served("handbook-distilled", 2048, ("tiny", "handbook-distilled"))
    assert (count, model_server.tokenizers) == (2, ["handbook-distilled"])

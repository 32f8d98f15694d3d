from __future__ import annotations

import asyncio
import time

import openai
import pytest

from app.answer.generated.llm.openai import OpenAIClient
from app.service.load import Sample
from app.service.metrics import Metrics
from app.service.model import ModelState, ServedModel
from core.domain import Overload, OverloadAnswer
from core.errors import Overloaded
from testing.model_server import Busy, ModelServer, Script
from testing.scripted_llm import ScriptedLLMClient


def served(llm: ScriptedLLMClient | OpenAIClient | None, answer: OverloadAnswer = "refuse") -> ServedModel:
    return ServedModel(llm, None, Overload(ttft_ms=1000, answer=answer), Metrics())


def overloaded(answer: OverloadAnswer) -> ServedModel:
    """A model whose queue needs fifteen seconds."""
    model = served(ScriptedLLMClient(), answer)
    now = time.monotonic()
    model._load.record(Sample(now - 1, 30, 0, 0.0, 0.0))
    model._load.record(Sample(now, 30, 2, 0.0, 0.0))
    return model


def test_without_a_model_the_state_says_that_none_is_configured() -> None:
    state = asyncio.run(served(None).state())
    assert (state.configured, state.reachable, state.name, state.error) == (False, False, None, None)


def test_a_model_that_answers_is_reported_with_its_name() -> None:
    state = asyncio.run(served(ScriptedLLMClient()).state())
    assert (state.configured, state.reachable, state.name, state.error) == (True, True, "scripted", None)


def test_a_model_that_is_down_is_asked_at_most_every_few_seconds(model_server: ModelServer) -> None:
    async def twice() -> None:
        http = openai.DefaultAsyncHttpxClient(verify=False)
        async with openai.AsyncOpenAI(
            base_url=model_server.url, api_key="key", max_retries=0, http_client=http
        ) as client:
            model = served(OpenAIClient(client, None))
            model_server.script = Script(status=500, error={"error": {"message": "the kettle is empty"}})
            first = await model.state()
            assert (first.configured, first.reachable) == (True, False)
            assert first.error is not None
            assert "the kettle is empty" in first.error
            model_server.script = Script()
            assert await model.state() is first

    asyncio.run(twice())


def test_a_model_whose_server_is_being_started_is_loading() -> None:
    async def asked() -> None:
        http = openai.DefaultAsyncHttpxClient(verify=False)
        url = "http://127.0.0.1:9/v1"  # Nothing listens there.
        async with openai.AsyncOpenAI(base_url=url, api_key="key", max_retries=0, http_client=http) as client:
            state = await served(OpenAIClient(client, None, lambda: True)).state()
        assert (state.configured, state.reachable, state.loading) == (True, False, True)

    asyncio.run(asked())


def test_without_a_model_every_question_is_admitted() -> None:
    assert served(None).admit() is None


def test_a_question_to_an_overloaded_model_is_refused_where_the_domain_says_so() -> None:
    with pytest.raises(Overloaded):
        overloaded("refuse").admit()


def test_a_question_to_an_overloaded_model_is_not_sent_where_the_domain_prefers_its_documents() -> None:
    assert isinstance(overloaded("extract").admit(), Overloaded)


@pytest.mark.parametrize("answer", ["refuse", "extract"])
def test_a_question_that_nobody_waits_for_is_not_sent_to_an_overloaded_model_and_not_counted_as_shed(
    answer: OverloadAnswer,
) -> None:
    model = overloaded(answer)
    assert not model.admits_beside()
    assert b"groundwork_questions_shed_total{" not in model._metrics.exposition()
    assert served(ScriptedLLMClient(), answer).admits_beside()
    assert served(None).admits_beside()


def test_the_models_name_is_asked_for_in_the_background_before_the_first_question(model_server: ModelServer) -> None:
    model_server.busy = Busy()

    async def watch_for_a_moment() -> None:
        http = openai.DefaultAsyncHttpxClient(verify=False)
        async with openai.AsyncOpenAI(
            base_url=model_server.url, api_key="key", max_retries=0, http_client=http
        ) as client:
            model = ServedModel(OpenAIClient(client, None), model_server.url, Overload(), Metrics())
            watching = asyncio.create_task(model.watch())
            while not model_server.listed:
                await asyncio.sleep(0.01)
            # The server has counted the request; its response has to arrive, too.
            await asyncio.sleep(0.5)
            watching.cancel()
            with pytest.raises(asyncio.CancelledError):
                await watching
            assert (await model.state()).name == "tiny"

    asyncio.run(watch_for_a_moment())
    assert model_server.listed == 1


def test_without_a_model_there_is_nothing_to_watch() -> None:
    asyncio.run(served(None).watch())


def test_models_that_recipes_name_and_the_server_does_not_list_are_reported_once_each(
    model_server: ModelServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.service.model._STATE_SECONDS", 0.0)
    wanted = {"handbook-distilled": ["student"], "gone": ["old", "older"]}

    async def states() -> list[ModelState]:
        http = openai.DefaultAsyncHttpxClient(verify=False)
        async with openai.AsyncOpenAI(
            base_url=model_server.url, api_key="key", max_retries=0, http_client=http
        ) as client:
            llm = OpenAIClient(client, None)
            model = ServedModel(llm, model_server.url, Overload(), Metrics(), llm, wanted)
            model_server.script = Script(adapters=("handbook-distilled",))
            found = [await model.state(), await model.state()]
            model_server.script = Script()
            return [*found, await model.state()]

    assert [state.missing for state in asyncio.run(states())] == [("gone",), ("gone",), ("handbook-distilled", "gone")]
    said = [record.getMessage() for record in caplog.records if "is not served" in record.getMessage()]
    assert len(said) == 2
    assert "'gone' of the recipe old, older" in said[0]
    assert "'handbook-distilled' of the recipe student" in said[1]

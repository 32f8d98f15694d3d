"""Questions that are asked again over HTTP."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from testing.handbook import write_domain
from testing.hash_embedding_server import running_embedding_server
from testing.model_server import Script, running_model_server
from testing.processes import environment, serving

QUESTION = {"messages": [{"role": "user", "content": "How many days of annual leave does a colleague have?"}]}


def test_a_question_is_answered_from_the_cache_unless_the_request_or_a_change_asks_for_a_fresh_answer(
    tmp_path: Path,
) -> None:
    domain = write_domain(tmp_path / "team", refuse_below=0.0)
    with running_embedding_server() as server:
        more = {"EMBEDDING_BASE_URL": server.url, "GROUNDWORK_ANSWER_CACHE_MB": "1"}
        env = environment(tmp_path / "data", domain, **more)
        with serving(env, tmp_path / "log") as service, service.client() as http:
            service.ingest()

            def ask(**headers: str) -> dict[str, Any]:
                answer: dict[str, Any] = http.post("/v1/chat/completions", json=QUESTION, headers=headers).json()
                return answer

            first, second = ask(), ask()
            assert is_cached(second)
            assert not is_cached(first)
            assert second["choices"] == first["choices"]
            assert second["groundwork"]["citations"] == first["groundwork"]["citations"]
            assert second["groundwork"]["grounding"] == first["groundwork"]["grounding"]
            assert second["groundwork"]["answer_id"] != first["groundwork"]["answer_id"]
            assert not is_cached(ask(**{"Cache-Control": "no-cache"}))

            page = domain / "corpus" / "leave" / "annual.md"
            page.write_text(page.read_text(encoding="utf-8").replace("25 days", "27 days"), encoding="utf-8")
            service.ingest()
            changed = ask()
            assert not is_cached(changed)
            assert "27 days" in changed["choices"][0]["message"]["content"]
            assert 'groundwork_answer_cache_lookups_total{found="yes"} 1.0' in http.get("/metrics").text


def test_a_model_writes_an_answer_once_for_a_request_that_is_sent_again_under_its_key(tmp_path: Path) -> None:
    domain = write_domain(tmp_path / "team", refuse_below=0.0)
    with running_embedding_server() as server, running_model_server() as model:
        more = {"EMBEDDING_BASE_URL": server.url, "LLM_BASE_URL": model.url, "GROUNDWORK_ANSWER_CACHE_MB": "1"}
        env = environment(tmp_path / "data", domain, **more)
        with serving(env, tmp_path / "log") as service, service.client() as http:
            service.ingest()

            def ask(key: str) -> dict[str, Any]:
                body, headers = {**QUESTION, "temperature": 0.9}, {"Idempotency-Key": key}
                answer: dict[str, Any] = http.post("/v1/chat/completions", json=body, headers=headers).json()
                return answer

            first = ask("one")
            model.script = Script(pieces=("Every colleague has 25 days, the second answer says [1].",))
            again, other = ask("one"), ask("two")
            assert (again["id"], again["choices"]) == (first["id"], first["choices"])
            assert other["id"] != first["id"]
            assert "the second answer" in other["choices"][0]["message"]["content"]

            # Also where the second request comes while the first is being answered.
            model.script = Script(pieces=("Every colleague ", "has 25 days [1]."), stall_after=1)
            before = len(model.requests)
            with ThreadPoolExecutor(2) as threads:
                at_once = [threads.submit(ask, "three"), threads.submit(ask, "three")]
                assert model.stalling.wait(30)
                time.sleep(0.3)
                model.go_on.set()
                one, same = (answer.result() for answer in at_once)
            assert (one["id"], one["choices"]) == (same["id"], same["choices"])
            assert len(model.requests) == before + 1


def is_cached(completion: dict[str, Any]) -> bool:
    return "cache" in completion["groundwork"]["timings_ms"]

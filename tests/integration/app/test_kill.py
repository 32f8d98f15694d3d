"""A service that is killed at any moment has kept every answer that a client saw complete."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import select

from app.answers.tables import AnswerRow, AnswerTraceRow
from app.database import Database
from app.database.database import sqlite_url
from testing.handbook import write_domain
from testing.postgres import Postgres
from testing.processes import Serving, environment, serving

_QUESTIONS = (
    "How many days of annual leave does every colleague have?",
    "Who is informed when somebody is ill?",
    "Where do visitors park?",
)
_CLIENTS = 6


@dataclass
class Seen:
    """What the clients saw: the ids of complete answers, and the number of those that were broken off."""

    complete: dict[str, bool] = field(default_factory=dict)
    broken: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def _ask(service: Serving, seen: Seen, number: int) -> None:
    """Ask until the service is gone; every second question streams."""
    with service.client() as http:
        while True:
            number += 1
            messages = [{"role": "user", "content": _QUESTIONS[number % len(_QUESTIONS)]}]
            try:
                about = next(_ends(http, messages, streams=number % 2 == 0), None)
            except httpx2.TransportError:
                about = None
            with seen.lock:
                if about is None:
                    seen.broken += 1
                    return
                seen.complete[about["answer_id"]] = about["recorded"]


def _ends(http: httpx2.Client, messages: list[dict[str, str]], *, streams: bool) -> Iterator[dict[str, Any]]:
    """Yield what is said of a complete answer; nothing where it does not come to its end."""
    body = {"messages": messages, "stream": streams}
    if not streams:
        yield http.post("/v1/chat/completions", json=body).json()["groundwork"]
        return
    with http.stream("POST", "/v1/chat/completions", json=body) as response:
        for line in response.iter_lines():
            if line.startswith("data: {"):
                chunk = json.loads(line.removeprefix("data: "))
                if chunk["choices"][0]["finish_reason"]:
                    yield chunk["groundwork"]


def _ask_and_kill(env: dict[str, str], log: Path, seen: Seen, answers: int, chance: random.Random) -> None:
    with serving(env, log) as service:
        if not seen.complete:
            service.ingest()
        clients = [threading.Thread(target=_ask, args=(service, seen, number)) for number in range(_CLIENTS)]
        before = len(seen.complete)
        for client in clients:
            client.start()
        while len(seen.complete) - before < answers and any(client.is_alive() for client in clients):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.03))
        service.kill()
        for client in clients:
            client.join(60)


@pytest.mark.parametrize(
    ("kind", "kills", "answers"),
    [
        pytest.param("sqlite", 2, 100, id="sqlite"),
        pytest.param("sqlite", 20, 1_000, id="sqlite, 20 kills", marks=pytest.mark.long),
        pytest.param("postgresql", 20, 1_000, id="postgresql, 20 kills", marks=pytest.mark.long),
    ],
)
def test_no_answer_that_a_client_saw_complete_is_lost_by_kills(
    request: pytest.FixtureRequest, tmp_path: Path, embedding_url: str, kind: str, kills: int, answers: int
) -> None:
    url = sqlite_url(tmp_path / "data")
    if kind == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.create()
    domain = write_domain(tmp_path / "team", refuse_below=0.0)
    embedder = {"EMBEDDING_BASE_URL": embedding_url, "EMBEDDING_MODEL": "hash"}
    env = environment(tmp_path / "data", domain, DATABASE_URL=url, **embedder)
    seen, chance = Seen(), random.Random(17)

    for _ in range(kills):
        _ask_and_kill(env, tmp_path / "log", seen, answers // kills, chance)

    database = Database(url)
    with database.reading() as session:
        kept = set(session.execute(select(AnswerRow.id)).scalars())
        traced = set(session.execute(select(AnswerTraceRow.answer_id)).scalars())
    database.close()
    recorded = {answer_id for answer_id, was_recorded in seen.complete.items() if was_recorded}
    print(
        f"{kind}: {len(seen.complete):,} answers complete over {kills} kills, {len(recorded):,} of them recorded, "
        f"{len(recorded - kept)} lost; {seen.broken} broken off, {len(kept) - len(recorded & kept)} kept beyond"
    )
    assert len(seen.complete) >= answers
    assert recorded == set(seen.complete)
    assert recorded - kept == set()
    assert kept == traced

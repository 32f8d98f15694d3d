from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database.database import SQLITE_FILE
from app.service.bootstrap import build_service
from app.service.service import Service
from core.errors import Forbidden, NotReady, Overloaded
from core.permissions import EVERYTHING
from core.settings import Settings
from testing.handbook import write_domain
from testing.model_server import free_port
from testing.services import make_service, open_service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with open_service(tmp_path) as made:
        yield made


def test_a_recipe_has_the_default_ones_values_where_it_says_nothing_else(service: Service) -> None:
    brief = service.recipes.find("groundwork:brief")
    assert (brief.top_k, brief.sentences) == (4, 1)


def test_before_it_is_open_a_service_says_that_it_is_starting(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    with pytest.raises(NotReady, match="Try again") as raised:
        service.answerer(EVERYTHING)
    assert raised.value.code == "starting"
    service.close()


def test_a_second_answer_searches_what_the_first_searches_and_gives_up_when_the_model_is_busy(service: Service) -> None:
    answerer = service.answerer(EVERYTHING)
    beside = service.beside(answerer)
    assert beside is not None
    assert beside.retriever is answerer.retriever
    with pytest.raises(Overloaded):
        beside.on_overload(Overloaded("The model is busy.", retry_after=1))


def test_only_a_caller_with_the_token_may_have_folders_read(service: Service) -> None:
    assert service._lock is not None
    service.authorize(service._lock.holder.token)
    for token in (None, "", "wrong", "ä"):
        with pytest.raises(Forbidden):
            service.authorize(token)


def test_without_a_token_a_service_reads_folders_for_nobody(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    for token in (None, "", "None"):
        with pytest.raises(Forbidden):
            service.authorize(token)
    service.close()


def test_closing_releases_the_index(tmp_path: Path) -> None:
    make_service(tmp_path, locked=True).close()
    make_service(tmp_path, locked=True).close()


def test_building_a_service_loads_nothing_and_contacts_nobody(tmp_path: Path) -> None:
    folder = write_domain(tmp_path / "team")
    url = f"http://127.0.0.1:{free_port()}/v1"
    service = build_service(Settings(data_dir=tmp_path / "data", domain_dir=folder, llm_base_url=url), "a test")
    with pytest.raises(NotReady):
        service.answerer(EVERYTHING)
    assert not list((tmp_path / "data" / "index").glob("generation-*"))
    service.close()


def test_a_database_that_cannot_be_used_at_the_start_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service = make_service(tmp_path)
    (tmp_path / "data" / SQLITE_FILE).write_text("no database " * 100)
    opened = threading.Event()
    service.open_in_background(opened.set)
    assert opened.wait(20)
    for thread in threading.enumerate():
        if thread.name == "opening the database":
            thread.join(20)
    # Time for the thread that deletes old answers.
    time.sleep(0.1)
    service.close()
    (line,) = [record.getMessage() for record in caplog.records if "database" in record.getMessage()]
    assert "Answers are given all the same" in line

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest

from app.answer.llm.openai import OpenAIClient
from app.service.bootstrap import build_service
from app.service.service import Service
from core.domain import load_domain
from core.errors import Conflict, FingerprintMismatch, Forbidden, NotFound, NotReady
from core.index import Bm25Encoder
from core.index.edge_store import EdgeStore
from core.index.lock import lock_index
from core.settings import Settings
from ingest.known_sources import uploads_folder
from ingest.run import fingerprint_of
from testing.handbook import PAGES, ignore_progress, write_domain
from testing.hash_embedder import HashEmbedder
from testing.model_server import ModelServer, Script, free_port
from testing.scripted_llm import ScriptedLLMClient


def make_service(folder: Path, *, language: str = "english", held: bool = False, url: str | None = None) -> Service:
    domain = load_domain(write_domain(folder / "team", language=language))
    settings = Settings(data_dir=folder / "data", domain_dir=domain.folder)
    embedder, sparse = HashEmbedder(64), Bm25Encoder(domain.language)
    root = settings.data_dir / "index"
    root.mkdir(parents=True, exist_ok=True)
    return Service(
        settings,
        domain,
        embedder,
        sparse,
        EdgeStore(root, fingerprint_of(embedder, sparse)),
        llm=None,
        held=lock_index(root, "a test", url) if held else None,
    )


def wait_until_opened(service: Service) -> None:
    """Until the opening in the background has ended, well or not."""
    for _ in range(500):
        try:
            service.describe_index()
        except NotReady:
            time.sleep(0.01)
        except FingerprintMismatch:
            return
        else:
            return
    raise AssertionError("the opening has not ended")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = make_service(tmp_path, held=True, url="http://127.0.0.1:1")
    made.open()
    made.run_ingestion([], rebuilding=False, progress=ignore_progress)
    yield made
    made.close()


def upload(service: Service, name: str, text: str) -> None:
    folder = uploads_folder(service.settings)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    service.ingest_uploads(ignore_progress)


def test_every_recipe_is_a_model_and_the_default_one_has_the_plain_name(service: Service) -> None:
    assert service.model_ids() == ["groundwork", "groundwork:brief"]


@pytest.mark.parametrize(
    ("model", "name"), [(None, "default"), ("groundwork", "default"), ("groundwork:brief", "brief")]
)
def test_a_model_id_names_a_recipe(service: Service, model: str | None, name: str) -> None:
    assert service.recipe(model).name == name


def test_a_recipe_has_the_default_ones_values_where_it_says_nothing_else(service: Service) -> None:
    brief = service.recipe("groundwork:brief")
    assert (brief.top_k, brief.sentences) == (4, 1)


@pytest.mark.parametrize("model", ["", "brief", "gpt-4o", "groundwork:", "groundwork:none", "groundwork:groundwork"])
def test_an_unknown_model_is_refused_with_those_that_there_are(service: Service, model: str) -> None:
    with pytest.raises(NotFound, match="Models: groundwork, groundwork:brief") as raised:
        service.recipe(model)
    assert raised.value.code == "model_not_found"


def test_before_it_is_open_a_service_says_that_it_is_starting(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    with pytest.raises(NotReady, match="Try again") as raised:
        service.retriever()
    assert raised.value.code == "starting"
    service.close()


def test_opening_in_the_background_ends_with_an_index(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    opened = threading.Event()
    service.open_in_background(opened.set)
    assert opened.wait(60)
    assert service.describe_index() == {"documents": 0, "chunks": 0}
    service.close()


def test_an_index_made_with_another_language_is_refused_until_it_is_rebuilt(tmp_path: Path) -> None:
    before = make_service(tmp_path)
    before.open()
    before.run_ingestion([], rebuilding=False, progress=ignore_progress)
    before.close()
    service = make_service(tmp_path, language="german")
    service.open_in_background(lambda: None)
    wait_until_opened(service)
    with pytest.raises(FingerprintMismatch, match="groundwork ingest --rebuild"):
        service.describe_index()
    report = service.run_ingestion([], rebuilding=True, progress=ignore_progress)
    assert report.created == len(PAGES)
    assert service.describe_index()["documents"] == len(PAGES)
    service.close()


def test_after_an_ingestion_the_numbers_are_those_of_the_report(service: Service) -> None:
    described = service.describe_index()
    assert described["documents"] == len(PAGES)
    assert described["chunks"] >= described["documents"]
    assert {record.id for record in service.documents()} == set(PAGES)
    exposed = service.metrics.exposition().decode()
    assert f"groundwork_documents {float(len(PAGES))}" in exposed
    assert f'groundwork_documents_ingested_total{{outcome="created"}} {float(len(PAGES))}' in exposed


def test_a_second_run_finds_nothing_new(service: Service) -> None:
    report = service.run_ingestion([], rebuilding=False, progress=ignore_progress)
    assert (report.created, report.unchanged, report.chunks) == (0, len(PAGES), 0)


def test_a_rebuild_in_which_nothing_can_be_read_leaves_the_index_as_it_was(service: Service, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert service.run_ingestion([empty], rebuilding=True, progress=ignore_progress).exit_code == 1
    assert service.describe_index()["documents"] == len(PAGES)


def test_a_rebuild_keeps_the_uploads(service: Service) -> None:
    upload(service, "note.md", "# Note\n\nThe kitchen opens at eight.")
    report = service.run_ingestion([], rebuilding=True, progress=ignore_progress)
    assert report.created == len(PAGES) + 1
    assert service.document("uploads/note.md").text.endswith("The kitchen opens at eight.")


def test_a_document_is_given_as_it_was_parsed(service: Service) -> None:
    assert service.document("leave/sick.md").text == PAGES["leave/sick.md"]


@pytest.mark.parametrize("document_id", ["", "nope.md", "../team/domain.toml", "leave/../leave/sick.md", "a\x00b"])
def test_an_unknown_document_is_not_found_and_not_deleted(service: Service, document_id: str) -> None:
    with pytest.raises(NotFound):
        service.document(document_id)
    with pytest.raises(NotFound):
        service.delete_document(document_id)


def test_an_uploaded_document_can_be_deleted_with_its_file(service: Service) -> None:
    upload(service, "note.md", "# Note\n\nThe kitchen opens at eight.")
    before = service.describe_index()["chunks"]
    service.delete_document("uploads/note.md")
    assert not (uploads_folder(service.settings) / "note.md").exists()
    assert service.describe_index()["chunks"] == before - 1
    with pytest.raises(NotFound):
        service.document("uploads/note.md")


def test_a_document_that_the_next_run_would_bring_back_is_not_deleted(service: Service) -> None:
    with pytest.raises(Conflict, match="Remove the file there") as raised:
        service.delete_document("leave/sick.md")
    assert raised.value.code == "document_has_a_source"
    assert service.document("leave/sick.md").text


def test_only_who_has_the_token_may_make_the_service_read_folders(service: Service) -> None:
    assert service._held is not None
    service.authorize(service._held.holder.token)
    for token in (None, "", "wrong", "ä"):
        with pytest.raises(Forbidden):
            service.authorize(token)


def test_a_service_without_a_token_lets_nobody_read_folders(tmp_path: Path) -> None:
    service = make_service(tmp_path)
    for token in (None, "", "None"):
        with pytest.raises(Forbidden):
            service.authorize(token)
    service.close()


def test_closing_gives_the_index_back(tmp_path: Path) -> None:
    make_service(tmp_path, held=True).close()
    make_service(tmp_path, held=True).close()


def test_without_a_model_the_state_says_that_none_is_configured(service: Service) -> None:
    state = asyncio.run(service.model_state())
    assert (state.configured, state.reachable, state.name, state.error) == (False, False, None, None)


def test_the_configuration_is_what_the_page_needs(service: Service) -> None:
    told = service.configuration(asyncio.run(service.model_state()))
    assert told["domain"]["title"] == "Team handbook"
    assert told["domain"]["suggestions"] == ["How many days of annual leave do I have?"]
    assert told["models"] == ["groundwork", "groundwork:brief"]
    assert (told["mode"], told["documents"]) == ("extractive", len(PAGES))
    service.llm = ScriptedLLMClient()
    told = service.configuration(asyncio.run(service.model_state()))
    assert told["mode"] == "generated"
    assert told["model"] == {"configured": True, "reachable": True, "name": "scripted"}


def test_a_model_that_is_down_is_asked_at_most_every_few_seconds(service: Service, model_server: ModelServer) -> None:
    async def twice() -> None:
        http = openai.DefaultAsyncHttpxClient(verify=False)
        async with openai.AsyncOpenAI(
            base_url=model_server.url, api_key="key", max_retries=0, http_client=http
        ) as client:
            service.llm = OpenAIClient(client, None)
            model_server.script = Script(status=500, error={"error": {"message": "the kettle is empty"}})
            first = await service.model_state()
            assert (first.configured, first.reachable) == (True, False)
            assert first.error is not None
            assert "the kettle is empty" in first.error
            model_server.script = Script()
            assert await service.model_state() is first

    asyncio.run(twice())


def test_building_a_service_loads_nothing_and_contacts_nobody(tmp_path: Path) -> None:
    folder = write_domain(tmp_path / "team")
    url = f"http://127.0.0.1:{free_port()}/v1"
    service = build_service(Settings(data_dir=tmp_path / "data", domain_dir=folder, llm_base_url=url), "a test")
    with pytest.raises(NotReady):
        service.retriever()
    assert not list((tmp_path / "data" / "index").glob("generation-*"))
    service.close()

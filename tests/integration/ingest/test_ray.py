"""A run on a local Ray against a Qdrant server: the points of a local run, also when workers are killed."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from core.embedding import Embedder
from core.embedding.bundled import bundled_embedder
from core.embedding.protocol import ReportEmbedded, ignore_embedded
from core.embedding.sentences import Spans
from core.errors import GroundworkError
from core.index import Bm25Encoder, Index, open_store
from core.index.edge.store import EdgeStore
from core.index.server.reads import words_collection
from core.permissions import EVERYTHING
from core.settings import Settings
from core.types import Vectors
from ingest.distributed.ingestion import RayIngestion
from ingest.parse import parse
from ingest.process import Workshop
from ingest.report import IngestReport, Unread
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import sources_from_paths
from testing.builders import REPOSITORY, no_progress
from testing.hash_embedder import SlowEmbedder
from testing.points import same_points
from testing.qdrant_http import running_qdrant

pytestmark = pytest.mark.filterwarnings(
    # Ray's own, and what is left of a Ray that did not start in time.
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)
PLACES = ["http", *(["server"] if os.environ.get("QDRANT_URL") else [])]
PROCESSORS = 3
"""For two workers that embed, beside one that parses and one that writes."""


def slow_embedder(_: int) -> Embedder:
    return SlowEmbedder()


class DeadlyEmbedder(SlowEmbedder):
    """Ends its process at a certain text."""

    def embed_units(
        self, texts: Sequence[str], spans: Sequence[Spans], report: ReportEmbedded = ignore_embedded
    ) -> tuple[Vectors, list[Vectors]]:
        if any("deadly" in text for text in texts):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_units(texts, spans, report)


def deadly_embedder(_: int) -> Embedder:
    return DeadlyEmbedder()


def bundled(threads: int) -> Embedder:
    return bundled_embedder(threads)


@pytest.fixture(scope="module")
def ray() -> Iterator[None]:
    """Ray in this machine; the runs of this module use it."""
    import ray

    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    for last in (False, False, True):
        try:
            ray.init(
                "local",
                num_cpus=PROCESSORS,
                include_dashboard=False,
                log_to_driver=False,
                object_store_memory=200_000_000,
                # Ray's own is 15: beside other tests its workers would wait.
                _system_config={"worker_niceness": 0},
            )
            break
        except Exception:
            # Its agents have 15 s to start, which is too little on a busy machine.
            ray.shutdown()
            if last:
                raise
    yield
    ray.shutdown()


class Both:
    """The same folder, ingested on Ray into a server and locally into an embedded index."""

    def __init__(self, scratch: Path, url: str, api_key: str | None, load: Callable[[int], Embedder]) -> None:
        domain = scratch / f"ray-test-{os.urandom(8).hex()}"
        shutil.copytree(REPOSITORY / "domains" / "documents", domain)
        self.settings = Settings(scratch / "data", domain, qdrant_url=url, qdrant_api_key=api_key)
        self.folder = scratch / "handbook"
        self.folder.mkdir()
        embedder, sparse = load(1), Bm25Encoder("english")
        fingerprint = fingerprint_of(embedder, sparse, "ray-test")
        root = scratch / "index"
        root.mkdir()
        self._local = EdgeStore(root, fingerprint).open()
        self.store = open_store(self.settings, fingerprint)
        self.index: Index = self.store.open()
        self._stages = Stages(parse, embedder, sparse)
        self._ray = RayIngestion(self.settings, Workshop(load, "english", parse), self._stages)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self) -> IngestReport:
        """Ingest with both, check that they agree, and return the report without its seconds."""
        sources = sources_from_paths([self.folder])
        report = self._ray.ingest(sources, self.index, no_progress)
        expected = ingest(sources, self._local, self._stages, no_progress)
        assert replace(report, seconds=0.0) == replace(expected, seconds=0.0)
        assert same_points(self.index.stored_points(), self._local.stored_points()) == ""
        return replace(report, seconds=0.0)

    def close(self) -> None:
        from core.index.server.connection import connect

        self._local.close()
        client = connect(self.settings.qdrant_url or "", self.settings.qdrant_api_key, 30)
        collection = self.index.collection  # type: ignore[attr-defined]
        for name in (words_collection(collection), collection):
            client.delete_collection(name)
        client.close()


@pytest.fixture(params=PLACES)
def both(request: pytest.FixtureRequest, tmp_path: Path, ray: None) -> Iterator[Callable[..., Both]]:
    with ExitStack() as opened:
        if request.param == "http":
            url, key = opened.enter_context(running_qdrant(tmp_path / "qdrant")).url, None
        else:
            url, key = os.environ["QDRANT_URL"], os.environ.get("QDRANT_API_KEY")

        def make(load: Callable[[int], Embedder] = slow_embedder) -> Both:
            made = Both(tmp_path, url, key, load)
            opened.callback(made.close)
            return made

        yield make


class Killer:
    """Kills a worker of each of some stages with SIGKILL as soon as the index has a chunk."""

    def __init__(self, index: Index, *stages: str) -> None:
        self._index = index
        self._waiting = set(stages)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.killed: set[str] = set()

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while self._waiting and not self._ended.wait(0.02):
            if self._index.visible_to(EVERYTHING).chunk_count() == 0:
                continue
            # The processes that Ray started in this machine have their stage in their title.
            titles = {int(one.name): _title(one) for one in Path("/proc").glob("[0-9]*")}
            for stage in sorted(self._waiting):
                workers = [one for one, title in titles.items() if f"MapBatches({stage})" in title]
                if workers:
                    os.kill(workers[0], signal.SIGKILL)
                    self._waiting.remove(stage)
                    self.killed.add(stage)


def _title(process: Path) -> str:
    with suppress(OSError):
        return (process / "cmdline").read_text(encoding="utf-8", errors="replace")
    return ""


def fill(both: Both, pages: int) -> None:
    for number in range(pages):
        paragraphs = (f"Rule {number}.{part} is about desk {number * 31 + part}. " * 12 for part in range(4))
        both.write(f"page-{number:03}.md", f"# Page {number}\n\n" + "\n\n".join(paragraphs))
    sections = (f"## Case {number}\n\nCase {number} needs form {number * 7}." for number in range(600))
    both.write("long.md", "# Cases\n\n" + "\n\n".join(sections))
    both.write("copy.md", (both.folder / "page-000.md").read_text(encoding="utf-8"))
    (both.folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (both.folder / "logo.blend").write_bytes(b"\0")


@pytest.mark.long
def test_killed_workers_lose_and_double_nothing_and_an_unchanged_run_writes_nothing(both: Callable[..., Both]) -> None:
    here = both()
    fill(here, 40)

    with Killer(here.index, "Embed", "Write") as killer:
        first = here.run()
    again = here.run()

    assert killer.killed == {"Embed", "Write"}
    assert (first.created, [row.path for row in first.failed]) == (42, ["broken.pdf"])
    assert [row.path for row in first.skipped] == ["logo.blend"]
    assert (again.created, again.updated, again.unchanged, again.chunks) == (0, 0, 42, 0)


@pytest.mark.long
def test_a_document_that_ends_every_worker_ends_the_run_with_an_error(both: Callable[..., Both]) -> None:
    here = both(deadly_embedder)
    fill(here, 12)
    here.write("deadly.md", "# Page\n\nThis text is deadly.\n")

    with pytest.raises(GroundworkError, match="Ray could not finish the ingestion"):
        here._ray.ingest(sources_from_paths([here.folder]), here.index, no_progress)


@pytest.mark.long
def test_changes_and_vanished_documents_are_those_of_a_local_run(both: Callable[..., Both]) -> None:
    here = both(bundled)
    fill(here, 12)
    here.run()
    here.write("page-003.md", "# Page 3\n\nIt is another one now.\n")
    here.write("new.md", "# New\n\nIt was not there.\n")
    # The copy has to become a document of its own.
    (here.folder / "page-000.md").unlink()
    (here.folder / "long.md").write_bytes(b"\xff\xfe\0")

    second = here.run()

    assert (second.created, second.updated, second.deleted) == (1, 2, 1)
    assert Unread("broken.pdf", second.failed[0].reason) in second.failed

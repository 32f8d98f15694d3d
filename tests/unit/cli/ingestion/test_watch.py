"""Runs of the ingestion whenever documents change."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from watchdog.events import DirModifiedEvent, FileClosedNoWriteEvent, FileModifiedEvent, FileMovedEvent

from cli.ingestion import watch
from cli.ingestion.watch import Changes
from core.errors import ConfigurationError, IndexLocked


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "PAUSE_SECONDS", 0.2)
    monkeypatch.setattr(watch, "RETRY_SECONDS", 0.3)


def seconds_of(call: Callable[[], object]) -> float:
    began = time.monotonic()
    call()
    return time.monotonic() - began


def test_changes_are_waited_for_until_they_pause() -> None:
    changes = Changes()

    def write() -> None:
        for _ in range(4):
            changes.on_any_event(FileModifiedEvent("/docs/a.md"))
            time.sleep(0.1)

    writer = threading.Thread(target=write)
    writer.start()
    waited = seconds_of(lambda: changes.wait(30))
    writer.join()
    assert 0.45 <= waited < 10
    assert seconds_of(lambda: changes.wait(0.1)) < 10


def test_changes_that_never_pause_are_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "LONGEST_DELAY_SECONDS", 0.0)
    changes = Changes()
    changes.on_any_event(FileModifiedEvent("/docs/a.md"))

    assert seconds_of(lambda: changes.wait(30)) < 10


@pytest.mark.parametrize(
    "event",
    [FileClosedNoWriteEvent("/docs/a.md"), FileModifiedEvent("/docs/.a.md.swp"), DirModifiedEvent("/docs/.git")],
)
def test_reading_and_hidden_files_are_no_changes(event: FileModifiedEvent) -> None:
    changes = Changes()
    changes.on_any_event(event)

    assert seconds_of(lambda: changes.wait(0.3)) >= 0.29


def test_a_hidden_file_that_takes_the_place_of_a_document_is_a_change() -> None:
    changes = Changes()
    changes.on_any_event(FileMovedEvent("/docs/.a.md.new", "/docs/a.md"))

    assert seconds_of(lambda: changes.wait(30)) < 10


def test_every_change_is_followed_by_a_run_also_after_one_that_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[str] = []

    def run() -> None:
        seen.append(" ".join(sorted(path.name for path in tmp_path.rglob("*.md"))))
        match len(seen):
            case 1:
                (tmp_path / "deep").mkdir()
                threading.Timer(0.1, (tmp_path / "deep" / "a.md").write_text, ["A."]).start()
            case 2:
                raise IndexLocked("the index is held by process 1")
            case 3:
                threading.Timer(0.1, (tmp_path / "deep" / "a.md").rename, [tmp_path / "b.md"]).start()
            case 4:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch.watch(lambda: [tmp_path], run)

    assert seen == ["", "a.md", "a.md", "b.md"]
    assert capsys.readouterr().err == "groundwork: the index is held by process 1\n"


def test_a_file_that_is_a_source_is_watched_when_another_takes_its_place(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("One.", encoding="utf-8")
    seen: list[str] = []

    def run() -> None:
        seen.append(page.read_text(encoding="utf-8"))
        if len(seen) == 2:
            raise KeyboardInterrupt
        (tmp_path / ".new").write_text("Two.", encoding="utf-8")
        threading.Timer(0.1, (tmp_path / ".new").replace, [page]).start()

    with pytest.raises(KeyboardInterrupt):
        watch.watch(lambda: [page], run)
    assert seen == ["One.", "Two."]


def test_what_is_set_up_wrongly_from_the_beginning_ends_the_watching(tmp_path: Path) -> None:
    def run() -> None:
        raise ConfigurationError("there is nothing to ingest")

    with pytest.raises(ConfigurationError):
        watch.watch(lambda: [tmp_path], run)

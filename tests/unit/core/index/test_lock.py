"""Who holds the embedded index: one process at a time, and the file says which."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.errors import ConfigurationError, DomainMismatch, IndexLocked
from core.index.lock import find_holder, lock_index
from testing.builders import REPOSITORY

HOLD = """
import sys
from pathlib import Path
from core.index.lock import lock_index
held = lock_index(Path(sys.argv[1]), "groundwork serve", "http://127.0.0.1:8000")
print("held", flush=True)
sys.stdin.readline()
"""


@contextmanager
def another_process_that_holds(root: Path) -> Iterator[subprocess.Popen[str]]:
    """A real second process with the lock; it ends with the block at the latest."""
    command = [sys.executable, "-c", HOLD, str(root)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_nobody_holds_an_index_that_does_not_exist(tmp_path: Path) -> None:
    assert find_holder(tmp_path / "none") is None
    assert not (tmp_path / "none").exists()


def test_only_the_owner_gets_into_the_folder_of_a_new_index(tmp_path: Path) -> None:
    with lock_index(tmp_path / "data" / "index", "groundwork ingest"):
        assert stat.S_IMODE((tmp_path / "data" / "index").stat().st_mode) == 0o700


def test_a_holder_says_who_it_is_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    with lock_index(tmp_path, "groundwork serve", "http://127.0.0.1:8000") as held:
        assert find_holder(tmp_path) == held.holder
        assert held.holder.pid == os.getpid()
        assert held.holder.url == "http://127.0.0.1:8000"
        assert held.holder.token
        assert stat.S_IMODE((tmp_path / "holder.json").stat().st_mode) == 0o600


def test_a_holder_of_another_domain_is_refused_with_both_names_and_the_fix(tmp_path: Path) -> None:
    with lock_index(tmp_path, "groundwork serve", "http://127.0.0.1:8000", "team"):
        holder = find_holder(tmp_path)

    assert holder is not None
    holder.check_domain("team", tmp_path)
    with pytest.raises(DomainMismatch) as caught:
        holder.check_domain("support", tmp_path)
    message = str(caught.value)
    assert f"The index in {tmp_path} is held by a service of the domain 'team'" in message
    assert "GROUNDWORK_DOMAIN names 'support'" in message
    assert "Set GROUNDWORK_DATA_DIR" in message


def test_a_holder_that_names_no_domain_is_accepted(tmp_path: Path) -> None:
    with lock_index(tmp_path, "groundwork serve", "http://127.0.0.1:8000") as held:
        held.holder.check_domain("support", tmp_path)


def test_a_command_that_answers_no_requests_has_no_token(tmp_path: Path) -> None:
    with lock_index(tmp_path, "groundwork ingest") as held:
        assert (held.holder.url, held.holder.token) == (None, None)


def test_every_service_has_a_token_of_its_own(tmp_path: Path) -> None:
    tokens = set()
    for _ in range(3):
        with lock_index(tmp_path, "groundwork serve", "http://127.0.0.1:8000") as held:
            tokens.add(held.holder.token)

    assert len(tokens) == 3


def test_after_release_another_may_hold_it(tmp_path: Path) -> None:
    lock_index(tmp_path, "groundwork ingest").release()

    assert find_holder(tmp_path) is None
    assert not (tmp_path / "holder.json").exists()
    lock_index(tmp_path, "groundwork ingest").release()


def test_an_error_inside_the_block_releases_it(tmp_path: Path) -> None:
    with pytest.raises(KeyError), lock_index(tmp_path, "groundwork ingest"):
        raise KeyError("anything")

    assert find_holder(tmp_path) is None


def test_while_another_process_holds_it_the_error_names_that_process(tmp_path: Path) -> None:
    with another_process_that_holds(tmp_path) as process:
        found = find_holder(tmp_path)
        with pytest.raises(IndexLocked) as caught:
            lock_index(tmp_path, "groundwork ingest")

    assert found is not None
    assert (found.pid, found.command) == (process.pid, "groundwork serve")
    message = str(caught.value)
    assert str(tmp_path) in message
    assert f"process {process.pid} (groundwork serve, since {found.since})" in message
    assert "Wait until it has ended, or stop it" in message


def test_what_a_killed_holder_left_behind_is_stale(tmp_path: Path) -> None:
    with another_process_that_holds(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (tmp_path / "holder.json").exists()

        assert find_holder(tmp_path) is None
        with lock_index(tmp_path, "groundwork ingest") as held:
            assert held.holder.pid == os.getpid()


def test_a_holder_that_does_not_say_who_it_is_is_still_a_holder(tmp_path: Path) -> None:
    with another_process_that_holds(tmp_path):
        (tmp_path / "holder.json").write_text("{", encoding="utf-8")

        with pytest.raises(IndexLocked, match="held by another process"):
            find_holder(tmp_path)
        with pytest.raises(IndexLocked, match="held by another process"):
            lock_index(tmp_path, "groundwork ingest")


def test_a_note_without_the_lock_means_nothing(tmp_path: Path) -> None:
    lock_index(tmp_path, "groundwork ingest").release()
    note = {"pid": 1, "command": "groundwork serve", "since": "2026-01-01 00:00:00", "url": None, "token": None}
    (tmp_path / "holder.json").write_text(json.dumps(note), encoding="utf-8")

    assert find_holder(tmp_path) is None


def test_two_that_only_look_do_not_take_each_other_for_the_holder(tmp_path: Path) -> None:
    lock_index(tmp_path, "groundwork ingest").release()
    look = (
        "import sys\nfrom pathlib import Path\nfrom core.index.lock import find_holder\n"
        "for _ in range(3000): assert find_holder(Path(sys.argv[1])) is None"
    )
    command = [sys.executable, "-c", look, str(tmp_path)]

    lookers = [subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    said = [looker.communicate()[1] for looker in lookers]

    assert [looker.returncode for looker in lookers] == [0, 0], said


def test_a_folder_that_cannot_be_written_is_an_error_that_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"file/index cannot be written: .* Set GROUNDWORK_DATA_DIR"):
        lock_index(tmp_path / "file" / "index", "groundwork ingest")

"""The folder of a run: what is in it, and a record of each stage.

    request.json        what was asked for, and hashes of what it was asked of
    stages/NAME.json    a stage that is begun or finished: its inputs, its outputs and the seconds that it took
    cases/SET.jsonl     the questions that are asked
    examples.jsonl      what the student learns from, with its card
    calibration.jsonl   prompts for the compression
    NAME-distilled-…    the student, and the student in w8a8
    checkpoints/        its weights at each evaluation, where they are to be kept
    runs/SET/SYSTEM/    the answers of a system, as `groundwork eval run` writes them
    logs/               what vLLM wrote
    run.json            the result; report.html to read

A stage's record is written before its work and after it, whole or not at all. Seconds are written every few seconds
while it works, so that the budget counts those of a start that was killed, too.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError
from core.files import SHARED_FILE, replace_text

_WRITTEN_EVERY = 2.0
"""Seconds. Chosen: what a killed run loses of its account."""


@dataclass(frozen=True, slots=True)
class StageRecord:
    """A stage. `outputs` is None until it is finished; `seconds` are those of all starts."""

    name: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any] | None
    seconds: float

    @property
    def is_finished(self) -> bool:
        """Whether the stage's work is done."""
        return self.outputs is not None


class Place:
    """The folder of one run."""

    def __init__(self, folder: Path) -> None:
        """Name the folder; nothing is read or made yet."""
        self.folder = folder
        self.request_file = folder / "request.json"
        self.result_file = folder / "run.json"
        self.report_file = folder / "report.html"
        self.examples = folder / "examples.jsonl"
        self.calibration = folder / "calibration.jsonl"
        self.logs = folder / "logs"

    def cases(self, judged: str) -> Path:
        """Return the file with the questions of a set."""
        return self.folder / "cases" / f"{judged}.jsonl"

    def run(self, judged: str, system: str) -> Path:
        """Return the folder of a system's answers to a set."""
        return self.folder / "runs" / judged / system

    def begin(self) -> None:
        """Make the folder. Raises ConfigurationError for a folder of something else, or one that cannot be made."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            found = set() if self.request_file.exists() else {one.name for one in self.folder.iterdir()}
            if others := sorted(found - _BEFORE_THE_REQUEST):
                raise ConfigurationError(
                    f"{self.folder} exists, and is no folder of a distillation ({others[0]} is in it). Name another "
                    "--out."
                )
            self.logs.mkdir(exist_ok=True)
        except OSError as error:
            raise ConfigurationError(
                f"{self.folder} cannot be written: {error.strerror}. Name another folder with --out."
            ) from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for this process. Raises ConfigurationError while another one works in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / _LOCK).open("w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ConfigurationError(
                    f"Another process works in {self.folder}. Wait for its end, or stop it and try again."
                ) from None
            yield

    def records(self) -> dict[str, StageRecord]:
        """Return the stages that are begun or finished, by name."""
        folder = self.folder / "stages"
        names = sorted(file.stem for file in folder.glob("*.json")) if folder.is_dir() else []
        return {name: record for name in names if (record := self.record(name)) is not None}

    def record(self, name: str) -> StageRecord | None:
        """Return the record of a stage; None where it was not begun. Raises ConfigurationError for a broken file."""
        file = self._record_file(name)
        try:
            return StageRecord(**json.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError) as error:
            raise ConfigurationError(
                f"{file} cannot be read ({type(error).__name__}: {error}). Remove it, and the stage is done again."
            ) from error

    def write(self, record: StageRecord) -> None:
        """Write the record of a stage."""
        write_object(self._record_file(record.name), asdict(record))

    def forget(self, name: str, made: Sequence[Path]) -> None:
        """Remove what a stage made: first its record, so that nothing half removed counts as finished."""
        self._record_file(name).unlink(missing_ok=True)
        for path in made:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def _record_file(self, name: str) -> Path:
        return self.folder / "stages" / f"{name}.json"


_LOCK = ".lock"
_BEFORE_THE_REQUEST = frozenset({_LOCK, "logs"})
"""What a start that was refused leaves in the folder."""


def do_stage(
    place: Place,
    name: str,
    inputs: Mapping[str, Any],
    made: Sequence[Path],
    work: Callable[[], Mapping[str, Any]],
    *,
    redo: bool,
) -> StageRecord:
    """Do a stage's work, or go on with it, unless it is finished with the same inputs; return its record.

    `made` are the files and folders that the work makes. A stage of which one is gone is done again. Where the inputs
    have changed, everything is made again with `redo`; without, ConfigurationError says what has changed.
    """
    inputs = as_json(inputs)
    found = place.record(name)
    if found is not None and dict(found.inputs) != inputs and not redo:
        raise ConfigurationError(
            f"{place.folder}: the stage '{name}' was made of other inputs: {differences(found.inputs, inputs)}. "
            "Do it and what follows from it again with --redo, or name another --out."
        )
    lost = found is not None and found.is_finished and not all(path.exists() for path in made)
    if found is None or dict(found.inputs) != inputs or lost:
        place.forget(name, made)
        found = StageRecord(name, inputs, None, 0.0)
        place.write(found)
    if found.is_finished:
        return found
    with _counted(place, found) as so_far:
        outputs = as_json(work())
        done = replace(found, outputs=outputs, seconds=so_far())
    place.write(done)
    return done


@contextmanager
def _counted(place: Place, record: StageRecord) -> Iterator[Callable[[], float]]:
    """Write the seconds of a stage while it works."""
    began, end = time.monotonic(), threading.Event()

    def so_far() -> float:
        return record.seconds + time.monotonic() - began

    def write_until_end() -> None:
        while not end.wait(_WRITTEN_EVERY):
            place.write(replace(record, seconds=so_far()))

    writer = threading.Thread(target=write_until_end, daemon=True, name="seconds of a stage")
    writer.start()
    try:
        yield so_far
    finally:
        end.set()
        writer.join()
        place.write(replace(record, seconds=so_far()))


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return in words what differs between two sets of inputs."""
    names = [name for name in dict.fromkeys((*then, *now)) if then.get(name) != now.get(name)]
    return "; ".join(f"{name} was {_shown(then.get(name))} and is {_shown(now.get(name))}" for name in names)


def _shown(value: Any) -> str:
    if isinstance(value, str) and len(value) == _HASH and value.isalnum():
        return f"{value[:12]}…"
    return json.dumps(value, ensure_ascii=False)


_HASH = 64
"""Characters of a SHA-256."""


def as_json(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values as they are read again from a file."""
    found: dict[str, Any] = json.loads(json.dumps(value))
    return found


def write_object(file: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON object, whole or not at all."""
    replace_text(file, json.dumps(value, indent=2, ensure_ascii=False) + "\n", SHARED_FILE)


def read_object(file: Path) -> dict[str, Any] | None:
    """Read a JSON object; None where there is no file. Raises ConfigurationError for one that cannot be read."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("it is no object")
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read ({error}). Remove it, and run the command again.") from error
    return found

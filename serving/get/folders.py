"""The folder of the models: where one is kept, how a name is found, and how one is written, whole or not at all.

A model that is written has a record (`groundwork-model.json`) of where it came from. A folder that was given is linked,
not copied: weights are large, and the link is its own record.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from core.errors import ConfigurationError, ServingError
from serving.get.catalogue import OFFERS
from serving.get.source import is_gguf, is_hub_name, is_name, label, name_of, parse_source, unknown_model

RECORD = "groundwork-model.json"
DISTILLED = "distilled"
"""The word in a model's name from which the app knows that it was taught the prompt for small models."""
_DISTILLED = re.compile(rf"(?<![A-Za-z0-9]){DISTILLED}(?![A-Za-z0-9])", re.IGNORECASE)
_SIZE = re.compile(r"\d[MB](?![A-Za-z0-9])", re.IGNORECASE)


def resolve_model(argument: str, models: Path, known: Collection[str] = ()) -> Path:
    """Return the folder that an argument of a command names.

    That is an offered model, a folder of this path, or the model in `models` that has this name or was made from this
    GGUF file or hub name. Raises ConfigurationError with the command that gets the model where it is not there yet, and
    with similar names where nothing has this one; a path that nothing has, and a name of `known`, which the command
    knows itself, are returned as they are.
    """
    path = Path(argument)
    if os.path.isdir(path) and argument not in OFFERS:
        return path
    if is_name(argument) and argument not in OFFERS and os.path.isdir(models / argument):
        return models / argument
    if is_name(argument) and not os.path.isfile(path) and argument not in (*OFFERS, *known):
        raise ConfigurationError(unknown_model(argument, {*OFFERS, *known, *_names(models)}))
    if not (argument in OFFERS or is_hub_name(argument) or (os.path.isfile(path) and is_gguf(path))):
        return path
    source = parse_source(argument)
    place = models / name_of(source)
    record = read_record(place)
    if record is None or record.get("source") != label(source):
        raise ConfigurationError(
            f"The model {argument} is not on this machine yet. Run: groundwork model get {argument}"
        )
    return place


def _names(models: Path) -> list[str]:
    """Return the names of the models that are there."""
    return [path.name for path in models.iterdir() if is_name(path.name)] if models.is_dir() else []


def read_record(place: Path) -> Mapping[str, Any] | None:
    """Return what a model that was written here says of itself; None for a folder that was not."""
    try:
        found = json.loads((place / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write the record into a new model's folder."""
    (folder / RECORD).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def served_name(folder: Path) -> str | None:
    """Return the name under which a model that was got is served where no other is asked for.

    It states the parameters where the folder's name does not: from the name the app knows that a model is small, and
    shortens its prompts (docs/answers.md). None for a folder that was not made here.
    """
    record = read_record(folder)
    return str(record["served_name"]) if record is not None and "served_name" in record else None


def sized_name(name: str, parameters: int) -> str:
    """Return a model's name with its parameters, where it does not state them: `smollm2-135M`."""
    if _SIZE.search(name):
        return name
    return f"{name}-{parameters / 1e6:.0f}M" if parameters < 1e9 else f"{name}-{parameters / 1e9:.1f}B"


def is_distilled(name: str) -> bool:
    """Return whether a model's name says that it was distilled, as the app reads it (docs/answers.md)."""
    return _DISTILLED.search(name) is not None


def is_there(place: Path, source: str) -> bool:
    """Return whether the model of this source is at a place already.

    `source` is its label. Raises ConfigurationError when something else is there.
    """
    if place.is_symlink():
        if str(place.resolve()) == source:
            return True
        raise ConfigurationError(_taken(place, f"it links to {place.readlink()}"))
    if not place.exists():
        return False
    record = read_record(place)
    if record is not None and record.get("source") == source:
        return True
    raise ConfigurationError(
        _taken(place, f"it was made from {record['source']}" if record else "it is another folder")
    )


@contextmanager
def writing(place: Path) -> Iterator[Path]:
    """Yield a new folder beside `place` that gets its name at the end of the block.

    After an error the folder is removed; what a killed run left is removed by the next one. Raises ServingError while
    another process writes to the same place, and ConfigurationError for a folder that cannot be written.
    """
    partial = place.with_name(f".{place.name}.partial")
    with _locked(place):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            yield partial
            partial.rename(place)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def link(place: Path, folder: Path) -> None:
    """Link a folder that was given to its place. Raises what `writing` does."""
    with _locked(place):
        place.symlink_to(folder, target_is_directory=True)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """Hold the lock on a place that is free; the system releases it when the process ends, however it ends."""
    note = place.with_name(f".{place.name}.lock")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        lock = note.open("a+", encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"{place.parent} cannot be written: {error.strerror}. Name another folder with --out, or set "
            "GROUNDWORK_MODELS_DIR."
        ) from error
    with lock:
        _take(lock, note, place)
        try:
            if os.path.lexists(place):
                raise ConfigurationError(_taken(place, "another process has just made it"))
            yield
        finally:
            note.unlink()


def _take(lock: IO[str], note: Path, place: Path) -> None:
    """Lock a file and write this process's id into it. Raises ServingError while another process has it."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise ServingError(
            f"{place} is being written by process {lock.read().strip() or '(unknown)'}. Wait for it, or stop it."
        ) from None
    # The process that had it removed the file between its opening and its locking here.
    if not note.exists() or not os.path.samestat(note.stat(), os.fstat(lock.fileno())):
        raise ServingError(f"Another process has just written {place}. Run the command again.")
    lock.seek(0)
    lock.truncate()
    lock.write(f"{os.getpid()}\n")
    lock.flush()


def _taken(place: Path, why: str) -> str:
    return f"{place} exists, and {why}. Name another folder with --out, or remove it."

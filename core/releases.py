"""Releases: records of the promotion gate, and which one the service answers with.

A *record* is a JSON file that says what was decided on which candidate and from what (`evals/release/record.py` makes
it). It is complete in itself and sealed by a hash over its content: a record that was changed is refused.

    {"format": "groundwork-release-1", "sha256": "…", "content": {…}}

The releases of a data directory are in `releases/`: the promoted records by their hash, and `history.json`, which says
what was promoted and rolled back, and when. Both are written whole or not at all. A promotion puts a record on top of
those before it, and a rollback takes the topmost off again; without any, answers have the recipe of domain.toml.

Not covered: two promotions at the same moment, of which the last one wins; and signatures: the hash shows damage and
edits by hand, not a record that someone sealed again with false figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from pydantic import TypeAdapter, ValidationError

from core.disk import PRIVATE
from core.errors import ConfigurationError
from core.files import SHARED_FILE, replace_text
from core.moments import moment_text
from core.recipe import Recipe

FORMAT = "groundwork-release-1"
Action: TypeAlias = Literal["promote", "rollback"]

_FOLDER = "releases"
_HISTORY = "history.json"
_SHORT = 12
_NEEDED = {"verdict", "domain", "recipe", "model", "corpus"}
"""Parts of a record that the service reads."""
_AGAIN = "Make it again with: groundwork eval gate CANDIDATE --against ORIGINAL --record FILE"


@dataclass(frozen=True, slots=True)
class Record:
    """A record whose seal is intact."""

    sha256: str
    content: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The first characters of the hash, by which people name the record."""
        return self.sha256[:_SHORT]

    @property
    def ships(self) -> bool:
        """Whether the gate decided that the candidate ships."""
        return bool(self.content["verdict"]["verdict"] == "ships")

    @property
    def decision(self) -> str:
        """What the gate decided."""
        return str(self.content["verdict"]["verdict"])

    @property
    def domain(self) -> str:
        """The name of the domain."""
        return str(self.content["domain"])

    @property
    def model(self) -> str | None:
        """The model's name; None for extractive answers."""
        name = self.content["model"]["name"]
        return None if name is None else str(name)

    @property
    def mode(self) -> str:
        """`generated` or `extractive`."""
        return str(self.content["model"]["mode"])

    @property
    def corpus_sha256(self) -> str:
        """The hash of the documents (`core/corpus.py`)."""
        return str(self.content["corpus"]["sha256"])

    @property
    def embedder(self) -> str:
        """The embedder's name."""
        return str(self.content["corpus"]["embedder"])

    @property
    def recipe_name(self) -> str:
        """The name of the recipe in the domain that was evaluated."""
        return str(self.content["recipe"]["name"])

    def recipe(self) -> Recipe:
        """Return the recipe with its prompts. Raises ConfigurationError for one that this version does not know.

        Its name is that of the release, which is in every answer and in what is kept of it. What the record does not
        have, because it is older, gets its default.
        """
        try:
            recipe = TypeAdapter(Recipe).validate_python(dict(self.content["recipe"]))
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise ConfigurationError(
                f"The recipe of the release {self.id} does not fit this version of Groundwork: {place}: "
                f"{first['msg']}. Evaluate the candidate again and promote the new record, or run: groundwork release "
                "rollback"
            ) from None
        return replace(recipe, name=f"release-{self.id}")


@dataclass(frozen=True, slots=True)
class Event:
    """A promotion or a rollback.

    record    the hash of the record that is current since then; None: the recipe of domain.toml
    reason    why a record was promoted that does not ship; None for one that ships, and for a rollback
    """

    action: Action
    record: str | None
    at: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """The record that was promoted, and when. `reason`: why it was, although it does not ship."""

    record: Record
    at: str
    reason: str | None


class Releases:
    """The releases of a data directory."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / _FOLDER
        self._file = self._folder / _HISTORY

    def history(self) -> tuple[Event, ...]:
        """Return what was promoted and rolled back, the oldest first. Raises ConfigurationError."""
        if not self._file.is_file():
            return ()
        try:
            return tuple(Event(**row) for row in json.loads(self._file.read_text(encoding="utf-8"))["events"])
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise ConfigurationError(
                f"{self._file} is not a history of releases ({type(error).__name__}: {error}). Restore it from a "
                "backup, or remove it to answer with the recipe of domain.toml."
            ) from error

    def current(self) -> Release | None:
        """Return the promoted release; None without one. Raises ConfigurationError for a record that was changed."""
        stack = _promoted(self.history())
        if not stack:
            return None
        return self._release(stack[-1])

    def promote(self, record: Record, at: datetime, reason: str | None = None) -> Release:
        """Make a record the one that the service answers with. Raises ConfigurationError where it cannot be kept."""
        stack = _promoted(self.history())
        if stack and stack[-1].record == record.sha256:
            # Promoted twice, it would have to be rolled back twice.
            return Release(record, stack[-1].at, stack[-1].reason)
        event = Event("promote", record.sha256, moment_text(at), reason)
        _write(self._record_file(record.sha256), _sealed(record.content, record.sha256))
        self._append(event)
        return Release(record, event.at, reason)

    def rollback(self, at: datetime) -> Release | None:
        """Return to the release before the current one, or to none. Raises ConfigurationError without a current one."""
        stack = _promoted(self.history())
        if not stack:
            raise ConfigurationError(
                "No release is promoted, so that there is nothing to roll back. Promote one with: groundwork release "
                "promote RECORD"
            )
        before = stack[-2] if len(stack) > 1 else None
        release = None
        if before is not None:
            # Read first: nothing is rolled back to a record that was changed.
            release = self._release(before)
        self._append(Event("rollback", before.record if before else None, moment_text(at)))
        return release

    def record(self, sha256: str) -> Record:
        """Return a record that was promoted. Raises ConfigurationError."""
        return read_record(self._record_file(sha256))

    def _release(self, event: Event) -> Release:
        """Return the release of a promotion. Raises ConfigurationError for a record that is not the one promoted."""
        file = self._record_file(str(event.record))
        try:
            record = read_record(file)
        except ConfigurationError as error:
            raise ConfigurationError(
                f"The promoted release {str(event.record)[:_SHORT]} cannot be read. Restore {file} from a backup, or "
                f"run: groundwork release rollback. {error}"
            ) from error
        if record.sha256 != event.record:
            raise ConfigurationError(
                f"{file} is another record ({record.sha256}) than the one that was promoted. Restore it from a backup, "
                "or promote a record again."
            )
        return Release(record, event.at, event.reason)

    def _record_file(self, sha256: str) -> Path:
        return self._folder / f"{sha256}.json"

    def _append(self, event: Event) -> None:
        events = [asdict(one) for one in (*self.history(), event)]
        _write(self._file, {"events": events})


def seal(content: Mapping[str, Any]) -> Record:
    """Return the record of a content, which must be JSON values."""
    return Record(hashlib.sha256(_canonical(content)).hexdigest(), content)


def write_record(file: Path, record: Record) -> None:
    """Write a record, whole or not at all. Raises ConfigurationError where that cannot be done."""
    _write(file, _sealed(record.content, record.sha256))


def read_record(file: Path) -> Record:
    """Read a record. Raises ConfigurationError for a file that is none, and for one that was changed."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(f"There is no record {file}. {_AGAIN}") from None
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read as a record: {error}. {_AGAIN}") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT or not _is_complete(value.get("content")):
        raise ConfigurationError(f'{file} is not a record with the format "{FORMAT}". {_AGAIN}')
    record = seal(value["content"])
    if record.sha256 != value.get("sha256"):
        raise ConfigurationError(
            f"{file} was changed after it was made: its sha256 is {value.get('sha256')}, that of its content "
            f"{record.sha256}. {_AGAIN}"
        )
    return record


def _is_complete(content: Any) -> bool:
    return isinstance(content, dict) and content.keys() >= _NEEDED


def _promoted(history: tuple[Event, ...]) -> list[Event]:
    """Return the promotions that no rollback has taken off, the current one last."""
    stack: list[Event] = []
    for event in history:
        if event.action == "promote":
            stack.append(event)
        elif stack:
            stack.pop()
    return stack


def _canonical(content: Mapping[str, Any]) -> bytes:
    """Return JSON in one form, whatever the order of keys and the white space of a file."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


def _sealed(content: Mapping[str, Any], sha256: str) -> dict[str, Any]:
    return {"format": FORMAT, "sha256": sha256, "content": content}


def _write(file: Path, value: Mapping[str, Any]) -> None:
    text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        file.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
        replace_text(file, text, SHARED_FILE)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror}. Name a file in a folder that can be written."
        ) from error

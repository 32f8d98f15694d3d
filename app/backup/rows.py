"""Tables as lines of JSON, and back into a database of either kind.

The first line of a member has the columns and what they hold, each further one a row. What a database returns is what
is written: JSON is kept as its text, with its order and spaces; moments are in UTC by ISO 8601, bytes in Base64.

Tables and columns are those that the database has, not those that this version of Groundwork would make: an older
backup is restored into the schema that it was made with, which is then brought up to date.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    cast,
    column,
    func,
    insert,
    select,
    table,
    text,
    type_coerce,
)
from sqlalchemy.types import TypeEngine, UserDefinedType

from app.backup.archive import DATABASE, Member
from app.backup.lines import line_members
from app.database.tables import Moment
from core.errors import BackupFault

Kind: TypeAlias = Literal["text", "integer", "float", "boolean", "moment", "bytes", "json"]
REVISIONS = "alembic_version"
"""Alembic's own table: the revision is in the header of a backup."""
_ROWS_AT_ONCE = 200
_SEQUENCE = text("SELECT pg_get_serial_sequence(:table, :column)")


def _same(value: Any) -> Any:
    return value


_ENCODERS: Mapping[Kind, Callable[[Any], Any]] = {
    "text": _same,
    "integer": _same,
    "float": _same,
    "boolean": _same,
    "json": _same,
    "moment": datetime.isoformat,
    "bytes": lambda value: base64.b64encode(value).decode("ascii"),
}
_DECODERS: Mapping[Kind, Callable[[Any], Any]] = {
    **_ENCODERS,
    "moment": datetime.fromisoformat,
    "bytes": lambda value: base64.b64decode(value, validate=True),
}


class _JsonText(UserDefinedType[str]):
    """A column of JSON that is written as the text it is."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type as SQL has it."""
        return "JSON"


class Tables:
    """The tables that a database has, without Alembic's own, those that others refer to first."""

    def __init__(self, connection: Connection) -> None:
        """Read what there is; later changes of the schema are not noticed."""
        found = MetaData()
        found.reflect(connection)
        self._connection = connection
        self._tables = [one for one in found.sorted_tables if one.name != REVISIONS]

    def members(self) -> Iterator[Member]:
        """Yield the members of every table."""
        for found in self._tables:
            columns = [(one.name, _kind(one.type)) for one in found.columns]
            first = {"table": found.name, "columns": columns}
            yield from line_members(f"{DATABASE}{found.name}", self._rows(found), first)

    def insert(self, lines: list[Any]) -> tuple[str, int]:
        """Insert the rows of a member's lines; return the table and how many.

        Raises BackupFault for columns that the database does not have, and ValueError, TypeError, KeyError or
        IndexError for other lines than those of a member.
        """
        name, kinds = _columns(lines)
        there = next((found for found in self._tables if found.name == name), None)
        if there is None or set(kinds) - set(there.columns.keys()):
            raise BackupFault(
                f"The backup has a table '{name}' with the columns {', '.join(kinds)}, which its schema does not have. "
                "Restore another copy."
            )
        into = table(name, *(column(of, _type(kind)) for of, kind in kinds.items()))
        rows = [
            {
                of: None if value is None else _DECODERS[kind](value)
                for (of, kind), value in zip(kinds.items(), row, strict=True)
            }
            for row in lines[1:]
        ]
        for first in range(0, len(rows), _ROWS_AT_ONCE):
            self._connection.execute(insert(into), rows[first : first + _ROWS_AT_ONCE])
        return name, len(rows)

    def go_on_counting(self) -> None:
        """Let the numbers that PostgreSQL gives to new rows begin behind those that were inserted."""
        if self._connection.dialect.name != "postgresql":
            return
        for found in self._tables:
            for key in found.primary_key:
                named = {"table": found.name, "column": key.name}
                sequence = self._connection.execute(_SEQUENCE, named).scalar()
                last = self._connection.execute(select(func.max(key))).scalar() if sequence is not None else None
                if last is not None:
                    self._connection.execute(select(func.setval(sequence, last)))

    def counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        return {
            found.name: self._connection.execute(select(func.count()).select_from(found)).scalar_one()
            for found in self._tables
        }

    def _rows(self, found: Table) -> Iterator[list[Any]]:
        kinds = [_kind(one.type) for one in found.columns]
        chosen = [_selected(one, kind) for one, kind in zip(found.columns, kinds, strict=True)]
        ordered = select(*chosen).order_by(*found.primary_key)
        for row in self._connection.execute(ordered, execution_options={"yield_per": _ROWS_AT_ONCE}):
            yield [None if value is None else _ENCODERS[kind](value) for value, kind in zip(row, kinds, strict=True)]


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database's schema; None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def _selected(found: Column[Any], kind: Kind) -> ColumnElement[Any]:
    return cast(found, Text) if kind == "json" else type_coerce(found, _type(kind))


def _columns(lines: list[Any]) -> tuple[str, dict[str, Kind]]:
    """Return the table and the columns in a member's first line."""
    kinds: dict[str, Kind] = dict(lines[0]["columns"])
    if unknown := set(kinds.values()) - set(_DECODERS):
        raise ValueError(f"columns of the kinds {', '.join(sorted(unknown))}")
    return str(lines[0]["table"]), kinds


def _kind(found: TypeEngine[Any]) -> Kind:
    kinds: tuple[tuple[type[TypeEngine[Any]], Kind], ...] = (
        (JSON, "json"),
        (Boolean, "boolean"),
        (DateTime, "moment"),
        (LargeBinary, "bytes"),
        (Float, "float"),
        (Integer, "integer"),
        (String, "text"),
    )
    for of, kind in kinds:
        if isinstance(found, of):
            return kind
    raise TypeError(f"columns of the type {found!r} are not backed up")


def _type(kind: Kind) -> TypeEngine[Any]:
    types: Mapping[Kind, TypeEngine[Any]] = {
        "text": Text(),
        "integer": Integer(),
        "float": Float(),
        "boolean": Boolean(),
        "moment": Moment(),
        "bytes": LargeBinary(),
        "json": _JsonText(),
    }
    return types[kind]

"""Tables as lines of JSON, and back into a database of either kind.

The first line of a member has the columns and what they hold, each further one a row. What a database returns is what
is written: JSON is kept as its text, with its order and spaces; moments are in UTC by ISO 8601, bytes in Base64.

Tables and columns are those that the database has, not those that this version of Groundwork would make: an older
backup is restored into the schema that it was made with, which is then brought up to date.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_args

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


@dataclass(frozen=True, slots=True)
class Columns:
    """The first line of a member."""

    table: str
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]


def table_members(connection: Connection) -> Iterator[Member]:
    """Yield the members of every table, those that others refer to first."""
    for found in _tables(connection):
        columns = Columns(
            found.name, tuple(one.name for one in found.columns), tuple(_kind(one.type) for one in found.columns)
        )
        first = {"table": columns.table, "columns": [*zip(columns.names, columns.kinds, strict=True)]}
        yield from line_members(f"{DATABASE}{found.name}", _rows(connection, found, columns), first)


def insert_rows(connection: Connection, lines: list[Any]) -> tuple[str, int]:
    """Insert the rows of a member's lines; return the table and how many. Raises BackupFault for other lines."""
    columns = _columns(lines)
    there = {found.name: found for found in _tables(connection)}
    if columns.table not in there or set(columns.names) - set(there[columns.table].columns.keys()):
        raise BackupFault(
            f"The backup has a table '{columns.table}' with the columns {', '.join(columns.names)}, which its schema "
            "does not have. Restore another copy."
        )
    kinds = dict(zip(columns.names, columns.kinds, strict=True))
    into = table(columns.table, *(column(name, _type(kind)) for name, kind in kinds.items()))
    rows = [
        {
            name: None if value is None else _DECODERS[kind](value)
            for (name, kind), value in zip(kinds.items(), row, strict=True)
        }
        for row in lines[1:]
    ]
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        connection.execute(insert(into), rows[first : first + _ROWS_AT_ONCE])
    return columns.table, len(rows)


def go_on_counting(connection: Connection) -> None:
    """Let the numbers that PostgreSQL gives to new rows begin behind those that were inserted."""
    if connection.dialect.name != "postgresql":
        return
    for found in _tables(connection):
        for key in found.primary_key:
            sequence = connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": found.name, "column": key.name}
            ).scalar()
            if sequence is not None:
                last = connection.execute(select(key).order_by(key.desc()).limit(1)).scalar()
                if last is not None:
                    connection.execute(text("SELECT setval(:sequence, :last)"), {"sequence": sequence, "last": last})


def revision_of(connection: Connection) -> str | None:
    """Return the revision of a database's schema; None where it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    return {
        found.name: connection.execute(text(f'SELECT count(*) FROM "{found.name}"')).scalar() or 0  # noqa: S608
        for found in _tables(connection)
    }


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return [one for one in found.sorted_tables if one.name != REVISIONS]


def _rows(connection: Connection, found: Table, columns: Columns) -> Iterator[list[Any]]:
    chosen = [_selected(one, kind) for one, kind in zip(found.columns, columns.kinds, strict=True)]
    ordered = select(*chosen).order_by(*found.primary_key)
    encoders = [_ENCODERS[kind] for kind in columns.kinds]
    for row in connection.execute(ordered, execution_options={"yield_per": _ROWS_AT_ONCE}):
        yield [None if value is None else encode(value) for value, encode in zip(row, encoders, strict=True)]


def _selected(found: Column[Any], kind: Kind) -> ColumnElement[Any]:
    return cast(found, Text) if kind == "json" else type_coerce(found, _type(kind))


def _columns(lines: list[Any]) -> Columns:
    """Return the columns in a member's first line. Raises ValueError, TypeError or KeyError where it has none."""
    names, kinds = zip(*lines[0]["columns"], strict=True)
    if set(kinds) - set(get_args(Kind)):
        raise ValueError(f"columns of the kinds {', '.join(sorted(set(kinds)))}")
    return Columns(str(lines[0]["table"]), names, kinds)


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

"""What the tests of backups put into a database and compare."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, DateTime, Float, Integer, LargeBinary, insert
from sqlalchemy.types import TypeEngine

from app.backup.lines import read_lines
from app.backup.rows import Tables
from app.database import Database
from app.database.models import Base

ID = "id-1"


def fill_every_table(database: Database) -> int:
    """Insert a row into each table, with all columns set; return how many."""
    with database.session() as session:
        for table in Base.metadata.sorted_tables:
            row = {
                column.name: ID if column.primary_key or column.foreign_keys else _value(column.type)
                for column in table.columns
            }
            row |= {key.name: 7 for key in table.primary_key if isinstance(key.type, Integer)}
            session.execute(insert(table), row)
    return len(Base.metadata.sorted_tables)


def rows_of(database: Database) -> dict[str, list[Any]]:
    """Return what a backup has of each table, the columns first."""
    with database.snapshot() as connection:
        return {member.name: read_lines(member.content) for member in Tables(connection).members()}


def _value(kind: TypeEngine[Any]) -> Any:
    values: tuple[tuple[type[TypeEngine[Any]], Any], ...] = (
        (JSON, {"b": [1, 2.5, None, "Größe \0"], "a": {}}),
        (Boolean, True),
        (DateTime, datetime(2026, 11, 30, 4, 5, 6, 123456, tzinfo=UTC)),
        (LargeBinary, bytes(range(256))),
        (Float, 0.1 + 0.2),
        (Integer, 2**31 - 1),
    )
    decorated = getattr(kind, "impl_instance", kind)
    return next((value for of, value in values if isinstance(decorated, of)), "Größe 😀 'quoted'\n\t\\")

"""Insert rows that may be there already, in the dialect of the database."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.database.tables import Base


def insert_new(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert the rows whose keys the table does not have yet; the others stay as they are."""
    session.execute(_insert(session, table).on_conflict_do_nothing(), rows)


def insert_or_replace(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Insert the rows; one with the primary key of a row that is there replaces that."""
    statement, made = _insert(session, table), cast(Table, table.__table__)
    key = [column.name for column in made.primary_key]
    changed = {column.name: statement.excluded[column.name] for column in made.columns if column.name not in key}
    session.execute(statement.on_conflict_do_update(index_elements=key, set_=changed), rows)


def _insert(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(cast(Table, table.__table__))

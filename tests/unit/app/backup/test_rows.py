"""Rows come back from a backup as they were, into the schema that they were written with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, Boolean, Column, Float, Integer, String, Table, delete, insert, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from app.answers.tables import AnswerRow
from app.backup.lines import line_members, read_lines
from app.backup.rows import Tables
from app.database import Database
from app.database.database import sqlite_file_url
from app.database.tables import Moment
from core.errors import BackupFault, DatabaseFault
from testing.backups import fill_every_table, rows_of

Opened: TypeAlias = tuple[Session, Tables]
_TEXT = st.text(st.characters(codec="utf-8"))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | _TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXT, inner, max_size=3),
    max_leaves=6,
)
_VALUES: tuple[tuple[type[TypeEngine[Any]], st.SearchStrategy[Any]], ...] = (
    (Moment, st.datetimes(timezones=st.just(UTC))),
    (JSON, st.lists(_JSON, max_size=3) | st.dictionaries(_TEXT, _JSON, max_size=3)),
    (Boolean, st.booleans()),
    (Float, st.floats(allow_nan=False, allow_infinity=False)),
    (Integer, st.integers(-(2**63), 2**63 - 1)),
    (String, _TEXT),
)


def _of(column: Column[Any]) -> st.SearchStrategy[Any]:
    values = next(values for kind, values in _VALUES if isinstance(column.type, kind))
    return values | st.none() if column.nullable else values


_ANSWERS = st.fixed_dictionaries({column.name: _of(column) for column in cast(Table, AnswerRow.__table__).columns})


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, Database]]:
    folder = tmp_path_factory.mktemp("rows")
    databases = Database(sqlite_file_url(folder / "a.sqlite")), Database(sqlite_file_url(folder / "b.sqlite"))
    for database in databases:
        database.upgrade()
    yield databases
    for database in databases:
        database.close()


@pytest.fixture(scope="module")
def opened(two: tuple[Database, Database]) -> Iterator[tuple[Opened, Opened]]:
    """Two databases whose schemas were read once; what is written is undone."""
    with two[0].session() as one, two[1].session() as other:
        yield (one, Tables(one.connection())), (other, Tables(other.connection()))
        one.rollback()
        other.rollback()


@given(row=_ANSWERS)
def test_any_answer_comes_back(opened: tuple[Opened, Opened], row: dict[str, Any]) -> None:
    (session, tables), (other, others) = opened
    for one in (session, other):
        one.execute(delete(AnswerRow))
    session.execute(insert(AnswerRow), row)

    for member in tables.members():
        others.insert(read_lines(member.content))

    kept = session.execute(text("SELECT * FROM answers")).all()
    assert other.execute(text("SELECT * FROM answers")).all() == kept
    assert len(kept) == 1


def test_every_table_comes_back(tmp_path: Path) -> None:
    one, other = (Database(sqlite_file_url(tmp_path / name)) for name in ("a", "b"))
    tables = fill_every_table(one)
    with one.snapshot() as connection:
        members = [read_lines(member.content) for member in Tables(connection).members()]

    with other.replacing(one.revisions()[0]) as connection:
        inserted = dict(map(Tables(connection).insert, members))

    assert rows_of(other) == rows_of(one)
    assert list(inserted.values()) == [1] * tables
    one.close()
    other.close()


def test_rows_of_an_older_schema_are_brought_up_to_date(tmp_path: Path) -> None:
    one, other = (Database(sqlite_file_url(tmp_path / name)) for name in ("a", "b"))
    fill_every_table(one)
    before = rows_of(one)
    first = one.revisions()[-1]
    with one.as_it_is() as connection:
        old = [read_lines(found.content) for found in Tables(connection).members() if "/answers" in found.name]

    with other.replacing(first) as connection:
        tables = Tables(connection)
        assert "reviews" not in tables.counts()
        for lines in old:
            tables.insert(lines)

    assert rows_of(other)["database/answers-000001.jsonl"] == before["database/answers-000001.jsonl"]
    with other.snapshot() as connection:
        assert Tables(connection).counts()["reviews"] == 0
    one.close()
    other.close()


def test_nothing_is_changed_when_a_replacement_fails(tmp_path: Path) -> None:
    database = Database(sqlite_file_url(tmp_path / "a"))
    fill_every_table(database)
    before = rows_of(database)

    with suppress(ZeroDivisionError), database.replacing(database.revisions()[0]) as connection:
        assert not any(Tables(connection).counts().values())
        raise ZeroDivisionError

    assert rows_of(database) == before
    database.close()


@pytest.mark.parametrize("columns", [[["id", "text"], ["colour", "text"]], [["id", "text"]]])
def test_a_table_or_column_that_the_schema_does_not_have_is_refused(
    opened: tuple[Opened, Opened], columns: list[list[str]]
) -> None:
    name = "answers" if len(columns) > 1 else "paintings"
    with pytest.raises(BackupFault, match=f"a table '{name}' with the columns id"):
        opened[0][1].insert([{"table": name, "columns": columns}])


def test_rows_of_another_length_are_refused(opened: tuple[Opened, Opened]) -> None:
    lines = [{"table": "review_salts", "columns": [["id", "integer"], ["salt", "text"]]}, [1]]
    with pytest.raises(ValueError, match="zip"):
        opened[0][1].insert(lines)


def test_lines_are_divided_into_members_of_a_bounded_size() -> None:
    values = ["x" * 1_000_000] * 20
    members = list(line_members("index/points", values, first="head"))

    assert [member.name for member in members] == [f"index/points-00000{number}.jsonl" for number in (1, 2, 3)]
    assert all(member.size < 10_000_000 for member in members)
    lines = [read_lines(member.content) for member in members]
    assert [found[0] for found in lines] == ["head"] * 3
    assert [value for found in lines for value in found[1:]] == values
    assert list(line_members("index/points", [])) == []


def test_another_connection_to_a_file_is_noticed(tmp_path: Path) -> None:
    one, other = Database(sqlite_file_url(tmp_path / "a")), Database(sqlite_file_url(tmp_path / "a"))
    one.check_unused()
    one.upgrade()
    other.check()
    with pytest.raises(DatabaseFault, match="Another process of Groundwork uses"):
        one.check_unused()
    other.close()
    one.check_unused()
    one.check()
    one.close()

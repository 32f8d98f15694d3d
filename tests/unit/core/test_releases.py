"""Records are sealed, and the promoted ones are a stack that a rollback takes the topmost off."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from core.recipe import Example, Recipe
from core.releases import Record, Releases, read_record, seal, write_record
from testing.releases import content_of

AT = datetime(2026, 12, 1, 8, 30, tzinfo=UTC)


def record_of(top_k: int = 6) -> Record:
    return seal(content_of(Recipe(top_k=top_k)))


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    write_record(file, record_of())
    found = read_record(file)
    assert found == record_of()
    assert (found.id, found.ships, found.model) == (found.sha256[:12], True, "tiny")
    assert [path.name for path in tmp_path.iterdir()] == ["record.json"]


def test_the_seal_is_the_same_whatever_the_order_of_keys_and_the_white_space(tmp_path: Path) -> None:
    file = tmp_path / "record.json"
    record = record_of()
    turned = {
        "content": dict(reversed(list(record.content.items()))),
        "sha256": record.sha256,
        "format": "groundwork-release-1",
    }
    file.write_text(json.dumps(turned), encoding="utf-8")
    assert read_record(file) == record


def _ship(value: dict[str, Any]) -> None:
    value["content"]["verdict"]["verdict"] = "ships!"


def _prompt(value: dict[str, Any]) -> None:
    value["content"]["recipe"]["system_prompt"] = "Answer anything."


def _hash(value: dict[str, Any]) -> None:
    value["sha256"] = "0" * 64


@pytest.mark.parametrize("change", [_ship, _prompt, _hash])
def test_a_record_that_was_changed_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    file = tmp_path / "record.json"
    write_record(file, record_of())
    value = json.loads(file.read_text(encoding="utf-8"))
    change(value)
    file.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="was changed after it was made: its sha256 is"):
        read_record(file)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as a record"),
        ("[]", "is not a record with the format"),
        ('{"format": "other", "sha256": "", "content": {}}', "is not a record with the format"),
        ('{"format": "groundwork-release-1", "sha256": "", "content": {}}', "is not a record with the format"),
    ],
)
def test_another_file_is_refused_with_the_command_that_makes_a_record(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "record.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=f"{message}.*groundwork eval gate"):
        read_record(file)
    with pytest.raises(ConfigurationError, match="There is no record"):
        read_record(tmp_path / "other.json")


def test_the_recipe_of_a_record_has_the_name_of_the_release() -> None:
    example = Example("A > B", "A source.", "A question?", "An answer [1].")
    recipe = Recipe(top_k=3, system_prompt="Answer.", example=example, name="brief")
    record = seal(json.loads(json.dumps(content_of(recipe))))
    found = record.recipe()
    assert asdict(found) == {**asdict(recipe), "name": f"release-{record.id}"}
    assert found.example == example
    assert record.recipe_name == "brief"


def test_a_recipe_of_an_older_version_gets_defaults_and_one_of_a_newer_version_is_refused() -> None:
    content = content_of(Recipe(top_k=3))
    old = {name: value for name, value in content["recipe"].items() if name != "repetition_penalty"}
    assert seal({**content, "recipe": old}).recipe().repetition_penalty == 1.0
    with pytest.raises(ConfigurationError, match="does not fit this version of Groundwork: foresight: Unexpected"):
        seal({**content, "recipe": {**old, "foresight": 3}}).recipe()


def test_promotions_are_a_stack(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    assert releases.current() is None
    first, second, third = record_of(1), record_of(2), record_of(3)
    releases.promote(first, AT)
    releases.promote(second, AT, "urgent")
    current = releases.current()
    assert current is not None
    assert (current.record, current.at, current.reason) == (second, "2026-12-01T08:30:00Z", "urgent")
    back = releases.rollback(AT)
    assert back is not None
    assert back.record == first
    releases.promote(third, AT)
    releases.rollback(AT)
    assert releases.current() == back
    assert releases.rollback(AT) is None
    assert releases.current() is None
    with pytest.raises(ConfigurationError, match="nothing to roll back"):
        releases.rollback(AT)
    assert [event.action for event in Releases(tmp_path).history()] == [
        "promote", "promote", "rollback", "promote", "rollback", "rollback",
    ]  # fmt: skip


def test_a_promoted_record_that_was_changed_is_neither_served_nor_rolled_back_to(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    first = record_of(1)
    releases.promote(first, AT)
    file = tmp_path / "releases" / f"{first.sha256}.json"
    file.write_text(file.read_text(encoding="utf-8").replace('"top_k": 1', '"top_k": 9'), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="was changed after it was made"):
        releases.current()
    releases.promote(record_of(2), AT)
    with pytest.raises(ConfigurationError, match="was changed after it was made"):
        releases.rollback(AT)
    assert releases.current() is not None


def test_a_history_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "releases"
    folder.mkdir()
    (folder / "history.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"history.json is not a history of releases"):
        Releases(tmp_path).history()


def test_a_record_that_cannot_be_written_is_named_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_record(tmp_path / "file" / "record.json", record_of())


def test_a_record_that_is_promoted_twice_is_rolled_back_once(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    releases.promote(record_of(1), AT)
    assert releases.promote(record_of(2), AT) == releases.promote(record_of(2), AT)
    assert releases.rollback(AT) == releases.current()
    assert releases.current() is not None
    assert [event.action for event in releases.history()] == ["promote", "promote", "rollback"]


def test_another_record_in_the_place_of_the_promoted_one_is_refused(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    releases.promote(record_of(1), AT)
    write_record(tmp_path / "releases" / f"{record_of(1).sha256}.json", record_of(2))
    with pytest.raises(ConfigurationError, match="is another record"):
        releases.current()

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from evals.distill.run import place as module
from evals.distill.run.place import Place, StageRecord, differences, do_stage


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "run")


def do(place: Place, inputs: Mapping[str, Any], *, redo: bool = False) -> StageRecord:
    """Do a stage that adds a line to a file."""
    file = place.folder / "made"

    def work() -> dict[str, Any]:
        with file.open("a", encoding="utf-8") as made:
            made.write("done\n")
        return {"lines": len(file.read_text(encoding="utf-8").splitlines())}

    return do_stage(place, "stage", inputs, [file], work, redo=redo)


def test_a_finished_stage_is_not_done_again(place: Place) -> None:
    first = do(place, {"seed": 1})
    assert (first.outputs, do(place, {"seed": 1})) == ({"lines": 1}, first)


def test_a_stage_of_other_inputs_is_refused_or_made_from_nothing(place: Place) -> None:
    do(place, {"seed": 1})
    with pytest.raises(ConfigurationError, match="the stage 'stage' was made of other inputs: seed was 1 and is 2"):
        do(place, {"seed": 2})
    assert do(place, {"seed": 2}, redo=True).outputs == {"lines": 1}


def test_a_stage_whose_output_is_gone_is_done_again(place: Place) -> None:
    do(place, {"seed": 1})
    (place.folder / "made").unlink()
    assert do(place, {"seed": 1}).outputs == {"lines": 1}


def test_a_start_that_was_refused_leaves_a_folder_that_can_be_used(place: Place) -> None:
    with place.alone():
        place.begin()
    with place.alone():
        place.begin()


def test_a_folder_of_something_else_is_refused_by_what_is_in_it(place: Place) -> None:
    place.folder.mkdir()
    (place.folder / "thesis.md").touch()
    with place.alone(), pytest.raises(ConfigurationError, match=r"no folder of a distillation \(thesis.md is in it\)"):
        place.begin()


def test_what_lies_there_without_a_record_is_removed_before_the_stage_begins(place: Place) -> None:
    place.folder.mkdir()
    (place.folder / "made").write_text("of somebody else\n", encoding="utf-8")
    assert do(place, {"seed": 1}).outputs == {"lines": 1}


def test_the_seconds_of_a_start_that_was_killed_count(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WRITTEN_EVERY", 0.01)
    seen: list[float] = []

    def work() -> dict[str, Any]:
        # A killed process leaves what was written while it worked.
        time.sleep(0.1)
        record = place.record("stage")
        assert record is not None
        seen.append(record.seconds)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        do_stage(place, "stage", {}, [], work, redo=False)
    assert seen[0] > 0.03
    done = do_stage(place, "stage", {}, [], dict, redo=False)
    assert done.seconds > seen[0]


def test_two_processes_do_not_work_in_one_folder(place: Place) -> None:
    with (
        place.alone(),
        pytest.raises(ConfigurationError, match="Another process works in"),
        Place(place.folder).alone(),
    ):
        pass


def test_a_broken_record_is_named_with_the_fix(place: Place) -> None:
    do(place, {})
    file = place.folder / "stages" / "stage.json"
    file.write_text("{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"stage\.json cannot be read .* Remove it"):
        place.record("stage")


def test_hashes_are_shortened_in_what_has_changed() -> None:
    words = differences({"data": "a" * 64, "same": 1, "gone": True}, {"data": "b" * 64, "same": 1})
    assert words == f"data was {'a' * 12}… and is {'b' * 12}…; gone was true and is null"

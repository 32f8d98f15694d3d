import fcntl
import os
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from serving.get.catalogue import SMOLLM2
from serving.get.folders import is_there, link, read_record, resolve_model, served_name, write_record, writing
from serving.get.source import GgufSource, HubSource, Source, label


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def make(place: Path, source: Source | str) -> Path:
    with writing(place) as folder:
        write_record(folder, {"source": source if isinstance(source, str) else label(source), "served_name": "tiny-3M"})
    return place


def test_a_model_appears_whole_with_its_record_and_nothing_beside_it(models: Path) -> None:
    with writing(models / "tiny") as folder:
        assert not (models / "tiny").exists()
        write_record(folder, {"source": "here"})
    assert read_record(models / "tiny") == {"source": "here"}
    assert [each.name for each in models.iterdir()] == ["tiny"]


def test_an_error_leaves_nothing(models: Path) -> None:
    with pytest.raises(ServingError, match="no"), writing(models / "tiny"):
        raise ServingError("no")
    assert list(models.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(models: Path) -> None:
    (models / ".tiny.partial").mkdir()
    (models / ".tiny.partial" / "half").touch()
    (models / ".tiny.lock").write_text("99999\n")
    make(models / "tiny", "here")
    assert [each.name for each in (models / "tiny").iterdir()] == ["groundwork-model.json"]
    assert [each.name for each in models.iterdir()] == ["tiny"]


def test_two_at_once_are_refused_and_the_other_process_is_named(models: Path) -> None:
    with (
        writing(models / "tiny"),
        pytest.raises(ServingError, match=f"is being written by process {os.getpid()}"),
        writing(models / "tiny"),
    ):
        pass
    assert (models / "tiny").is_dir()


def test_two_models_can_be_got_at_once(models: Path) -> None:
    with writing(models / "one"), writing(models / "two"):
        pass
    assert sorted(each.name for each in models.iterdir()) == ["one", "two"]


def test_a_lock_of_a_process_that_has_just_ended_is_not_taken_for_ones_own(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = models / ".tiny.lock"
    real = fcntl.flock

    def remove_and_lock(file: int, flags: int) -> None:
        note.unlink()
        real(file, flags)

    monkeypatch.setattr(fcntl, "flock", remove_and_lock)
    with pytest.raises(ServingError, match="has just written"), writing(models / "tiny"):
        pass


def test_a_place_with_something_else_is_refused_and_says_what(models: Path) -> None:
    make(models / "tiny", "hub:org/tiny")
    with pytest.raises(ConfigurationError, match=r"made from hub:org/tiny.*--out"):
        is_there(models / "tiny", "hub:other/tiny")
    (models / "mine").mkdir()
    with pytest.raises(ConfigurationError, match="it is another folder"):
        is_there(models / "mine", "hub:org/mine")
    with pytest.raises(ConfigurationError, match="has just made it"), writing(models / "mine"):
        pass


def test_a_link_is_there_while_it_points_to_the_same_folder(models: Path, tmp_path: Path) -> None:
    given, other = tmp_path / "given", tmp_path / "other"
    given.mkdir()
    other.mkdir()
    link(models / "given", given)
    assert is_there(models / "given", str(given))
    with pytest.raises(ConfigurationError, match="it links to"):
        is_there(models / "given", str(other))


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="GROUNDWORK_MODELS_DIR"), writing(tmp_path / "file" / "tiny"):
        pass


def test_a_name_is_found_among_the_models_and_a_folder_of_that_path_comes_first(models: Path, tmp_path: Path) -> None:
    make(models / "tiny", "here")
    assert resolve_model("tiny", models) == models / "tiny"
    (tmp_path / "tiny").mkdir()
    assert resolve_model("tiny", models) == Path("tiny")


def test_an_offered_model_that_is_not_there_is_refused_with_the_command_that_gets_it(models: Path) -> None:
    with pytest.raises(ConfigurationError, match="Run: groundwork model get smollm2"):
        resolve_model("smollm2", models)
    make(models / "smollm2", SMOLLM2)
    assert resolve_model("smollm2", models) == models / "smollm2"
    Path("smollm2").mkdir()
    assert resolve_model("smollm2", models) == models / "smollm2"
    assert resolve_model("./smollm2", models) == Path("./smollm2")


@pytest.mark.parametrize("text", ["org/tiny", "tiny.gguf"])
def test_what_a_model_was_made_from_names_it_as_well(models: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "tiny.gguf").touch()
    with pytest.raises(ConfigurationError, match=f"Run: groundwork model get {text}"):
        resolve_model(text, models)
    make(models / "tiny", HubSource(text) if "/" in text else GgufSource(tmp_path / text))
    assert resolve_model(text, models) == models / "tiny"
    with pytest.raises(ConfigurationError, match="not on this machine yet"):
        resolve_model("other/tiny", models)


@pytest.mark.parametrize("text", ["./nothing", "/nothing", "a/b/c", "m/" * 300, "llama-3.1-8b"])
def test_a_path_that_nothing_has_and_a_name_of_the_command_are_left_to_the_command(models: Path, text: str) -> None:
    assert resolve_model(text, models, {"llama-3.1-8b": {}}) == Path(text)


@pytest.mark.parametrize(
    ("text", "meant"), [("smolm2", "smollm2"), ("mistral", "mistrl"), ("lama-3.1-8b", "llama-3.1-8b")]
)
def test_a_name_that_nothing_has_is_refused_with_what_could_be_meant(models: Path, text: str, meant: str) -> None:
    make(models / "mistrl", "here")
    with pytest.raises(ConfigurationError, match=rf"There is no model '{text}'. Did you mean {meant}\?"):
        resolve_model(text, models, {"llama-3.1-8b": {}})


def test_only_a_model_that_was_made_here_has_a_name_to_be_served_under(models: Path, tmp_path: Path) -> None:
    assert served_name(make(models / "tiny", "here")) == "tiny-3M"
    assert served_name(tmp_path) is None
    (tmp_path / "groundwork-model.json").write_text("not json")
    assert served_name(tmp_path) is None

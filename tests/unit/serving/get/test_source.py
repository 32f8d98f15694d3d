from pathlib import Path

import pytest
from huggingface_hub.errors import HFValidationError
from huggingface_hub.utils._validators import validate_repo_id
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ConfigurationError
from serving.get.catalogue import OFFERS, SMOLLM2
from serving.get.source import (
    FolderSource,
    GgufSource,
    HubSource,
    Source,
    check_name,
    is_hub_name,
    is_name,
    label,
    name_of,
    parse_source,
)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_offered_name_is_that_model_even_where_a_folder_has_the_name(tmp_path: Path) -> None:
    (tmp_path / "smollm2").mkdir()
    assert parse_source("smollm2") is SMOLLM2
    assert parse_source("./smollm2") == FolderSource(tmp_path / "smollm2")


def test_a_gguf_file_is_named_after_itself_without_its_ending(tmp_path: Path) -> None:
    (tmp_path / "Tiny-1B.Q4_K_M.gguf").touch()
    source = parse_source("Tiny-1B.Q4_K_M.gguf")
    assert source == GgufSource(tmp_path / "Tiny-1B.Q4_K_M.gguf")
    assert name_of(source) == "Tiny-1B.Q4_K_M"


def test_two_words_with_a_slash_are_a_hub_name_unless_there_is_such_a_folder(tmp_path: Path) -> None:
    assert parse_source("org/model") == HubSource("org/model")
    assert name_of(HubSource("org/model")) == "model"
    (tmp_path / "org" / "model").mkdir(parents=True)
    assert parse_source("org/model") == FolderSource(tmp_path / "org" / "model")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("smolm2", "Did you mean smollm2"),
        ("SmolLM2", "Did you mean smollm2"),
        ("gpt", "There is no model 'gpt'. Known: smollm2"),
        ("", "There is no model ''"),
        ("a/b/c", "There is no model 'a/b/c'"),
        ("org/", "There is no model 'org/'"),
        ("./nowhere", "There is no file or folder ./nowhere"),
        ("/nowhere/at/all", "There is no file or folder /nowhere"),
        ("nowhere.gguf", "There is no file or folder nowhere.gguf"),
        ("org/nowhere.GGUF", "There is no file or folder org/nowhere.GGUF"),
        ("org/model-", "There is no model 'org/model-'"),
        ("org/a--b", "There is no model 'org/a--b'"),
        ("org/model.git", "There is no model 'org/model.git'"),
        ("m" * 5000, "There is no model 'mmm"),
    ],
)
def test_a_name_that_means_nothing_is_refused_with_what_could_be_meant(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_source(text)
    assert message in str(refused.value)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(ConfigurationError, match=r"not a \.gguf file"):
        parse_source("model.safetensors")


@pytest.mark.parametrize("name", ["my model", "-flag", ".hidden", "größe", "a/b", ""])
def test_what_cannot_be_typed_as_one_word_is_no_name(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(ConfigurationError, match="--out"):
        check_name(name)


def test_the_label_of_each_kind_of_source_is_its_own(tmp_path: Path) -> None:
    sources: list[Source] = [
        *OFFERS.values(),
        GgufSource(tmp_path),
        FolderSource(tmp_path / "a"),
        HubSource("org/model"),
    ]
    assert len({label(source) for source in sources}) == len(sources)


@given(st.text(max_size=30))
def test_any_text_is_a_source_with_a_name_or_is_refused(text: str) -> None:
    try:
        source = parse_source(text)
        name = name_of(source)
    except ConfigurationError:
        return
    assert is_name(name)


def test_a_path_may_be_longer_than_a_name(tmp_path: Path) -> None:
    deep = tmp_path / ("a" * 200) / ("b" * 200)
    deep.mkdir(parents=True)
    assert parse_source(str(deep)) == FolderSource(deep)


@given(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,20}/[A-Za-z0-9][A-Za-z0-9_.-]{0,20}", fullmatch=True))
def test_a_hub_name_is_what_the_hubs_client_accepts_and_its_model_has_a_name(text: str) -> None:
    try:
        validate_repo_id(text)
    except HFValidationError:
        assert not is_hub_name(text)
    else:
        assert is_hub_name(text)
        assert is_name(name_of(HubSource(text)))

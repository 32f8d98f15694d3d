"""Which folders were read before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from core.domain import Domain, load_domain
from core.errors import ConfigurationError
from core.settings import Settings, read_settings
from ingest.known_sources import choose_sources, record_paths, sources_of_domain, uploads_folder
from ingest.sources import FolderSource, sources_from_paths, uploads_source


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({"GROUNDWORK_DATA_DIR": str(tmp_path / "data"), "GROUNDWORK_DOMAIN": "documents"})


@pytest.fixture
def domain(settings: Settings) -> Domain:
    """A domain without sources of its own."""
    return load_domain(settings.domain_dir)


def folder_source(path: Path) -> FolderSource:
    path.mkdir()
    return sources_from_paths([path])[0]


def test_paths_that_are_named_are_the_only_sources(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    before = folder_source(tmp_path / "before")
    record_paths(settings, [before], forget_others=False)
    named = folder_source(tmp_path / "named")

    assert choose_sources(settings, domain, [named.root]) == [named]


def test_without_paths_what_was_read_before_is_read_again(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    first, second = folder_source(tmp_path / "first"), folder_source(tmp_path / "second")
    record_paths(settings, [first], forget_others=False)
    record_paths(settings, [second], forget_others=False)
    record_paths(settings, [first], forget_others=False)

    assert choose_sources(settings, domain, []) == [first, second]


def test_a_prefix_is_remembered(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    several = [replace(folder_source(tmp_path / name), prefix=f"{name}/") for name in ("a", "b")]
    record_paths(settings, several, forget_others=False)

    assert choose_sources(settings, domain, []) == several


def test_a_rebuild_forgets_what_it_did_not_read(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    first, second = folder_source(tmp_path / "first"), folder_source(tmp_path / "second")
    record_paths(settings, [first], forget_others=False)
    record_paths(settings, [second], forget_others=True)

    assert choose_sources(settings, domain, []) == [second]


def test_a_folder_that_is_gone_is_left_out(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    gone, here = folder_source(tmp_path / "gone"), folder_source(tmp_path / "here")
    record_paths(settings, [gone, here], forget_others=False)
    gone.root.rmdir()

    assert choose_sources(settings, domain, []) == [here]


def test_the_domains_own_sources_and_the_uploads_are_read_too(settings: Settings, tmp_path: Path) -> None:
    onboarding = read_settings({"GROUNDWORK_DATA_DIR": str(settings.data_dir)})
    uploads_folder(settings).mkdir(parents=True)
    before = folder_source(tmp_path / "before")
    record_paths(settings, [before], forget_others=False)

    chosen = choose_sources(onboarding, load_domain(onboarding.domain_dir), [])

    assert [source.name for source in chosen] == ["onboarding:corpus", before.name, "uploads"]


def test_only_sources_that_were_named_by_path_are_remembered(
    settings: Settings, domain: Domain, tmp_path: Path
) -> None:
    corpus = FolderSource("onboarding:corpus", tmp_path)
    record_paths(settings, [corpus, uploads_source(tmp_path)], forget_others=False)

    with pytest.raises(ConfigurationError, match="There is nothing to ingest"):
        choose_sources(settings, domain, [])


def test_with_nothing_to_read_the_command_to_type_is_said(settings: Settings, domain: Domain) -> None:
    with pytest.raises(ConfigurationError) as caught:
        choose_sources(settings, domain, [])

    assert str(settings.domain_dir / "domain.toml") in str(caught.value)
    assert "groundwork ingest FOLDER" in str(caught.value)


@pytest.mark.parametrize("content", [b"{", b"7", b"[1]", b'[{"root": 3, "prefix": ""}]', b'[{"root": "/x"}]', b"\xff"])
def test_a_damaged_memory_is_named_with_the_fix(settings: Settings, domain: Domain, content: bytes) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "sources.json").write_bytes(content)

    with pytest.raises(
        ConfigurationError, match=r"sources.json is damaged .* Delete it and name the folders once more"
    ):
        choose_sources(settings, domain, [])

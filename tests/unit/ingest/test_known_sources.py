"""Which folders were read before."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.domain import Domain, load_domain
from core.errors import ConfigurationError, DomainMismatch
from core.settings import Settings, read_settings
from ingest.known_sources import (
    check_domain,
    choose_sources,
    open_uploads,
    record_paths,
    sources_of_domain,
    uploads_folder,
)
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
    record_paths(settings, domain, [before], forget_others=False)
    named = folder_source(tmp_path / "named")

    assert choose_sources(settings, domain, [named.root]) == [named]


def test_without_paths_what_was_read_before_is_read_again(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    first, second = folder_source(tmp_path / "first"), folder_source(tmp_path / "second")
    record_paths(settings, domain, [first], forget_others=False)
    record_paths(settings, domain, [second], forget_others=False)
    record_paths(settings, domain, [first], forget_others=False)

    assert choose_sources(settings, domain, []) == [first, second]


def test_a_prefix_is_remembered(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    several = [replace(folder_source(tmp_path / name), prefix=f"{name}/") for name in ("a", "b")]
    record_paths(settings, domain, several, forget_others=False)

    assert choose_sources(settings, domain, []) == several


def test_a_rebuild_forgets_what_it_did_not_read(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    first, second = folder_source(tmp_path / "first"), folder_source(tmp_path / "second")
    record_paths(settings, domain, [first], forget_others=False)
    record_paths(settings, domain, [second], forget_others=True)

    assert choose_sources(settings, domain, []) == [second]


def test_a_folder_that_is_gone_is_left_out(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    gone, here = folder_source(tmp_path / "gone"), folder_source(tmp_path / "here")
    record_paths(settings, domain, [gone, here], forget_others=False)
    gone.root.rmdir()

    assert choose_sources(settings, domain, []) == [here]


def test_the_domains_own_sources_and_the_uploads_are_read_too(settings: Settings, tmp_path: Path) -> None:
    onboarding = read_settings({"GROUNDWORK_DATA_DIR": str(settings.data_dir)})
    uploads_folder(settings).mkdir(parents=True)
    before = folder_source(tmp_path / "before")
    domain = load_domain(onboarding.domain_dir)
    record_paths(settings, domain, [before], forget_others=False)

    chosen = choose_sources(onboarding, domain, [])

    assert [source.name for source in chosen] == ["onboarding:corpus", before.name, "uploads"]


def test_only_sources_that_were_named_by_path_are_remembered(
    settings: Settings, domain: Domain, tmp_path: Path
) -> None:
    corpus = FolderSource("onboarding:corpus", tmp_path)
    record_paths(settings, domain, [corpus, uploads_source(tmp_path)], forget_others=False)

    with pytest.raises(ConfigurationError, match="There is nothing to ingest"):
        choose_sources(settings, domain, [])


def test_with_nothing_to_read_the_command_to_type_is_said(settings: Settings, domain: Domain) -> None:
    with pytest.raises(ConfigurationError) as caught:
        choose_sources(settings, domain, [])

    assert str(settings.domain_dir / "domain.toml") in str(caught.value)
    assert "groundwork ingest FOLDER" in str(caught.value)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"7",
        b"[1]",
        b"{}",
        b'{"domain": "documents"}',
        b'[{"root": 3, "prefix": ""}]',
        b'[{"root": "/x"}]',
        b"\xff",
    ],
)
def test_a_damaged_memory_is_named_with_the_fix(settings: Settings, domain: Domain, content: bytes) -> None:
    settings.data_dir.mkdir()
    (settings.data_dir / "sources.json").write_bytes(content)

    with pytest.raises(
        ConfigurationError, match=r"sources.json is damaged .* Delete it and name the folders once more"
    ):
        choose_sources(settings, domain, [])


def domain_with(folder: Path, *, sources: Sequence[str] = (), readers: Sequence[str] = ()) -> Domain:
    """A domain in `folder` whose readers all load one string."""
    (folder / "prompts").mkdir()
    (folder / "prompts" / "system.md").write_text("Answer, or say: {refusal}\n", encoding="utf-8")
    tables = "".join(
        f'[[readers]]\nname = "{name}"\nclass = "llama_index.core.readers.StringIterableReader"\n'
        'load = { texts = ["Text."] }\n'
        for name in readers
    )
    toml = f'name = "n"\ntitle = "T"\nrefusal = "No."\nsources = {list(sources)}\n{tables}'
    (folder / "domain.toml").write_text(toml, encoding="utf-8")
    return load_domain(folder)


def test_a_domains_folders_are_named_after_the_domain_and_not_after_where_it_is(tmp_path: Path) -> None:
    for name in ("corpus", "more"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.md").write_text("Text.", encoding="utf-8")

    found = sources_of_domain(domain_with(tmp_path, sources=["corpus", "more"]))

    assert [source.name for source in found] == ["n:corpus", "n:more"]
    assert [item.document_id for source in found for item in source.items()] == ["corpus/a.md", "more/a.md"]


def test_a_domains_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"There is no file or folder .*/corpus"):
        sources_of_domain(domain_with(tmp_path, sources=["corpus"]))


def test_a_domains_readers_are_read_after_its_folders(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()

    chosen = choose_sources(settings, domain_with(tmp_path, sources=["corpus"], readers=["wiki", "feed"]), [])

    assert [source.name for source in chosen] == ["n:corpus", "n:wiki", "n:feed"]
    assert chosen[1].items()[0].document_id.startswith("wiki/")


def test_readers_are_not_read_when_paths_are_named(settings: Settings, tmp_path: Path) -> None:
    named = folder_source(tmp_path / "named")

    assert choose_sources(settings, domain_with(tmp_path, readers=["wiki"]), [named.root]) == [named]


def test_readers_are_remembered_by_the_domain_alone(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    record_paths(settings, domain, sources_of_domain(domain_with(tmp_path, readers=["wiki"])), forget_others=False)

    with pytest.raises(ConfigurationError, match="There is nothing to ingest"):
        choose_sources(settings, domain, [])


def test_a_reader_with_the_name_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "wiki").mkdir()

    with pytest.raises(ConfigurationError, match=r"domain\.toml: a folder and a reader are both named 'wiki'"):
        sources_of_domain(domain_with(tmp_path, sources=["wiki"], readers=["wiki"]))


# Another domain


@pytest.fixture
def other(domain: Domain) -> Domain:
    """A domain with another name, on the same data directory."""
    return replace(domain, name="support", folder=domain.folder.with_name("support"))


def remembered(settings: Settings) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((settings.data_dir / "sources.json").read_text(encoding="utf-8"))
    return content


def test_the_folders_of_another_domain_are_refused_with_both_names_and_the_fix(
    settings: Settings, domain: Domain, other: Domain, tmp_path: Path
) -> None:
    folder = folder_source(tmp_path / "folder")
    record_paths(settings, domain, [folder], forget_others=False)

    for refused in (
        lambda: check_domain(settings, other),
        lambda: choose_sources(settings, other, []),
        lambda: choose_sources(settings, other, [folder.root]),
        lambda: open_uploads(settings, other),
    ):
        with pytest.raises(DomainMismatch) as caught:
            refused()
        message = str(caught.value)
        assert str(settings.data_dir) in message
        assert "the domain 'documents'" in message
        assert "names 'support'" in message
        assert all(fix in message for fix in ("GROUNDWORK_DATA_DIR", "GROUNDWORK_DOMAIN back", "ingest --rebuild"))
    assert remembered(settings)["domain"] == "documents"


def test_the_domain_itself_and_a_new_directory_are_accepted(settings: Settings, domain: Domain, other: Domain) -> None:
    check_domain(settings, other)
    record_paths(settings, domain, [], forget_others=False)
    check_domain(settings, domain)


def test_an_upload_claims_the_directory_for_its_domain(settings: Settings, domain: Domain, other: Domain) -> None:
    assert open_uploads(settings, domain) == uploads_folder(settings)
    assert open_uploads(settings, domain).is_dir()

    with pytest.raises(DomainMismatch):
        check_domain(settings, other)


def test_a_rebuild_for_another_domain_forgets_the_folders_and_says_so(
    settings: Settings, domain: Domain, other: Domain, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    before, now = folder_source(tmp_path / "before"), folder_source(tmp_path / "now")
    record_paths(settings, domain, [before], forget_others=False)

    chosen = choose_sources(settings, other, [now.root], rebuilding=True)
    record_paths(settings, other, chosen, forget_others=True)

    assert chosen == [now]
    assert f"{before.root} was read for the domain 'documents'; 'support' forgets it" in caplog.text
    check_domain(settings, other)
    assert [row["root"] for row in remembered(settings)["sources"]] == [str(now.root)]


@pytest.mark.parametrize("named", [True, False])
def test_a_rebuild_for_another_domain_is_refused_while_there_are_uploads(
    settings: Settings, domain: Domain, other: Domain, tmp_path: Path, named: bool
) -> None:
    folder = folder_source(tmp_path / "folder")
    (open_uploads(settings, domain) / "note.md").write_text("# Note\n", encoding="utf-8")

    with pytest.raises(DomainMismatch) as caught:
        choose_sources(settings, other, [folder.root] if named else [], rebuilding=True)

    message = str(caught.value)
    assert f"{uploads_folder(settings)} has 1 uploaded document(s) of the domain 'documents'" in message
    assert "GROUNDWORK_DATA_DIR" in message
    assert (uploads_folder(settings) / "note.md").is_file()
    assert remembered(settings)["domain"] == "documents"


def test_a_record_from_before_domains_is_adopted_and_logged(
    settings: Settings, domain: Domain, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = folder_source(tmp_path / "folder")
    settings.data_dir.mkdir()
    rows = [{"root": str(folder.root), "prefix": ""}]
    (settings.data_dir / "sources.json").write_text(json.dumps(rows), encoding="utf-8")

    chosen = choose_sources(settings, domain, [])
    record_paths(settings, domain, chosen, forget_others=False)

    assert chosen == [folder]
    assert f"{settings.data_dir} had no record of its domain; from now on it belongs to 'documents'" in caplog.text
    assert remembered(settings) == {"domain": "documents", "sources": rows}


def test_uploads_in_parallel_do_not_race_for_the_record(settings: Settings, domain: Domain) -> None:
    with ThreadPoolExecutor(16) as pool:
        folders = list(pool.map(lambda _: open_uploads(settings, domain), range(64)))

    assert set(folders) == {uploads_folder(settings)}
    assert [path.name for path in settings.data_dir.iterdir() if path.is_file()] == ["sources.json"]

"""Which folders were read before."""

from __future__ import annotations

import json
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.domain import Domain, load_domain
from core.errors import ConfigurationError, DomainMismatch, SourceUnavailable
from core.settings import Settings, read_settings
from ingest.known_sources import (
    absorbed,
    check_domain,
    choose_sources,
    forget_source,
    missing_sources,
    moved_source,
    named_source,
    open_uploads,
    record_moved,
    record_paths,
    sources_of_domain,
    uploads_folder,
)
from ingest.sources import FolderSource, sources_from_paths, uploads_source
from ingest.sources.web.page_cache import Page, PageCache


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


def test_of_a_url_list_that_is_forgotten_the_kept_pages_are_deleted(settings: Settings, domain: Domain) -> None:
    pages = settings.data_dir / "pages"
    for name in ("gone", "stays"):
        PageCache(pages / name).store("https://example.com/leave", Page(b"Leave.", "leave.txt"))

    forget_source(settings, domain, f"{domain.name}:gone")
    forget_source(settings, domain, "another:stays")

    assert list((pages / "gone").iterdir()) == []
    assert PageCache(pages / "stays").load("https://example.com/leave") is not None


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


def test_a_folder_that_is_gone_is_a_source_still_and_named_as_missing(
    settings: Settings, domain: Domain, tmp_path: Path
) -> None:
    gone, here = folder_source(tmp_path / "gone"), folder_source(tmp_path / "here")
    record_paths(settings, domain, [gone, here], forget_others=False)
    gone.root.rmdir()

    assert choose_sources(settings, domain, []) == [gone, here]
    assert missing_sources(settings, domain) == [gone]


def test_a_rebuild_is_refused_while_a_folder_that_was_read_before_is_empty(
    settings: Settings, domain: Domain, tmp_path: Path
) -> None:
    empty = folder_source(tmp_path / "empty")
    record_paths(settings, domain, [empty], forget_others=False)

    with pytest.raises(SourceUnavailable, match=f"has no files now.*groundwork ingest --forget {empty.root}"):
        choose_sources(settings, domain, [], rebuilding=True)
    assert choose_sources(settings, domain, []) == [empty]
    forget_source(settings, domain, empty.name)
    with pytest.raises(ConfigurationError, match="There is nothing to ingest"):
        choose_sources(settings, domain, [], rebuilding=True)


def test_a_folder_of_the_domain_that_is_gone_is_named_as_missing(settings: Settings, tmp_path: Path) -> None:
    found = missing_sources(settings, domain_with(tmp_path, sources=["corpus"]))

    assert [source.name for source in found] == ["n:corpus"]


# One document is one document


@pytest.mark.parametrize("rebuilding", [True, False])
def test_a_path_inside_a_folder_of_the_domain_is_read_as_a_part_of_it(
    settings: Settings, tmp_path: Path, rebuilding: bool
) -> None:
    (tmp_path / "corpus" / "leave").mkdir(parents=True)
    domain = domain_with(tmp_path, sources=["corpus"])

    for path, part in ((tmp_path / "corpus", ""), (tmp_path / "corpus" / "leave", "leave")):
        (chosen,) = choose_sources(settings, domain, [path], rebuilding=rebuilding)
        assert chosen == FolderSource("n:corpus", tmp_path / "corpus", part=part)


def test_a_path_inside_a_folder_that_was_read_before_is_read_as_a_part_of_it(
    settings: Settings, domain: Domain, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    known = replace(folder_source(tmp_path / "docs"), prefix="docs/")
    (known.root / "leave" / "long").mkdir(parents=True)
    (known.root / "leave" / "long" / "a.md").write_text("Text.", encoding="utf-8")
    record_paths(settings, domain, [known], forget_others=False)

    (chosen,) = choose_sources(settings, domain, [known.root / "leave" / "long"])
    record_paths(settings, domain, [chosen], forget_others=False)

    assert chosen == replace(known, part="leave/long")
    assert [item.document_id for item in chosen.items()] == ["docs/leave/long/a.md"]
    assert f"{known.root}/leave/long is in {known.root}: read as a part of that source" in caplog.text
    assert choose_sources(settings, domain, []) == [known]


def test_the_same_folder_by_another_path_is_the_known_one(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    known = folder_source(tmp_path / "docs")
    (tmp_path / "link").symlink_to(known.root)
    record_paths(settings, domain, [known], forget_others=False)

    for path in (tmp_path / "link", tmp_path / "docs" / ".." / "docs"):
        assert choose_sources(settings, domain, [path]) == [known]


def test_a_hidden_folder_inside_a_known_one_is_a_source_of_its_own(
    settings: Settings, domain: Domain, tmp_path: Path
) -> None:
    known = folder_source(tmp_path / "docs")
    hidden = folder_source(known.root / ".notes")
    record_paths(settings, domain, [known], forget_others=False)

    assert choose_sources(settings, domain, [hidden.root]) == [hidden]
    record_paths(settings, domain, [hidden], forget_others=False)
    assert choose_sources(settings, domain, [known.root]) == [known]


def test_a_folder_takes_over_the_files_and_folders_in_it_that_were_named_before(
    settings: Settings, domain: Domain, tmp_path: Path
) -> None:
    above = folder_source(tmp_path / "above")
    known = folder_source(above.root / "docs")
    record_paths(settings, domain, [known], forget_others=False)

    chosen = choose_sources(settings, domain, [above.root])
    assert chosen == [above]
    assert absorbed(settings, chosen) == [(known.name, above.name)]
    record_paths(settings, domain, chosen, forget_others=False)
    assert absorbed(settings, chosen) == []
    (part,) = choose_sources(settings, domain, [known.root])
    assert (part.name, part.part) == (above.name, "docs")  # type: ignore[attr-defined]


def test_a_folder_that_has_moved_keeps_its_ids_and_is_read_where_it_is(
    settings: Settings, domain: Domain, tmp_path: Path
) -> None:
    old = replace(folder_source(tmp_path / "old"), prefix="old/")
    record_paths(settings, domain, [old], forget_others=False)
    new = tmp_path / "new"
    old.root.rename(new)

    moved = moved_source(settings, domain, old.name, new)
    assert moved == FolderSource(str(new), new, "old/")
    record_moved(settings, domain, old.name, moved)
    assert [source for source in choose_sources(settings, domain, []) if source.name in (old.name, moved.name)] == [
        moved
    ]
    with pytest.raises(ConfigurationError, match="it has not moved"):
        moved_source(settings, domain, moved.name, new)
    with pytest.raises(ConfigurationError, match="is a part of the source"):
        moved_source(settings, domain, "elsewhere", folder_source(new / "inner").root)


def test_a_path_around_the_uploads_is_refused(settings: Settings, domain: Domain) -> None:
    open_uploads(settings, domain)

    with pytest.raises(ConfigurationError, match=r"is the source 'uploads' already.*Name another folder"):
        choose_sources(settings, domain, [settings.data_dir])


# Sources by name


def test_a_source_is_found_by_its_name_and_by_every_path_to_it(
    settings: Settings, domain: Domain, tmp_path: Path
) -> None:
    known = folder_source(tmp_path / "docs")
    record_paths(settings, domain, [known], forget_others=False)
    (tmp_path / "link").symlink_to(known.root)

    for wanted in (known.name, f"{known.name}/", str(tmp_path / "link")):
        assert named_source(settings, [], wanted) == known.name
    assert named_source(settings, ["team:wiki"], "team:wiki") == "team:wiki"
    with pytest.raises(ConfigurationError, match=r"There is no source 'docs'\. The sources are: .*/docs, team:wiki"):
        named_source(settings, ["team:wiki"], "docs")


def test_a_folder_that_is_forgotten_is_not_read_again(settings: Settings, domain: Domain, tmp_path: Path) -> None:
    first, second = folder_source(tmp_path / "first"), folder_source(tmp_path / "second")
    record_paths(settings, domain, [first, second], forget_others=False)

    forget_source(settings, domain, first.name)
    forget_source(settings, domain, "nothing")

    assert choose_sources(settings, domain, []) == [second]


# The domain's sources


def test_the_domains_own_sources_and_the_uploads_are_read_too(settings: Settings, tmp_path: Path) -> None:
    onboarding = read_settings({"GROUNDWORK_DATA_DIR": str(settings.data_dir), "GROUNDWORK_DOMAIN": "onboarding"})
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


def test_a_domain_excludes_files_of_its_folders(tmp_path: Path) -> None:
    (tmp_path / "corpus" / "drafts").mkdir(parents=True)
    for name in ("a.md", "notes.txt", "drafts/b.md"):
        (tmp_path / "corpus" / name).write_text("Text.", encoding="utf-8")
    domain = replace(domain_with(tmp_path, sources=["corpus"]), exclude=("drafts", "**/*.txt"))

    (source,) = sources_of_domain(domain)

    assert [item.document_id for item in source.items()] == ["a.md"]


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
    assert stat.S_IMODE(uploads_folder(settings).stat().st_mode) == 0o700

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

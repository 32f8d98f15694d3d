"""Where a template is, which version of it is taken, and what a project records of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.fork import template
from cli.fork.template import cloned, default_template
from core.errors import ConfigurationError, ForkError
from testing.forks import committed, run_git, write_files


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "groundwork"
    write_files(folder, {"copier.yml": "_exclude: []\nname: {type: str}\n"})
    return committed(folder, "1.0")


def recorded(source: str) -> str:
    with cloned(source) as found:
        return found.origin


def test_the_newest_tag_counts_as_versions_do_and_prereleases_do_not(repository: Path) -> None:
    for tag in ("1.9", "1.10", "2.0rc1", "nightly"):
        committed(repository, tag)
    with cloned(str(repository)) as found:
        assert found.tags == ("1.10", "1.9", "1.0")
        assert found.newest.name == "1.10"
        assert found.release("HEAD").name == "nightly"
        assert found.contains(found.release("1.10"), found.release("1.9"))
        assert not found.contains(found.release("1.9"), found.release("1.10"))


def test_a_branch_of_the_template_may_be_named(repository: Path) -> None:
    run_git(repository, "checkout", "--quiet", "-b", "try")
    committed(repository, "1.1")
    run_git(repository, "checkout", "--quiet", "main")
    with cloned(str(repository)) as found:
        assert found.release("try").name == "1.1"


@pytest.mark.parametrize("ref", ["2.0", "--all", "HEAD\n1.0", ""])
def test_a_version_that_there_is_not_is_refused_with_the_tags(repository: Path, ref: str) -> None:
    with (
        cloned(str(repository)) as found,
        pytest.raises(ConfigurationError, match=r"(?s)has no version .*Its tags: 1\.0"),
    ):
        found.release(ref)


def test_a_repository_without_questions_is_no_template(repository: Path) -> None:
    run_git(repository, "rm", "--quiet", "copier.yml")
    committed(repository, "1.1")
    with cloned(str(repository)) as found:
        assert found.questions(found.release("1.0")) == ("name",)
        with pytest.raises(ConfigurationError, match=r"has no copier\.yml at 1\.1"):
            found.questions(found.newest)


def test_uncommitted_files_are_named(repository: Path) -> None:
    write_files(repository, {"copier.yml": "name: {type: int}\n", "new.md": ""})
    with cloned(str(repository)) as found:
        assert found.changed == ("copier.yml", "new.md")


@pytest.mark.parametrize(
    ("make", "found"),
    [
        (lambda folder: None, "There is no template"),
        (lambda folder: folder.mkdir(), "is no git repository"),
        (lambda folder: (folder.mkdir(), run_git(folder, "init", "--quiet")), "has no commit"),
    ],
    ids=["missing", "plain folder", "without a commit"],
)
def test_a_folder_that_is_no_repository_with_a_commit_is_refused(tmp_path: Path, make: object, found: str) -> None:
    assert callable(make)
    make(tmp_path / "other")
    with pytest.raises(ConfigurationError, match=found), cloned(str(tmp_path / "other")):
        pass


def test_a_url_that_cannot_be_cloned_is_said_without_its_password(tmp_path: Path) -> None:
    with (
        pytest.raises(ForkError, match="cannot be cloned") as caught,
        cloned(f"file://user:s3cret@{tmp_path}/none.git"),
    ):
        pass
    assert "s3cret" not in str(caught.value)


# What a project records


def test_a_checkout_is_recorded_by_its_path(repository: Path) -> None:
    assert recorded(str(repository)) == str(repository)


def test_a_checkout_whose_origin_has_the_commit_is_recorded_by_the_url_of_that(repository: Path) -> None:
    run_git(repository, "remote", "add", "origin", "https://ada:s3cret@git.example.com/team/groundwork")
    assert recorded(str(repository)) == str(repository)

    run_git(repository, "update-ref", "refs/remotes/origin/main", "HEAD")
    assert recorded(str(repository)) == "git+https://git.example.com/team/groundwork"

    committed(repository)
    assert recorded(str(repository)) == str(repository)


def test_a_url_is_recorded_as_copier_reads_it(repository: Path) -> None:
    assert recorded(f"file://{repository}") == f"git+file://{repository}"
    assert recorded(f"git+file://{repository}") == f"git+file://{repository}"


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("gh:acme/groundwork", "https://github.com/acme/groundwork.git"),
        ("gl:acme/groundwork.git", "https://gitlab.com/acme/groundwork.git"),
        ("git@git.example.com:team/groundwork.git", "git@git.example.com:team/groundwork.git"),
    ],
)
def test_short_addresses_are_urls(given: str, url: str) -> None:
    assert template._is_remote(given)
    assert template._url(given) == url


# The default


def test_a_checkout_is_its_own_template(repository: Path) -> None:
    assert default_template(repository) == str(repository)


def test_a_fork_has_the_template_that_it_was_made_from(repository: Path) -> None:
    write_files(repository, {".copier-answers.yml": "_src_path: gh:acme/groundwork\n_commit: '1.0'\nname: law\n"})
    assert default_template(repository) == "gh:acme/groundwork"


def test_a_package_has_the_repository_that_it_was_installed_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = {"url": "https://git.example.com/groundwork", "vcs_info": {"vcs": "git", "commit_id": "0" * 40}}
    monkeypatch.setattr(template, "_installed_from", lambda: json.dumps(origin))
    assert default_template(tmp_path) == "https://git.example.com/groundwork"


@pytest.mark.parametrize("found", [None, '{"url": "file:///wheels/groundwork.whl", "archive_info": {}}'])
def test_a_package_of_another_origin_asks_for_the_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str | None
) -> None:
    monkeypatch.setattr(template, "_installed_from", lambda: found)
    with pytest.raises(ConfigurationError, match="Name it: --template"):
        default_template(tmp_path)

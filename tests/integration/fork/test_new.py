"""`groundwork new` makes a repository with the answers in it, and refuses what cannot become one."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from cli.fork.answers import read_answers
from cli.fork.new import Made, NewProject, make_project
from core import languages
from core.domain import load_domain
from core.errors import ConfigurationError, ForkError
from core.settings import default_domain_dir, read_settings
from core.texts import DEFAULT_TEXTS
from testing.builders import REPOSITORY
from testing.domain_schema import domain_schema
from testing.forks import committed, run_git, small_template, write_files

QUESTIONS: dict[str, Any] = yaml.safe_load((REPOSITORY / "copier.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_template(tmp_path_factory.mktemp("template") / "groundwork", {"docs/a.md": "A\n"})


def made(folder: Path, template: Path, *documents: Path, ref: str | None = None, **data: str | bool) -> Made:
    request = NewProject(folder, str(template), ref, data, documents, defaults=True, drafts=False)
    return make_project(request)


def settings_of(project: Path) -> dict[str, str]:
    """What a shell reads of the project's .env."""
    lines = (project / ".env").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {name: value.strip('"') for name, value in pairs}


def test_everything_is_in_the_first_commit_and_the_settings_are_not(tmp_path: Path, template: Path) -> None:
    result = made(tmp_path / "employment-law", template)

    project = result.folder
    assert run_git(project, "log", "--format=%an: %s") == "Ada: Begin Employment law from Groundwork 1.0"
    assert run_git(project, "status", "--porcelain") == ""
    files = run_git(project, "ls-files").splitlines()
    assert {"domains/employment-law/domain.toml", "domains/DEFAULT", ".copier-answers.yml", "README.md"} <= set(files)
    assert ".env" not in files
    assert settings_of(project)["GROUNDWORK_AUTH"] == ""
    assert not [name for name in files if "jinja" in name or "{" in name or name == "copier.yml"]
    assert default_domain_dir(project / "domains" / "DEFAULT").name == "employment-law"
    assert read_answers(project).version == "1.0"
    assert result.commit == run_git(project, "rev-parse", "HEAD")


def test_a_file_that_the_user_ignores_elsewhere_is_committed_all_the_same(tmp_path: Path, template: Path) -> None:
    (tmp_path / "ignored").write_text("*.toml\n", encoding="utf-8")
    with (tmp_path / "gitconfig").open("a", encoding="utf-8") as config:
        config.write(f"[core]\n\texcludesFile = {tmp_path / 'ignored'}\n")
    project = made(tmp_path / "law", template).folder
    assert "domains/law/domain.toml" in run_git(project, "ls-files").splitlines()


def test_the_languages_are_those_that_the_index_knows() -> None:
    assert sorted(QUESTIONS["language"]["choices"]) == sorted(languages._CODES)


@pytest.mark.parametrize("language", ["english", "german", "french", "spanish", "italian"])
def test_the_domain_of_every_language_is_valid_and_speaks_it(tmp_path: Path, template: Path, language: str) -> None:
    project = made(tmp_path / "law", template, language=language, tone="plain", title='L\'œuvre "Ärger" \\ & Co').folder

    domain = load_domain(project / "domains" / "law")
    table = tomllib.loads((domain.folder / "domain.toml").read_text(encoding="utf-8"))
    jsonschema_rs.validate(json.loads(domain_schema()), table)
    assert (domain.title, domain.sources) == ('L\'œuvre "Ärger" \\ & Co', (domain.folder / "corpus",))
    prompt = domain.recipes["default"].system_prompt
    assert "short sentences and everyday words" in prompt
    assert f"nothing else: {domain.refusal}\n" in prompt
    own = DEFAULT_TEXTS.get(domain.language_code)  # type: ignore[call-overload]
    assert domain.refusal == (own or DEFAULT_TEXTS["en"]).refusal
    assert domain.recipes["default"].small_prompt
    assert domain.recipes["default"].example
    assert domain.title in (domain.folder / "corpus" / "about.md").read_text(encoding="utf-8")
    bundled = "" if language == "english" else "bundled:multilingual-e5-small"
    assert settings_of(project)["EMBEDDING_MODEL"] == bundled


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"access": "open-to-all"}, {"GROUNDWORK_AUTH": "open-to-all"}),
        ({"access": "keys"}, {"GROUNDWORK_AUTH": "keys"}),
        (
            {"access": "oidc", "oidc_issuer": "http://localhost:8080/realms/a", "oidc_audience": "api://law"},
            {"GROUNDWORK_OIDC_ISSUER": "http://localhost:8080/realms/a", "GROUNDWORK_OIDC_AUDIENCE": "api://law"},
        ),
        (
            {"access": "proxy", "trusted_proxies": "10.0.0.5, 172.18.0.0/16"},
            {"GROUNDWORK_TRUSTED_PROXIES": "10.0.0.5, 172.18.0.0/16"},
        ),
    ],
)
def test_the_settings_of_every_access_mode_are_accepted_by_the_service(
    tmp_path: Path, template: Path, data: dict[str, str], expected: dict[str, str]
) -> None:
    project = made(tmp_path / "law", template, **data).folder

    found = settings_of(project)
    assert expected.items() <= found.items()
    assert (project / ".env").read_bytes() == (project / "domains" / "law" / "env.example").read_bytes()
    assert (project / ".env.example").read_bytes() == (template / ".env.example").read_bytes()
    settings = read_settings({**found, "GROUNDWORK_DOMAIN": str(project / "domains" / "law")})
    settings.check_exposure()
    assert settings.access.mode == data["access"]


def test_documents_are_copied_in_place_of_the_first_page(tmp_path: Path, template: Path) -> None:
    write_files(tmp_path / "mine", {"leave/parental.md": "# Leave\n", "note.txt": "Note\n"})

    result = made(tmp_path / "law", template, tmp_path / "mine")

    corpus = result.folder / "domains" / "law" / "corpus"
    assert sorted(path.relative_to(corpus).as_posix() for path in corpus.rglob("*.*")) == [
        "leave/parental.md",
        "note.txt",
    ]
    assert result.copied == 2
    domain = load_domain(corpus.parent)
    assert (domain.suggestions, domain.sources) == ((), (corpus,))
    assert "domains/law/corpus/note.txt" in run_git(result.folder, "ls-files")


def test_folders_that_stay_where_they_are_are_named_by_their_whole_path(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shared docs").mkdir()
    (tmp_path / "more").mkdir()
    monkeypatch.chdir(tmp_path)

    project = made(tmp_path / "law", template, sources="shared docs, more").folder

    domain = load_domain(project / "domains" / "law")
    assert domain.sources == (tmp_path / "shared docs", tmp_path / "more")
    assert list((domain.folder / "corpus").iterdir()) == []


def test_copied_documents_and_folders_elsewhere_go_together(tmp_path: Path, template: Path) -> None:
    write_files(tmp_path / "mine", {"a.md": "# A\n"})
    project = made(tmp_path / "law", template, tmp_path / "mine", sources=str(tmp_path)).folder
    domain = load_domain(project / "domains" / "law")
    assert domain.sources == (domain.folder / "corpus", tmp_path)


def test_a_folder_that_exists_and_is_empty_is_used(tmp_path: Path, template: Path) -> None:
    (tmp_path / "law").mkdir()
    assert (made(tmp_path / "law", template).folder / "domains" / "DEFAULT").exists()


def test_an_earlier_version_may_be_named_and_uncommitted_files_are_left_out(tmp_path: Path) -> None:
    template = small_template(tmp_path / "groundwork", {"docs/a.md": "A\n"})
    write_files(template, {"docs/b.md": "B\n"})
    committed(template)
    write_files(template, {"docs/c.md": "C\n"})

    newest = made(tmp_path / "law", template)
    assert sorted(path.name for path in (newest.folder / "docs").iterdir()) == ["a.md", "b.md"]
    assert newest.uncommitted == ("docs/c.md",)
    assert newest.answers.version.startswith("1.0-1-g")
    first = made(tmp_path / "tax", template, ref="1.0")
    assert (first.answers.version, (first.folder / "docs" / "b.md").exists()) == ("1.0", False)


# What is refused, and what is left behind then: nothing


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "Law"}, "lower-case letters"),
        ({"name": "law/tax"}, "lower-case letters"),
        ({"name": "../law"}, "lower-case letters"),
        ({"name": "-law"}, "lower-case letters"),
        ({"name": "l" * 41}, "1 to 40"),
        ({"name": "law\n"}, "lower-case letters"),
        ({"name": ""}, "lower-case letters"),
        ({"name": "onboarding"}, "comes with the project"),
        ({"title": " "}, "one line of text"),
        ({"title": "a\nb"}, "one line of text"),
        ({"audience": "a\x07b"}, "one line of text"),
        ({"language": "latin"}, "language"),
        ({"tone": "rude"}, "tone"),
        ({"accent": "green"}, "#rrggbb"),
        ({"accent": "#12345"}, "#rrggbb"),
        ({"accent": "#123456\n"}, "#rrggbb"),
        ({"access": "everybody"}, "access"),
        ({"access": "oidc"}, "https URL"),
        ({"access": "oidc", "oidc_issuer": "http://login.example.com"}, "https URL"),
        ({"access": "oidc", "oidc_issuer": "https://login.example.com/$(echo)"}, "https URL"),
        ({"access": "oidc", "oidc_issuer": "https://login.example.com/a?b=1&c=2"}, "https URL"),
        ({"access": "oidc", "oidc_issuer": "http://localhost.example.com"}, "https URL"),
        ({"access": "oidc", "oidc_issuer": "https://login.example.com", "oidc_audience": "a;b"}, "one word"),
        ({"access": "proxy"}, "addresses"),
        ({"access": "proxy", "trusted_proxies": "10.0.0.5; rm"}, "addresses"),
        ({"colour": "#123456"}, "There is no question 'colour'. The questions: name, title"),
        ({"corpus": "true"}, "oidc_issuer, oidc_audience, trusted_proxies."),
        ({"sources": "/no/such/folder"}, "There is no folder /no/such/folder"),
    ],
)
def test_a_wrong_answer_is_refused_and_nothing_is_made(
    tmp_path: Path, template: Path, data: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        made(tmp_path / "law", template, **data)
    assert said in str(caught.value)
    assert not (tmp_path / "law").exists()


def test_the_reserved_names_are_those_of_the_domains_that_come_with_the_project(tmp_path: Path, template: Path) -> None:
    for folder in (REPOSITORY / "domains").iterdir():
        if (folder / "domain.toml").is_file():
            with pytest.raises(ConfigurationError, match="comes with the project"):
                made(tmp_path / "law", template, name=folder.name)


def test_a_folder_with_something_in_it_or_a_file_is_refused(tmp_path: Path, template: Path) -> None:
    write_files(tmp_path, {"law/.hidden": "", "tax": ""})
    with pytest.raises(ConfigurationError, match="law is not empty"):
        made(tmp_path / "law", template)
    with pytest.raises(ConfigurationError, match="tax is a file"):
        made(tmp_path / "tax", template)


def test_a_folder_in_the_template_is_refused_with_one_beside_it(tmp_path: Path, template: Path) -> None:
    with pytest.raises(ConfigurationError, match=f"lies in the template.*{template.parent / 'law'}"):
        made(template / "law", template)


def test_a_folder_beside_the_template_may_be_written_from_within_it(template: Path) -> None:
    project = made(template / ".." / "beside", template).folder
    assert project == template.parent / "beside"
    assert (project / "domains" / "beside" / "domain.toml").exists()


def test_missing_documents_are_refused_before_anything_is_made(tmp_path: Path, template: Path) -> None:
    with pytest.raises(ConfigurationError, match="There is no folder"):
        made(tmp_path / "law", template, tmp_path / "nowhere")
    assert not (tmp_path / "law").exists()


def test_without_a_user_of_git_the_commands_that_name_one_are_said(tmp_path: Path, template: Path) -> None:
    (tmp_path / "gitconfig").write_text("[user]\n\tuseConfigOnly = true\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"git config --global user\.name"):
        made(tmp_path / "law", template)
    assert not (tmp_path / "law").exists()


def test_without_git_the_package_is_named(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigurationError, match="apt-get install git"):
        made(tmp_path / "law", template)


def test_without_copier_the_command_that_installs_it_is_named(
    tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "copier", None)
    with pytest.raises(ConfigurationError, match=r"pip install -c constraints\.txt -e '\.\[fork\]'"):
        made(tmp_path / "law", template)


def test_a_commit_that_a_hook_refuses_leaves_the_files_and_says_why(tmp_path: Path, template: Path) -> None:
    hooks = tmp_path / "hooks"
    write_files(hooks, {"pre-commit": "#!/bin/sh\necho secret found >&2\nexit 1\n"})
    (hooks / "pre-commit").chmod(0o755)
    with (tmp_path / "gitconfig").open("a", encoding="utf-8") as config:
        config.write(f"[core]\n\thooksPath = {hooks}\n")
    with pytest.raises(ForkError, match="secret found"):
        made(tmp_path / "law", template)
    assert (tmp_path / "law" / "domains" / "law" / "domain.toml").exists()

"""A later version is merged into a project: what both changed is there, and nothing of the project is dropped."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from cli.fork.answers import read_answers
from cli.fork.new import NewProject, make_project
from cli.fork.update import Conflict, Moved, Updated, UpdateRequest, update_project
from core.errors import ConfigurationError, ForkError
from testing.forks import committed, run_git, small_template, write_files

LINES = "".join(f"line {number}\n" for number in range(1, 21))
FILES: Mapping[str, str | bytes] = {
    "app/a.py": LINES,
    "app/b.py": LINES.replace("line", "value"),
    "docs/gone.md": LINES.replace("line", "page"),
    "docs/logo.png": b"\x89PNG\0" + bytes(range(256)),
    "run.sh": "#!/bin/sh\n",
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A template at 1.0, and a project that was made from it."""
    folder = tmp_path_factory.mktemp("forks")
    template = small_template(folder / "template", FILES)
    with pytest.MonkeyPatch.context() as patch:
        for role in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{role}_NAME", "Ada")
            patch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")
        make_project(NewProject(folder / "law", str(template), None, {}, (), defaults=True, drafts=False))
    return template, folder / "law"


@pytest.fixture
def template(made: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "template"))


@pytest.fixture
def project(made: tuple[Path, Path], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[1], tmp_path / "law"))


def change(folder: Path, files: Mapping[str, str | bytes], *removed: str, tag: str | None = None) -> None:
    for name in removed:
        run_git(folder, "rm", "--quiet", name)
    write_files(folder, files)
    committed(folder, tag)


def updated(project: Path, template: Path, **more: object) -> Updated:
    return update_project(UpdateRequest(project, str(template), **more))  # type: ignore[arg-type]


def line(text: str, number: int, now: str) -> str:
    lines = text.splitlines(keepends=True)
    lines[number - 1] = now + "\n"
    return "".join(lines)


def test_changes_of_both_in_other_lines_of_a_file_are_both_there(project: Path, template: Path) -> None:
    change(project, {"app/a.py": line(LINES, 2, "ours")})
    change(template, {"app/a.py": line(LINES, 18, "theirs"), "docs/new.md": "new\n"}, tag="1.1")

    result = updated(project, template)

    assert (result.old, result.new, result.conflicts) == ("1.0", "1.1", ())
    assert result.changed == ("app/a.py", "docs/new.md")
    assert (project / "app/a.py").read_text(encoding="utf-8") == line(line(LINES, 2, "ours"), 18, "theirs")
    assert (project / "docs/new.md").exists()
    assert read_answers(project).version == "1.1"
    # Everything is staged, for one commit.
    assert {entry[1] for entry in run_git(project, "status", "--porcelain").splitlines()} == {" "}


def test_a_change_goes_along_with_a_file_that_the_template_renames(project: Path, template: Path) -> None:
    change(project, {"app/a.py": line(LINES, 2, "ours")})
    change(template, {"app/z.py": line(LINES, 18, "theirs")}, "app/a.py", tag="1.1")

    result = updated(project, template)

    assert result.moved == (Moved("app/a.py", "app/z.py"),)
    assert result.conflicts == ()
    assert (project / "app/z.py").read_text(encoding="utf-8") == line(line(LINES, 2, "ours"), 18, "theirs")
    assert not (project / "app/a.py").exists()


def test_a_changed_file_that_the_template_removes_stays_as_a_conflict(project: Path, template: Path) -> None:
    ours = line(FILES["docs/gone.md"], 3, "ours")  # type: ignore[arg-type]
    change(project, {"docs/gone.md": ours})
    change(template, {}, "docs/gone.md", "app/b.py", tag="1.1")

    result = updated(project, template)

    assert result.conflicts == (Conflict("docs/gone.md", "removed by the template"),)
    assert (project / "docs/gone.md").read_text(encoding="utf-8") == ours
    assert not (project / "app/b.py").exists(), "a file that the project did not change goes with the template"
    assert "ours" in run_git(project, "diff", ":1:docs/gone.md", ":2:docs/gone.md")


def test_changes_of_the_same_line_are_a_conflict_with_marks(project: Path, template: Path) -> None:
    change(project, {"app/a.py": line(LINES, 2, "ours"), "docs/new.md": "ours\n"})
    change(template, {"app/a.py": line(LINES, 2, "theirs"), "docs/new.md": "theirs\n"}, tag="1.1")

    result = updated(project, template)

    assert result.conflicts == (Conflict("app/a.py", "both changed"), Conflict("docs/new.md", "both added"))
    text = (project / "app/a.py").read_text(encoding="utf-8")
    assert "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>>" in text
    assert "(Groundwork 1.1)" in text


def test_a_picture_that_the_project_replaced_stays(project: Path, template: Path) -> None:
    change(project, {"docs/logo.png": b"\x89PNG\0ours"})
    change(template, {"docs/new.md": "new\n"}, tag="1.1")

    assert updated(project, template).conflicts == ()
    assert (project / "docs/logo.png").read_bytes() == b"\x89PNG\0ours"


def test_a_picture_that_both_replaced_is_a_conflict(project: Path, template: Path) -> None:
    change(project, {"docs/logo.png": b"\x89PNG\0ours"})
    change(template, {"docs/logo.png": b"\x89PNG\0theirs"}, tag="1.1")

    assert updated(project, template).conflicts == (Conflict("docs/logo.png", "both changed"),)
    assert (project / "docs/logo.png").read_bytes() == b"\x89PNG\0ours"


def test_a_file_that_the_project_removed_stays_removed_and_is_named_if_the_template_changed_it(
    project: Path, template: Path
) -> None:
    change(project, {}, "app/a.py", "app/b.py", "run.sh")
    moved = line(FILES["app/b.py"], 18, "theirs")  # type: ignore[arg-type]
    change(template, {"app/a.py": line(LINES, 18, "theirs"), "app/c.py": moved}, "app/b.py", tag="1.1")

    result = updated(project, template)

    assert (result.removed_by_you, result.conflicts) == (("app/a.py", "app/c.py"), ())
    assert sorted(path.name for path in (project / "app").glob("*")) == []


def test_a_new_file_goes_along_with_a_folder_that_the_template_renames(project: Path, template: Path) -> None:
    change(project, {"app/mine.py": "mine\n"})
    run_git(template, "mv", "app", "answers")
    change(template, {}, tag="1.1")

    assert updated(project, template).conflicts == ()
    assert (project / "answers/mine.py").exists()


def test_what_is_the_forks_own_is_never_touched(project: Path, template: Path) -> None:
    own = {"domains/law/domain.toml": "mine\n", "README.md": "# Mine\n", "domains/law/corpus/own.md": "# Own\n"}
    change(project, own, "domains/law/corpus/about.md", "domains/law/prompts/small.md")
    page = next((template / "domains" / "{{ name }}" / "corpus").iterdir())
    shared = {"README.md.jinja": "# Theirs\n", "domains/{{ name }}/domain.toml.jinja": "theirs\n"}
    change(template, {**shared, str(page.relative_to(template)): "# Theirs\n", "docs/new.md": "new\n"}, tag="1.1")
    before = run_git(project, "rev-parse", "HEAD:domains/law", "HEAD:README.md", "HEAD:domains/DEFAULT")

    assert updated(project, template).changed == ("docs/new.md",)
    committed(project)
    assert run_git(project, "rev-parse", "HEAD:domains/law", "HEAD:README.md", "HEAD:domains/DEFAULT") == before


def test_a_page_that_was_moved_into_the_domain_is_not_changed_with_its_original(project: Path, template: Path) -> None:
    (project / "domains/law/corpus").mkdir(exist_ok=True)
    run_git(project, "mv", "docs/gone.md", "domains/law/corpus/page.md")
    committed(project)
    change(template, {"docs/gone.md": line(FILES["docs/gone.md"], 3, "theirs")}, tag="1.1")  # type: ignore[arg-type]

    result = updated(project, template)

    assert (project / "domains/law/corpus/page.md").read_bytes() == FILES["docs/gone.md"].encode()  # type: ignore[union-attr]
    assert "domains/law/corpus/page.md" not in result.changed


def test_the_right_to_execute_is_merged(project: Path, template: Path) -> None:
    (template / "run.sh").chmod(0o755)
    change(template, {}, tag="1.1")
    updated(project, template)
    assert (project / "run.sh").stat().st_mode & 0o111


def test_a_check_says_the_same_and_changes_nothing(project: Path, template: Path) -> None:
    change(project, {"app/a.py": line(LINES, 2, "ours")})
    change(template, {"app/a.py": line(LINES, 2, "theirs"), "docs/new.md": "new\n"}, tag="1.1")
    before = run_git(project, "status", "--porcelain=v2", "--branch")

    checked = updated(project, template, check=True)

    assert run_git(project, "status", "--porcelain=v2", "--branch") == before
    assert len(run_git(project, "worktree", "list").splitlines()) == 1
    assert checked == updated(project, template)


def test_a_new_question_has_its_default_and_an_answer_may_change(project: Path, template: Path) -> None:
    questions = (template / "copier.yml").read_text(encoding="utf-8")
    more = questions + "\nregion:\n  type: str\n  default: eu\n"
    change(template, {"copier.yml": more, "docs/region.md.jinja": "{{ region }} {{ audience }}\n"}, tag="1.1")

    updated(project, template, data={"audience": "clerks"})

    assert (project / "docs/region.md").read_text(encoding="utf-8") == "eu clerks\n"
    answers = read_answers(project).answers
    assert (answers["region"], answers["audience"], answers["title"]) == ("eu", "clerks", "Law")


def test_new_settings_come_with_the_example_and_the_chosen_ones_stay(project: Path, template: Path) -> None:
    chosen = project / "domains" / "law" / "env.example"
    change(project, {"domains/law/env.example": "GROUNDWORK_AUTH=keys\n"})
    example = (template / ".env.example").read_text(encoding="utf-8") + "GROUNDWORK_NEW=\n"
    change(template, {".env.example": example}, tag="1.1")
    assert updated(project, template).changed == (".env.example",)
    assert (project / ".env.example").read_text(encoding="utf-8") == example
    assert chosen.read_text(encoding="utf-8") == "GROUNDWORK_AUTH=keys\n"


# Versions


def test_the_newest_tag_is_taken_and_a_commit_after_it_on_demand(project: Path, template: Path) -> None:
    change(template, {"docs/new.md": "new\n"}, tag="1.1")
    change(template, {"docs/newer.md": "newer\n"})

    assert updated(project, template).new == "1.1"
    committed(project)
    assert updated(project, template).is_current
    assert updated(project, template, ref="main").new.startswith("1.1-1-g")
    assert (project / "docs/newer.md").exists()


def test_there_is_nothing_to_do_at_the_newest_version(project: Path, template: Path) -> None:
    result = updated(project, template)
    assert (result.is_current, result.changed, run_git(project, "status", "--porcelain")) == (True, (), "")


def test_an_earlier_version_is_refused(project: Path, template: Path) -> None:
    change(template, {"docs/new.md": "new\n"}, tag="1.1")
    updated(project, template)
    committed(project)
    with pytest.raises(ConfigurationError, match=r"is at 1\.1, which comes after 1\.0"):
        updated(project, template, ref="1.0")


def test_another_template_is_recorded_and_one_without_the_projects_version_refused(
    project: Path, template: Path, tmp_path: Path
) -> None:
    change(template, {"docs/new.md": "new\n"}, tag="1.1")
    other = Path(shutil.copytree(template, tmp_path / "moved"))
    updated(project, other)
    assert read_answers(project).origin == str(other)
    committed(project)

    unrelated = small_template(tmp_path / "unrelated", FILES)
    with pytest.raises(ConfigurationError, match=r"made from version 1\.1, which the template .* does not have"):
        updated(project, unrelated)


# What is refused


def test_uncommitted_changes_are_refused_with_one_of_them(project: Path, template: Path) -> None:
    write_files(project, {"docs/mine.md": "mine\n"})
    with pytest.raises(ConfigurationError, match=r"has 1 changes that are not committed, like docs/"):
        updated(project, template)


def test_a_folder_without_a_repository_or_below_one_is_refused(project: Path, template: Path, tmp_path: Path) -> None:
    plain = Path(shutil.copytree(project, tmp_path / "plain", ignore=shutil.ignore_patterns(".git")))
    with pytest.raises(ConfigurationError, match="is not the top folder of a git repository"):
        updated(plain, template)
    shutil.copyfile(project / ".copier-answers.yml", project / "docs" / ".copier-answers.yml")
    with pytest.raises(ConfigurationError, match="is not the top folder of a git repository"):
        updated(project / "docs", template)


def test_a_project_of_something_else_is_refused(tmp_path: Path, template: Path) -> None:
    with pytest.raises(ConfigurationError, match="was not made by `groundwork new`"):
        updated(tmp_path, template)


def test_a_template_whose_questions_cannot_be_read_changes_nothing(project: Path, template: Path) -> None:
    change(template, {"copier.yml": "name: {type: nonsense}\n"}, tag="1.1")
    with pytest.raises((ConfigurationError, ForkError)):
        updated(project, template)
    assert run_git(project, "status", "--porcelain") == ""

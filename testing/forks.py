"""Templates and projects for tests of `groundwork new` and `update`: real git repositories."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from testing.builders import REPOSITORY

IS_TEMPLATE = (REPOSITORY / "copier.yml").exists()
"""Whether this checkout is the template; a fork is none."""
PRODUCT = ("app", "cli", "core", "domains", "evals", "ingest", "serving")
"""The folders that a running project needs; of `app/ui` the build alone."""
_QUESTIONS = ("copier.yml", ".copier-answers.yml.jinja", ".env.jinja", "README.md.jinja")
_INCLUDED = (".env.example", ".gitignore", "domains/domain.schema.json", "domains/DEFAULT", "domains/DEFAULT.jinja")


def run_git(folder: Path, *arguments: str) -> str:
    """Run git as a user with a name; return its output."""
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "core.autocrlf=false")
    done = subprocess.run(["git", *person, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"git {' '.join(arguments)}: {done.stderr}"
    return done.stdout.rstrip("\n")


def committed(folder: Path, tag: str | None = None) -> Path:
    """Commit everything in a folder, which becomes a repository, and tag the commit."""
    if not (folder / ".git").exists():
        run_git(folder, "init", "--quiet", "--initial-branch=main")
    run_git(folder, "add", "--all")
    run_git(folder, "commit", "--quiet", "--allow-empty", "--message", tag or "Ours")
    if tag:
        run_git(folder, "tag", tag)
    return folder


def small_template(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Make a template of the project's own questions and domain, and of these files; its tag is 1.0."""
    own = [REPOSITORY / "domains" / "{{ name }}", REPOSITORY / "domains" / "documents"]
    for path in [*(REPOSITORY / name for name in (*_QUESTIONS, *_INCLUDED)), *own]:
        target = folder / path.relative_to(REPOSITORY)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(path, target) if path.is_dir() else shutil.copyfile(path, target)
    write_files(folder, files)
    return committed(folder, "1.0")


def project_template(folder: Path, tops: Iterable[str] | None = None) -> Path:
    """Make a template of this checkout as it is, uncommitted changes included; its tag is 1.0.

    `tops` are the folders that it has; None: everything.
    """
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    wanted = None if tops is None else set(tops)
    for name in listed:
        source = REPOSITORY / name
        if not name or not source.is_file() or source.is_symlink():
            continue
        top, *below = name.split("/")
        if wanted is not None and below and (top not in wanted or below[:2] == ["ui", "src"]):
            continue
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / name)
    return committed(folder, "1.0")


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write files below a folder."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)

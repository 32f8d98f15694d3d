"""Run git, whose failures become errors with its own words."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from core.errors import ConfigurationError, ForkError

_TEMPLATE_AUTHOR = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "Groundwork"), ("EMAIL", "groundwork@localhost"))
}

_OF_ANOTHER = frozenset(
    ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
)
"""What git sets for a hook, and what would lead a command to the hook's repository."""


def git(folder: Path, *arguments: str, env: Mapping[str, str] | None = None, may_fail: bool = False) -> str:
    """Run git in a folder and return its output, without the line end.

    The repository is that of the folder, whatever one the caller's environment names: in a hook it names another.
    Raises ForkError when git fails; with `may_fail`, the output is empty then.
    """
    done = run_git(folder, *arguments, env=env)
    if done.returncode != 0 and not may_fail:
        raise ForkError(f"git {' '.join(arguments)} failed in {folder}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.rstrip("\n") if done.returncode == 0 else ""


def run_git(folder: Path, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Run git in a folder and return how it ended. Raises ConfigurationError where there is no git."""
    program = shutil.which("git")
    if program is None:
        raise ConfigurationError(
            "git is not installed, and a fork is a git repository. Install it: apt-get install git"
        )
    own = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER}
    return subprocess.run(  # noqa: S603
        [program, *arguments],
        cwd=folder,
        env={**own, "GIT_TERMINAL_PROMPT": "0", **(env or {})},
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )


def check_identity(folder: Path) -> None:
    """Raise ConfigurationError where git does not know who commits in a folder."""
    if run_git(folder, "var", "GIT_COMMITTER_IDENT").returncode != 0:
        raise ConfigurationError(
            "git does not know who you are, and the project begins with a commit. Say it once: "
            'git config --global user.name "Your Name" && git config --global user.email you@example.com'
        )


def tree_of(repository: Path, folder: Path, index: Path, left_out: str) -> str:
    """Write the files of a folder into a repository's objects and return their tree.

    `index` is a file that does not exist yet, and the file `left_out` is left out. Files that .gitignore names are
    included.
    """
    env = {"GIT_INDEX_FILE": str(index)}
    inside = f"--git-dir={repository_folder(repository)}", f"--work-tree={folder}"
    git(folder, *inside, "add", "--all", "--force", ".", env=env)
    git(folder, *inside, "rm", "--quiet", "--cached", "--ignore-unmatch", "--", left_out, env=env)
    return git(folder, *inside, "write-tree", env=env)


def commit_of(repository: Path, tree: str, message: str, *parents: str) -> str:
    """Make a commit that no branch has, and return it."""
    named = [argument for parent in parents for argument in ("-p", parent)]
    return git(repository, "commit-tree", tree, "-m", message, *named, env=_TEMPLATE_AUTHOR)


def repository_folder(folder: Path) -> Path:
    """Return the git directory that a working tree shares with its others."""
    return Path(git(folder, "rev-parse", "--path-format=absolute", "--git-common-dir"))


def paths(listed: str) -> tuple[str, ...]:
    """Split the output of a git command with `-z`."""
    return tuple(path for path in listed.split("\0") if path)

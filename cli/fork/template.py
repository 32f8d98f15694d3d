"""The template that projects are made from: where it is, and which of its versions."""

from __future__ import annotations

import importlib.metadata
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

from cli.fork.answers import ANSWERS, read_answers
from cli.fork.git import git, run_git
from core.errors import ConfigurationError, ForkError
from core.settings import without_password

QUESTIONS = "copier.yml"
_SHORT = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_REMOTE = re.compile(r"[a-z][a-z0-9+.-]*://|[\w.-]+@[\w.-]+:")
_USER_INFO = re.compile(r"(?<=^https://)[^/@]*@")


@dataclass(frozen=True, slots=True)
class Release:
    """A version of the template. `name` is that of `git describe`, which the answers file records."""

    commit: str
    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """A clone of the template, and the origin that a project records for its updates.

    `changed` are files of a local template that differ from its commit, and are left out.
    """

    clone: Path
    origin: str
    changed: tuple[str, ...] = ()

    def release(self, ref: str) -> Release:
        """Return the version that a tag, a branch or a commit names. Raises ConfigurationError where none is named."""
        for name in (ref, f"refs/remotes/origin/{ref}"):
            commit = git(
                self.clone, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}", may_fail=True
            )
            if commit:
                return Release(commit, git(self.clone, "describe", "--tags", "--always", commit))
        raise ConfigurationError(
            f"The template {shown(self.origin)} has no version '{ref}'. Name a tag, a branch or a commit that it has, "
            f"or another template. Its tags: {', '.join(self.tags) or 'none'}."
        )

    @property
    def tags(self) -> tuple[str, ...]:
        """Return the tags that are versions (PEP 440) and no pre-releases, the newest first."""
        found = {tag: _version(tag) for tag in git(self.clone, "tag", "--list").splitlines()}
        kept = {tag: version for tag, version in found.items() if version is not None and not version.is_prerelease}
        return tuple(sorted(kept, key=lambda tag: kept[tag], reverse=True))

    @property
    def newest(self) -> Release:
        """Return the newest tagged version; without a tag, the last commit."""
        return self.release(next(iter(self.tags), "HEAD"))

    def contains(self, later: Release, earlier: Release) -> bool:
        """Return whether a version is another one or comes after it."""
        ancestry = run_git(self.clone, "merge-base", "--is-ancestor", earlier.commit, later.commit)
        return ancestry.returncode == 0

    def questions(self, release: Release) -> tuple[str, ...]:
        """Return the names of a version's questions, without what it computes from the answers.

        Raises ConfigurationError for a version that is no template.
        """
        text = git(self.clone, "show", f"{release.commit}:{QUESTIONS}", may_fail=True)
        if not text:
            raise ConfigurationError(
                f"{shown(self.origin)} has no {QUESTIONS} at {release.name}, and so is no template of Groundwork. Name "
                "Groundwork's own repository: --template"
            )
        return tuple(
            key
            for key, question in yaml.safe_load(text).items()
            if not key.startswith("_") and question.get("when") is not False
        )

    @contextmanager
    def files(self, release: Release) -> Iterator[Path]:
        """Give a folder with the files of a version until the end of the block."""
        with tempfile.TemporaryDirectory(prefix="groundwork-template-") as folder:
            files = Path(folder) / "files"
            git(self.clone, "worktree", "add", "--quiet", "--detach", str(files), release.commit)
            try:
                yield files
            finally:
                git(self.clone, "worktree", "remove", "--force", str(files))


@contextmanager
def cloned(origin: str) -> Iterator[Template]:
    """Clone a template and give it until the end of the block.

    `origin` is the folder of a git repository, its URL, or gh:owner/name. Raises ConfigurationError for one that is no
    git repository, and ForkError where it cannot be cloned.
    """
    local = Path(origin).expanduser().resolve() if not _is_remote(origin) else None
    if local is not None:
        _check_repository(local)
    with tempfile.TemporaryDirectory(prefix="groundwork-template-") as folder:
        clone = Path(folder) / "clone"
        done = run_git(Path(folder), "clone", "--quiet", "--no-checkout", "--", str(local or _url(origin)), str(clone))
        if done.returncode != 0:
            raise ForkError(
                f"The template {shown(origin)} cannot be cloned: {without_password(done.stderr.strip())} "
                "Check the address and your rights, or name another one: --template"
            )
        if local is None:
            yield Template(clone, _for_copier(_url(origin)))
        else:
            yield Template(clone, _published(local), _changed(local))


def default_template(repository: Path) -> str:
    """Return the template of a checkout: the one that a fork was made from, else the checkout itself.

    An installed package has the URL that it was installed from with git. Raises ConfigurationError where there is none.
    """
    if (repository / ANSWERS).is_file():
        return read_answers(repository).origin
    if (repository / ".git").exists():
        return str(repository)
    recorded: dict[str, Any] = json.loads(_installed_from() or "{}")
    if "vcs_info" in recorded:
        return str(recorded["url"])
    raise ConfigurationError(
        "Groundwork was not installed from git, so that nothing says where its template is. Name it: --template URL"
    )


def _installed_from() -> str | None:
    """Return what pip recorded of the origin of the package (PEP 610)."""
    try:
        return importlib.metadata.distribution("groundwork").read_text("direct_url.json")
    except importlib.metadata.PackageNotFoundError:
        return None


def shown(origin: str) -> str:
    """Return an origin for messages: without a password."""
    return without_password(origin)


def _check_repository(folder: Path) -> None:
    if not folder.is_dir():
        raise ConfigurationError(
            f"There is no template {folder}. Name the folder of a git repository, or a URL: --template"
        )
    if not git(folder, "rev-parse", "--git-dir", may_fail=True):
        raise ConfigurationError(
            f"The template {folder} is no git repository, so that no later version could be merged into the project. "
            "Clone Groundwork with git, and name the clone: --template"
        )
    if not git(folder, "rev-parse", "--verify", "--quiet", "HEAD", may_fail=True):
        raise ConfigurationError(f"The template {folder} has no commit. Commit its files first.")


def _changed(folder: Path) -> tuple[str, ...]:
    """Return the files of a working tree that are not as they are committed; none for a repository without one."""
    listed = git(folder, "status", "--porcelain", may_fail=True)
    return tuple(line[3:] for line in listed.splitlines())


def _published(folder: Path) -> str:
    """Return the URL of a checkout's origin, if that has its last commit, for colleagues to update; else its path."""
    url = git(folder, "config", "--get", "remote.origin.url", may_fail=True)
    if _is_remote(url) and git(folder, "branch", "--remotes", "--contains", "HEAD", may_fail=True):
        return _for_copier(url)
    return str(folder)


def _is_remote(origin: str) -> bool:
    return origin.startswith(tuple(_SHORT)) or bool(_REMOTE.match(origin))


def _url(origin: str) -> str:
    """Return the URL that git understands."""
    for short, host in _SHORT.items():
        if origin.startswith(short):
            return host + origin.removeprefix(short).removesuffix(".git") + ".git"
    return origin.removeprefix("git+")


def _for_copier(url: str) -> str:
    """Return a URL as copier takes it for a repository's, without a password of the user."""
    url = _USER_INFO.sub("", url)
    known = url.endswith(".git") or url.startswith(("git@", "git://", "https://github.com/", "https://gitlab.com/"))
    return url if known else f"git+{url}"


def _version(tag: str) -> Version | None:
    try:
        return Version(tag)
    except InvalidVersion:
        return None

"""Make a project from the template: `groundwork new`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cli.fork.answers import Answer, Answers, write_answers
from cli.fork.documents import copy_documents, find_documents
from cli.fork.drafts import Prepared, prepare
from cli.fork.git import check_identity, git, repository_folder
from cli.fork.render import check_copier, render
from cli.fork.template import Release, Template, cloned
from core.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class NewProject:
    """What to make: where, from which version of which template, with which answers and documents.

    `ref` is a tag, a branch or a commit; None: the last commit of a folder, the newest version of a URL.
    """

    folder: Path
    template: str
    ref: str | None
    data: Mapping[str, Answer]
    documents: Sequence[Path]
    defaults: bool
    drafts: bool


@dataclass(frozen=True, slots=True)
class Made:
    """The project that was made. `uncommitted` are changed files of the template, which it does not have."""

    folder: Path
    answers: Answers
    commit: str
    copied: int
    prepared: Prepared | None
    uncommitted: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "folder": str(self.folder),
            "domain": self.answers.domain,
            "template": self.answers.origin,
            "version": self.answers.version,
            "commit": self.commit,
            "copied": self.copied,
            "prepared": asdict(self.prepared) if self.prepared is not None else None,
            "uncommitted": list(self.uncommitted),
        }


def make_project(request: NewProject) -> Made:
    """Make a project, with a first commit and with its documents read.

    Raises ConfigurationError for a folder that holds something, wrong answers, documents that are not there, a template
    that is none, and where git or its user is missing; ForkError where git or copier fails.
    """
    check_copier()
    folder = request.folder.expanduser().resolve()
    _check_folder(folder, request.template)
    check_identity(_existing(folder))
    documents = find_documents(request.documents)
    with cloned(request.template) as template:
        release = _release(template, request)
        data = _data(request, template, release)
        answers = render(template, release, folder, data, defaults=request.defaults, own_files=True)
        uncommitted = template.changed
    domain = folder / "domains" / answers.domain
    write_answers(folder, answers)
    copy_documents(documents, domain / "corpus")
    english = answers.answers["language"] == "english"
    prepared = prepare(folder, domain, english=english) if request.drafts else None
    commit = _first_commit(folder, answers)
    return Made(folder, answers, commit, len(documents), prepared, uncommitted)


def _check_folder(folder: Path, template: str) -> None:
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file. Name a folder that does not exist yet.")
    if folder.exists() and any(folder.iterdir()):
        raise ConfigurationError(f"{folder} is not empty. Name a folder that does not exist yet, or an empty one.")
    origin = Path(template).expanduser().resolve()
    if (origin / ".git").exists() and folder.is_relative_to(origin):
        raise ConfigurationError(
            f"{folder} lies in the template {origin}. Name a folder beside it: {origin.parent / folder.name}"
        )


def _existing(folder: Path) -> Path:
    """Return the folder, or the first above it that exists: git's settings may depend on the place."""
    return next(one for one in (folder, *folder.parents) if one.is_dir())


def _release(template: Template, request: NewProject) -> Release:
    if request.ref is not None:
        return template.release(request.ref)
    return template.release("HEAD") if Path(request.template).expanduser().is_dir() else template.newest


def _data(request: NewProject, template: Template, release: Release) -> dict[str, Answer]:
    """Return the answers that are given. Raises ConfigurationError for an unknown question and a missing source."""
    questions = template.questions(release)
    for name in request.data:
        # Copier takes an answer to no question without a word.
        if name not in questions:
            raise ConfigurationError(f"There is no question '{name}'. The questions: {', '.join(questions)}.")
    data = dict(request.data)
    if "sources" in data:
        data["sources"] = ", ".join(map(_source, filter(str.strip, str(data["sources"]).split(","))))
    if request.documents:
        data |= {"corpus": True, "starter": False}
        data.setdefault("sources", "")
    return data


def _source(path: str) -> str:
    source = Path(path.strip()).expanduser().absolute()
    if not source.exists():
        raise ConfigurationError(
            f"There is no folder {source}. Name existing folders, separated by commas: --data sources=…"
        )
    return str(source)


def _first_commit(folder: Path, answers: Answers) -> str:
    """Make the folder a repository with everything in it committed, and return the commit."""
    git(folder, "init", "--quiet")
    # What the user's own ignore file names is a part of the project all the same.
    git(folder, "-c", f"core.excludesFile={repository_folder(folder) / 'info' / 'none'}", "add", "--all")
    title = answers.answers["title"]
    git(folder, "commit", "--quiet", "--message", f"Begin {title} from Groundwork {answers.version}")
    return git(folder, "rev-parse", "HEAD")

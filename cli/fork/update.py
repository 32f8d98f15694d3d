"""Merge a later version of the template into a project: `groundwork update`.

Copier renders both versions, and git merges what changed between them: it follows a file that the template renames, and
keeps one that the template removes and the project has changed as a conflict. Copier's own update drops the project's
change in both cases, and replaces changed binary files, without a word (findings/copier-update-drops-changes.sh).

Not covered: a project that is a folder of a larger repository; tasks and migrations of a template, of which this one
has none.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from cli.fork.answers import ANSWERS, Answer, Answers, read_answers, write_answers
from cli.fork.git import commit_of, git, paths, run_git, tree_of
from cli.fork.render import check_copier, render
from cli.fork.template import Release, Template, cloned, shown
from core.errors import ConfigurationError, ForkError

Kind: TypeAlias = Literal["both changed", "both added", "removed by the template", "renamed differently"]
_MERGE = ("-c", "core.hooksPath=/dev/null", "-c", "merge.directoryRenames=true", "-c", "rerere.enabled=false")
"""No hook of the project runs; a new file follows its folder, when the template renames that."""


@dataclass(frozen=True, slots=True)
class UpdateRequest:
    """Which project to update, from which template and to which version; None: those that it records, and the newest.

    `data` are answers that change. With `check`, nothing in the project changes.
    """

    project: Path
    template: str | None = None
    ref: str | None = None
    data: Mapping[str, Answer] | None = None
    check: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that a person has to decide on."""

    path: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Moved:
    """A file that the template has renamed, and to which the project's change went along."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update changes. `removed_by_you` are files that the project removed and the template changed."""

    old: str
    new: str
    changed: tuple[str, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    moved: tuple[Moved, ...] = ()
    removed_by_you: tuple[str, ...] = ()

    @property
    def is_current(self) -> bool:
        """Return whether there was no later version."""
        return self.old == self.new

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {**asdict(self), "is_current": self.is_current}


def update_project(request: UpdateRequest) -> Updated:
    """Merge the later version into the files and the index of the project, without a commit.

    Raises ConfigurationError for a folder that is no project, one with uncommitted changes, and an unknown or an
    earlier version; ForkError where git or copier fails.
    """
    check_copier()
    project = request.project.expanduser().resolve()
    answers = read_answers(project)
    _check_clean(project)
    with cloned(request.template or answers.origin) as template:
        old, new = _versions(template, answers, request.ref)
        if old.commit == new.commit and not request.data:
            return Updated(old.name, old.name)
        return _merge(project, template, (old, new), answers, request)


def _check_clean(project: Path) -> None:
    top = git(project, "rev-parse", "--show-toplevel", may_fail=True)
    if not top or Path(top).resolve() != project.resolve():
        raise ConfigurationError(
            f"{project} is not the top folder of a git repository, and the update is a merge. Begin one: git init && "
            'git add --all && git commit -m "As it is"'
        )
    changed = git(project, "status", "--porcelain").splitlines()
    if changed:
        raise ConfigurationError(
            f"{project} has {len(changed)} changes that are not committed, like {changed[0][3:]}. Commit or stash "
            "them, so that the update can be distinguished from them and taken back."
        )


def _versions(template: Template, answers: Answers, ref: str | None) -> tuple[Release, Release]:
    """Return the project's version and the one to update to; the same where there is no later one."""
    try:
        old = template.release(answers.version)
    except ConfigurationError as error:
        raise ConfigurationError(
            f"The project was made from version {answers.version}, which the template {shown(template.origin)} does "
            "not have. Name the repository that has it: --template"
        ) from error
    new = template.release(ref) if ref is not None else template.newest
    if template.contains(old, new):
        if ref is not None and old.commit != new.commit:
            raise ConfigurationError(
                f"The project is at {old.name}, which comes after {new.name}: an update goes to a later version only."
            )
        return old, old
    return old, new


def _merge(
    project: Path, template: Template, versions: tuple[Release, Release], answers: Answers, request: UpdateRequest
) -> Updated:
    old, new = versions
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="groundwork-update-")))
        base, _ = _rendered(project, template, old, answers.answers, work / "old")
        changed_answers = {**answers.answers, **(request.data or {})}
        theirs, made = _rendered(project, template, new, changed_answers, work / "new", base)
        merged = project
        if request.check:
            merged = work / "check"
            git(project, *_MERGE, "worktree", "add", "--quiet", "--detach", str(merged), "HEAD")
            stack.callback(git, project, "worktree", "remove", "--force", str(merged))
        removed = _apply(merged, theirs, own=(f"domains/{answers.domain}", "domains/DEFAULT", "README.md"))
        write_answers(merged, made)
        git(merged, "add", "--", ANSWERS)
        return Updated(
            old.name,
            new.name,
            paths(git(merged, "diff", "--name-only", "-z", "HEAD", "--", f":!{ANSWERS}")),
            _conflicts(merged),
            _moved(merged, base, theirs),
            removed,
        )


def _rendered(
    project: Path, template: Template, release: Release, answers: Mapping[str, Answer], folder: Path, *parents: str
) -> tuple[str, Answers]:
    """Return a commit of a version's files in the project's repository, and the answers that they were made with."""
    questions = template.questions(release)
    known = {name: answer for name, answer in answers.items() if name in questions}
    made = render(template, release, folder, known, defaults=True, own_files=False)
    tree = tree_of(project, folder, folder.with_suffix(".index"), ANSWERS)
    return commit_of(project, tree, f"Groundwork {release.name}", *parents), made


def _apply(folder: Path, commit: str, own: Sequence[str]) -> tuple[str, ...]:
    """Merge what a commit changed into the files of a folder; leave what is the fork's own as it was.

    Return the files that the project had removed and the commit changed; they stay removed.
    """
    done = run_git(folder, *_MERGE, "cherry-pick", "--no-commit", "--keep-redundant-commits", commit)
    if done.returncode != 0 and not _stages(folder):
        raise ForkError(
            f"git could not merge the new version in {folder}: {done.stderr.strip()} Take it back: git reset --hard"
        )
    kept = [path for path in own if git(folder, "ls-tree", "HEAD", "--", path)]
    if kept:
        git(folder, "checkout", "--quiet", "HEAD", "--", *kept)
    removed = tuple(path for path, stages in _stages(folder).items() if stages in ({1, 3}, {1}))
    for path in removed:
        git(folder, "rm", "--quiet", "--force", "--ignore-unmatch", "--", path)
    return removed


def _stages(folder: Path) -> dict[str, set[int]]:
    """Return the unmerged files with what is known of each: 1 the old version, 2 the project's file, 3 the new one."""
    found: dict[str, set[int]] = {}
    for entry in paths(git(folder, "ls-files", "--unmerged", "-z")):
        about, _, path = entry.partition("\t")
        found.setdefault(path, set()).add(int(about.split(" ")[2]))
    return found


_KINDS: dict[frozenset[int], Kind] = {
    frozenset((1, 2, 3)): "both changed",
    frozenset((2, 3)): "both added",
    frozenset((1, 2)): "removed by the template",
}


def _conflicts(folder: Path) -> tuple[Conflict, ...]:
    return tuple(
        Conflict(path, _KINDS.get(frozenset(stages), "renamed differently"))
        for path, stages in sorted(_stages(folder).items())
    )


def _moved(folder: Path, base: str, theirs: str) -> tuple[Moved, ...]:
    """Return the files that the template renamed and the project had changed."""
    listed = paths(git(folder, "diff", "--name-status", "--find-renames", "--diff-filter=R", "-z", base, theirs))
    renames = [Moved(old, new) for old, new in zip(listed[1::3], listed[2::3], strict=True)]
    if not renames:
        return ()
    olds = [f":(literal){rename.old}" for rename in renames]
    changed = set(
        paths(git(folder, "diff", "--name-only", "--no-renames", "--diff-filter=M", "-z", base, "HEAD", "--", *olds))
    )
    return tuple(rename for rename in renames if rename.old in changed)

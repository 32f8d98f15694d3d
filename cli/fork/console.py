"""Print what `groundwork new` and `update` did, and what to do next."""

from __future__ import annotations

import shlex
from pathlib import Path

import typer

from cli.fork.drafts import FILE, Prepared
from cli.fork.new import Made
from cli.fork.render import INSTALL
from cli.fork.template import shown
from cli.fork.update import Conflict, Updated

_MOST_SHOWN = 20
_DECIDE = {
    "both changed": "both changed; decide between the marks <<<<<<< and >>>>>>>",
    "both added": "both added; decide between the marks <<<<<<< and >>>>>>>",
    "removed by the template": "removed by the template, changed by you; yours is kept: git rm it, or git add it",
    "renamed differently": "renamed by both; keep one name: git add it, and git rm the other one",
}


def print_made(made: Made) -> None:
    """Print the project, what it was made from, and the next commands."""
    name = made.answers.domain
    if made.uncommitted:
        typer.echo(
            f"Left out: {len(made.uncommitted)} files of the template that are not committed there, like "
            f"{made.uncommitted[0]}.",
            err=True,
        )
    typer.echo(f"Made {made.folder} from Groundwork {made.answers.version} ({shown(made.answers.origin)}).")
    typer.echo(f"Domain: domains/{name}, with {_documents(made)}.")
    if made.prepared is not None:
        _print_prepared(made.prepared)
    for line in _access(made):
        typer.echo(line)
    typer.echo(f"\n    cd {shlex.quote(str(made.folder))}")
    typer.echo("    make demo     ask it on http://localhost:8000")
    typer.echo("    make test     the project's tests")
    if made.prepared is not None and made.prepared.drafts:
        typer.echo(f"\n    .venv/bin/groundwork eval review domains/{name}/{FILE}     decide on the drafted questions")
    typer.echo(f"\nLater versions of Groundwork: {INSTALL}, then .venv/bin/groundwork update")


def print_updated(updated: Updated, project: Path, *, check: bool) -> None:
    """Print what an update changed, or with `check` what it would change, and what a person has to decide."""
    if updated.is_current:
        typer.echo(f"{project} is at {updated.new}, and there is no later version.")
        return
    would = "Would update" if check else "Updated"
    typer.echo(f"{would} {project} from {updated.old} to {updated.new}: {len(updated.changed)} files.")
    for moved in updated.moved:
        typer.echo(f"Renamed, with your change: {moved.old} -> {moved.new}")
    for path in updated.removed_by_you:
        typer.echo(f"Stays removed, as you removed it; the template changed it: {path}")
    for conflict in updated.conflicts[:_MOST_SHOWN]:
        typer.echo(f"Conflict: {conflict.path}: {_DECIDE[conflict.kind]}", err=True)
    if len(updated.conflicts) > _MOST_SHOWN:
        typer.echo(f"Conflict: {len(updated.conflicts) - _MOST_SHOWN} more files: git status", err=True)
    _print_next(updated.conflicts, updated.new, check=check)


def _print_next(conflicts: tuple[Conflict, ...], version: str, *, check: bool) -> None:
    if check:
        typer.echo("Nothing was changed. Update: groundwork update")
        return
    first = "git add the decided files, then make test" if conflicts else "make test"
    typer.echo(f"\n    {first}, then: git commit -m {shlex.quote(f'Update to Groundwork {version}')}")
    typer.echo("    Or take it all back: git reset --hard")


def _documents(made: Made) -> str:
    if made.copied:
        return "1 document" if made.copied == 1 else f"{made.copied} documents"
    if made.answers.answers["sources"]:
        return f"documents in {made.answers.answers['sources']}"
    return "a page to begin with, until you copy your documents into its corpus"


def _print_prepared(prepared: Prepared) -> None:
    if prepared.problem is not None:
        typer.echo(f"No questions were drafted: {prepared.problem}", err=True)
        return
    unread = prepared.failed + prepared.skipped
    others = f" ({unread} could not be read: .venv/bin/groundwork ingest names them)" if unread else ""
    documents = "1 document" if prepared.documents == 1 else f"{prepared.documents} documents"
    typer.echo(f"Read {documents}{others}; drafted {prepared.drafts} questions, to be reviewed.")


def _access(made: Made) -> list[str]:
    """Return what the access mode needs before somebody can ask."""
    match made.answers.answers["access"]:
        case "keys":
            return ["A key to ask with, after make demo: .venv/bin/groundwork keys create NAME"]
        case "oidc":
            return ["Sign-ins on the page need a client at the provider: docs/access.md"]
        case "open-to-all":
            return ["Everybody who reaches the port may read, add and delete documents: docs/access.md"]
        case _:
            return []

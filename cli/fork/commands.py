"""`groundwork new` and `groundwork update`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cli.options import AsJson, print_json
from core.errors import ConfigurationError

_CONFLICTS = 3
"""The exit code of an update that is done but for files that a person has to decide on."""

Data = Annotated[
    list[str] | None,
    typer.Option("--data", metavar="QUESTION=ANSWER", help="An answer: --data name=law. Repeatable."),
]
FromTemplate = Annotated[
    str | None, typer.Option(metavar="TEMPLATE", help="The template: a folder of a git repository, or its URL.")
]


def new_command(
    dest: Annotated[Path, typer.Argument(metavar="DEST", help="The new project's folder, which does not exist yet.")],
    documents: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="A folder or file with documents, copied into the project. Repeatable."),
    ] = None,
    data: Data = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing: take the defaults.")] = False,
    template: FromTemplate = None,
    to: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Tag, branch or commit. Default: a folder's last commit, a URL's newest tag."),
    ] = None,
    drafts: Annotated[
        bool, typer.Option(help="Read the documents, and draft gold questions from them for you to review.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Make a project for your own domain: a git repository with your documents, a domain and drafted questions."""
    from cli.fork.console import print_made
    from cli.fork.new import NewProject, make_project
    from cli.fork.template import default_template
    from core.settings import REPOSITORY

    origin = template or default_template(REPOSITORY)
    request = NewProject(dest, origin, to, _answers(data), tuple(documents or ()), defaults, drafts)
    made = make_project(request)
    print_json(made.to_dict()) if as_json else print_made(made)


def update_command(
    project: Annotated[Path, typer.Option(metavar="FOLDER", help="The project.")] = Path(),
    check: Annotated[bool, typer.Option("--check", help="Say what would change and conflict; change nothing.")] = False,
    to: Annotated[
        str | None,
        typer.Option(metavar="REF", help="Tag, branch or commit. Default: the newest version that is tagged."),
    ] = None,
    template: FromTemplate = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Merge a later version of Groundwork into a project that `groundwork new` made, without a commit.

    Exits with 3 when there are files to decide on: nothing of yours is dropped.
    """
    from cli.fork.console import print_updated
    from cli.fork.update import UpdateRequest, update_project

    updated = update_project(UpdateRequest(project, template, to, _answers(data), check))
    print_json(updated.to_dict()) if as_json else print_updated(updated, project.resolve(), check=check)
    raise typer.Exit(_CONFLICTS if updated.conflicts else 0)


def _answers(given: Sequence[str] | None) -> dict[str, str | bool | int | float]:
    answers: dict[str, str | bool | int | float] = {}
    for entry in given or ():
        name, equals, answer = entry.partition("=")
        if not equals:
            raise ConfigurationError(f"--data is '{entry}'. Write a question, = and the answer: --data name=law")
        answers[name.strip()] = answer
    return answers

"""`groundwork records …`: export and delete what is kept of answers. They open the database themselves."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from cli.options import AsJson, opened_database, print_json

User = Annotated[str | None, typer.Option(help="The answers of this user: the id of a principal.")]
Conversation = Annotated[str | None, typer.Option(help="The answers of this conversation.")]
Answer = Annotated[str | None, typer.Option(help="This answer.")]

records = typer.Typer(help="What is kept of answers: export and delete it.", no_args_is_help=True)


@records.command("export")
def export_command(user: User = None, conversation: Conversation = None, answer: Answer = None) -> None:
    """Print what is kept of answers, one JSON object a line; without an option, of all of them."""
    from app.answers.export import export_answers
    from app.answers.select import Selection

    with opened_database() as database:
        for one in export_answers(database, Selection(user, conversation, answer)):
            typer.echo(json.dumps(one, ensure_ascii=False))


@records.command("delete")
def delete_command(
    user: User = None, conversation: Conversation = None, answer: Answer = None, as_json: AsJson = False
) -> None:
    """Delete what is kept of a user's answers, of a conversation or of one answer, with the feedback on them."""
    from app.answers.delete import delete_answers
    from app.answers.select import Selection

    with opened_database() as database:
        deleted = delete_answers(database, Selection(user, conversation, answer))
    print_json({"deleted": deleted}) if as_json else typer.echo(f"Deleted: {deleted}")

"""`groundwork records …`: export and delete what is kept of answers. They open the database themselves."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import typer

from cli.operations.acts import record_act
from cli.options import AsJson, opened_database, print_json
from core.errors import ConfigurationError

if TYPE_CHECKING:
    from app.answers.select import Selection

User = Annotated[str | None, typer.Option(help="The answers of this user: the id of a principal.")]
Conversation = Annotated[str | None, typer.Option(help="The answers of this conversation.")]
Answer = Annotated[str | None, typer.Option(help="This answer.")]

records = typer.Typer(help="Export and delete what is kept of answers.", no_args_is_help=True)


@records.command("export")
def export_command(user: User = None, conversation: Conversation = None, answer: Answer = None) -> None:
    """Print what is kept of answers, one JSON object a line; without an option, of all of them."""
    from app.answers.export import export_answers

    chosen = _selection(user, conversation, answer)
    with opened_database() as database:
        record_act(database, "records.export", _target(chosen), datetime.now(UTC))
        for one in export_answers(database, chosen):
            typer.echo(json.dumps(one, ensure_ascii=False))


@records.command("delete")
def delete_command(
    user: User = None, conversation: Conversation = None, answer: Answer = None, as_json: AsJson = False
) -> None:
    """Delete what is kept of a user's answers, of a conversation or of one answer, with the feedback on them."""
    from app.answers.delete import delete_answers

    chosen = _selection(user, conversation, answer)
    if chosen.is_everything:
        raise ConfigurationError("Say which answers are to be deleted: give --user, --conversation or --answer.")
    with opened_database() as database:
        deleted = delete_answers(database, chosen)
        record_act(database, "records.delete", _target(chosen), datetime.now(UTC))
    print_json({"deleted": deleted}) if as_json else typer.echo(f"Deleted: {deleted}")


def _selection(user: str | None, conversation: str | None, answer: str | None) -> Selection:
    from app.answers.select import Selection

    given = {"--user": user, "--conversation": conversation, "--answer": answer}
    options = [name for name, value in given.items() if value is not None]
    if len(options) > 1:
        raise ConfigurationError(f"Give one of {', '.join(given)}, not {' and '.join(options)} at once.")
    return Selection(user, conversation, answer)


def _target(chosen: Selection) -> str:
    """Return the selection as the audit log has it of a request: its query."""
    return urlencode(chosen.named)

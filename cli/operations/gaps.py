"""`groundwork gaps`: what to write next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import AsJson, print_json, request, stdout

if TYPE_CHECKING:
    from rich.console import Console

_QUESTIONS = 5
"""Questions of a group that are printed; --json has all of them."""


def gaps_command(
    days: Annotated[int, typer.Option(min=1, max=36_500, help="Only answers of the last days.")] = 30,
    as_json: AsJson = False,
) -> None:
    """Group the questions that were refused, flagged or rated down, each group with its nearest pages."""
    found = request("groundwork gaps", f"/v1/gaps?days={days}")
    print_json(found) if as_json else print_gaps(found, stdout())


def print_gaps(found: dict[str, Any], console: Console) -> None:
    """Print the groups, the one that was asked most first."""
    from rich.text import Text

    def line(text: str, style: str = "") -> None:
        console.print(Text(text, style=style), soft_wrap=True)

    for group in found["groups"]:
        kinds = (("refused", "refused"), ("flagged", "flagged"), ("thumbs_down", "thumbs down"))
        counts = ", ".join(f"{group[name]} {words}" for name, words in kinds if group[name])
        line(f"{', '.join(group['terms']) or '(no terms)'}: asked {_times(group['asked'])} ({counts})", "bold")
        for question in group["questions"][:_QUESTIONS]:
            times = f" ({_times(question['asked'])})" if question["asked"] > 1 else ""
            line(f"  {question['text']}{times}  {question['answer_ids'][0]}")
        more = len(group["questions"]) - _QUESTIONS
        if more > 0:
            line(f"  and {more} more")
        pages = ", ".join(f"{page['document_id']} ({page['score']:.2f})" for page in group["nearest"])
        line(f"  nearest: {pages or 'nothing'}\n", "dim")
    if not found["groups"]:
        line("No question was refused, flagged or rated down.", "green")
    if found["left_out"]:
        line(f"{found['left_out']} different questions, the oldest, are left out.")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"

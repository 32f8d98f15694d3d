"""`groundwork explain`: how a kept answer came about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from cli.options import AsJson, print_json, request, stdout

if TYPE_CHECKING:
    from rich.console import Console

_NOW = {"unchanged": "", "changed": " (its document has changed since)", "gone": " (its document is gone)"}
_CANDIDATES = 10
"""Candidates that are printed; --json has all of them."""


def explain_command(
    answer_id: Annotated[str, typer.Argument(metavar="ANSWER_ID", help="The answer's id.")], as_json: AsJson = False
) -> None:
    """Explain an answer: what was searched and found, what the model was sent, and which words were flagged and why."""
    found = request("groundwork explain", f"/v1/answers/{quote(answer_id, safe='')}/explanation")
    print_json(found) if as_json else print_explanation(found, stdout())


def print_explanation(found: dict[str, Any], console: Console) -> None:
    """Print an explanation from the question to the flags."""
    _print_answer(found, console)
    _print_search(found, console)
    for number, messages in enumerate(found["sent"], start=1):
        _heading(f"Sent to the model ({number} of {len(found['sent'])})", console)
        for message in messages:
            _line(f"[{message['role']}] {message['content']}", console)
    _print_flags(found, console)
    if found["recipe_changes"]:
        _heading("The recipe has changed since", console)
        for name, (then, now) in found["recipe_changes"].items():
            _line(f"{name}: {then} then, {now} now", console)


def _print_answer(found: dict[str, Any], console: Console) -> None:
    by = found["model"] or "the documents' own sentences"
    arm = f", arm {found['arm']}" if found["arm"] else ""
    principal = found["principal_id"] or found["principal_kind"]
    _line(f"{found['answer_id']}, {found['answered_at']}, asked by {principal} in {found['conversation_id']}", console)
    _line(f"{found['kind']} by {by}, recipe {found['recipe']}{arm}", console)
    if found["degraded_reason"]:
        _line(f"degraded: {found['degraded_reason']}", console)
    if found["cached_from"]:
        _line(f"given again from the cache; it was written for {found['cached_from']}", console)
    timings = ", ".join(f"{stage} {value:g}" for stage, value in found["timings_ms"].items())
    _line(f"milliseconds: {timings}; tokens: {found['prompt_tokens']} + {found['completion_tokens']}", console)
    for title, text in (("Question", found["question"]), ("Answer", found["text"])):
        _heading(title, console)
        _line(text if text is not None else "(not kept: [records] text = false in domain.toml)", console)


def _print_search(found: dict[str, Any], console: Console) -> None:
    _heading("Searched for", console)
    _line(found["query"] or "(nothing)", console)
    _heading(f"Candidates, the best {_CANDIDATES} of {len(found['candidates'])}", console)
    for rank, one in enumerate(found["candidates"][:_CANDIDATES], start=1):
        chosen = f", passage {one['passage']}" if one["passage"] else ""
        features = ", ".join(f"{name} {value:g}" for name, value in one["features"].items() if value)
        _line(f"{rank}. {one['document_id']} {one['score']:.3f}{chosen}{_NOW[one['now']]}", console)
        _line(f"   {features}", console, style="dim")
    _heading(f"Passages (answerability {found['answerability']:.2f})", console)
    for one in found["passages"]:
        cited = ", cited" if one["is_cited"] else ""
        place = f"{one['document_id']} [{one['start']}:{one['end']}]"
        _line(f"[{one['index']}] {place}, relevance {one['score']:.2f}{cited}{_NOW[one['now']]}", console)


def _print_flags(found: dict[str, Any], console: Console) -> None:
    if found["supported"] is not None:
        _heading(f"Flags (grounding score {found['score']:.2f})", console)
    for flag in found["flags"]:
        words = f"“{flag['text']}”" if flag["text"] is not None else f"{flag['start']}:{flag['end']}"
        place = f" [{flag['passage']}]" if flag["passage"] else ""
        _line(f"{words}: {flag['why']}{place} ({flag['severity']}, {flag['confidence']:.2f})", console)
    for sentence in found["withheld"]:
        _line(f"withheld ({', '.join(sentence['reasons'])}): {sentence['text']}", console)
    if found["feedback"]:
        given = found["feedback"]
        _heading("Feedback", console)
        _line(": ".join(part for part in (given["rating"], given["reason"], given["comment"]) if part), console)


def _heading(text: str, console: Console) -> None:
    from rich.text import Text

    console.print(Text(f"\n{text}", style="bold"))


def _line(text: str, console: Console, style: str = "") -> None:
    from rich.text import Text

    console.print(Text(text, style=style), soft_wrap=True)

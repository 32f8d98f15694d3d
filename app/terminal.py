"""Answers, passages and flags on a terminal. Colours only where the terminal has them."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

_STYLE = {"hard": "bold red underline", "soft": "yellow underline"}
_REASONS = {
    "term_absent": "no source carries this word",
    "number_absent": "this number is in none of the sources",
    "date_absent": "this date is in none of the sources",
    "entity_absent": "this name is in none of the sources",
}


def print_answer(completion: dict[str, Any], console: Console) -> None:
    """The answer with its flagged words marked, then notices, then the cited passages."""
    text = completion["choices"][0]["message"]["content"]
    about = completion["groundwork"]
    report = about["grounding"]
    console.print(marked(text, report["flags"] if report else []))
    if about["degraded"]:
        console.print(
            "\nThe model is not reachable; these are the sentences of your documents that answer best.", style="dim"
        )
    if about["citations"]:
        console.print()
    for passage in about["citations"]:
        console.print(Text(f"[{passage['index']}] {_place(passage)}", style="dim"))
    if report:
        _print_flags(report["flags"], console)


def print_hits(found: dict[str, Any], console: Console) -> None:
    """The passages, best first, with their evidence."""
    if not found["hits"]:
        console.print("Nothing was found. Is anything ingested? groundwork ingest")
    for passage in found["hits"]:
        console.print(Text(f"[{passage['index']}] {_place(passage)}  {passage['score']:.2f}", style="bold"))
        console.print(Text(passage["text"].strip() + "\n"))


def print_report(text: str, report: dict[str, Any], console: Console) -> None:
    """The answer with its flagged words marked, and the reasons below."""
    console.print(marked(text.rstrip("\n"), report["flags"]))
    _print_flags(report["flags"], console)
    if report["supported"]:
        console.print("\nEvery judged word is carried by the sources.", style="green")


def marked(text: str, flags: list[dict[str, Any]]) -> Text:
    """The text with its flagged spans styled."""
    shown = Text(text)
    for flag in flags:
        shown.stylize(_STYLE[flag["severity"]], flag["start"], flag["end"])
    return shown


def _print_flags(flags: list[dict[str, Any]], console: Console) -> None:
    if flags:
        console.print()
    for flag in flags:
        reason = _REASONS.get(flag["reason"], flag["reason"].replace("_", " "))
        nearest = f"; nearest: “{flag['evidence']['text']}”" if flag["evidence"] else ""
        console.print(
            Text(f"{flag['text']}: {reason}{nearest}", style=_STYLE[flag["severity"]].replace(" underline", ""))
        )


def _place(passage: dict[str, Any]) -> str:
    parts = [passage["document_name"], passage["section"], f"page {passage['page']}" if passage["page"] else None]
    return " > ".join(part for part in parts if part) + f" ({passage['document_id']})"

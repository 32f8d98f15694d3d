"""Answers, passages and flags on a terminal. Colours only where the terminal has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Console
from rich.text import Text

from app.grounding.reasons import evidence_words, reason_words

_STYLE = {"hard": "bold red underline", "soft": "yellow underline"}
_RETRIED = {
    "second": "The model was asked once more, because the documents do not carry its first answer.",
    "first": "The model was asked once more, and its second answer was no better.",
    "failed": "The model was asked once more, because the documents do not carry this answer, and did not answer.",
}
_LONGEST_NAMED = 80
"""Characters of a flagged text in the list below the answer; a flag may cover a whole sentence."""


def print_answer(completion: dict[str, Any], console: Console) -> None:
    """The answer with its flagged words marked, then notices, then the cited passages."""
    text = completion["choices"][0]["message"]["content"]
    about = completion["groundwork"]
    report = about["grounding"]
    console.print(marked(text, report["flags"] if report else []))
    for notice in _notices(about):
        console.print(f"\n{notice}", style="dim")
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
    if not report["flags"]:
        console.print("\nEvery judged word is carried by the sources.", style="green")
    elif report["supported"]:
        console.print("\nNothing of weight is missing from the sources.", style="green")


def marked(text: str, flags: list[dict[str, Any]]) -> Text:
    """The text with its flagged spans styled. Where flags overlap, the graver one decides the look."""
    shown = Text(text)
    for flag in sorted(flags, key=lambda flag: flag["severity"] == "hard"):
        shown.stylize(_STYLE[flag["severity"]], flag["start"], flag["end"])
    return shown


def _notices(about: dict[str, Any]) -> Iterator[str]:
    """What is to be said about the answer as a whole."""
    if about["degraded"]:
        yield "The model is not reachable; these are the sentences of your documents that answer best."
    withheld = len(about["withheld"])
    if withheld and about["refused"]:
        yield "An answer was written, but the documents do not carry it; it is not shown."
    elif withheld:
        sentences = "1 sentence was" if withheld == 1 else f"{withheld} sentences were"
        yield f"{sentences} withheld, because the documents do not carry {'it' if withheld == 1 else 'them'}."
    if about["retried"] is not None:
        yield _RETRIED[about["retried"]]


def _print_flags(flags: list[dict[str, Any]], console: Console) -> None:
    if flags:
        console.print()
    for flag in flags:
        evidence = flag["evidence"]
        source = f"; {evidence_words(flag['reason'])}: “{evidence['text']}”" if evidence else ""
        named = _shortened(flag["text"])
        style = _STYLE[flag["severity"]].replace(" underline", "")
        console.print(Text(f"{named}: {reason_words(flag['reason'])}{source}", style=style))


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_NAMED else f"{line[:_LONGEST_NAMED].rstrip()}…"


def _place(passage: dict[str, Any]) -> str:
    parts = [passage["document_name"], passage["section"], f"page {passage['page']}" if passage["page"] else None]
    return " > ".join(part for part in parts if part) + f" ({passage['document_id']})"

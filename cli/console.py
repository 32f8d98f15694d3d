"""Print answers, passages, flags and ingestion reports on a terminal, in colours where the terminal has them."""

from __future__ import annotations

import math
import shlex
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from app.grounding.reasons import flag_words
from cli.verdict import listed, not_checked, summary
from ingest.progress import Progress
from ingest.report import IngestReport, LeftOut

_STYLE = {"hard": "bold red underline", "soft": "yellow underline"}
_RETRIED = {
    "second": "This is the model's second answer: the documents did not support its first one.",
    "first": "The documents do not support this answer. A second answer of the model was no better.",
    "failed": "The documents do not support this answer. Asked again, the model did not answer.",
}
_DEGRADED = {
    "loading": "The model is loading",
    "unreachable": "The model did not answer",
    "overloaded": "The model has too many requests",
    "empty": "The model wrote nothing",
    "looping": "The model repeated itself",
    "echo": "The model repeated its prompt",
    "cut": "The model reached its limit of tokens",
}
_LONGEST_QUOTE = 200
"""Characters of a passage that a finding shows."""
_MOST_LEFT_OUT = 20
"""Documents of which the parts that were left out are printed."""
_LINE_SECONDS = 10.0
_LONGEST_FLAG = 80
"""Characters of a flagged text in the list below the answer; a flag can cover a whole sentence."""
_LONGEST_EVIDENCE = 200
"""Characters of what the sources say instead."""


def print_answer(completion: dict[str, Any], console: Console) -> None:
    """Print the answer with its flagged words marked, then notices, the cited passages and what the check found."""
    text = completion["choices"][0]["message"]["content"]
    about = completion["groundwork"]
    report = about["grounding"]
    console.print(marked(text, report["flags"] if report else []))
    for notice in _notices(about):
        console.print(Text(f"\n{notice}", style="dim"))
    if about["citations"] or about["nearest"]:
        console.print()
    for passage in about["citations"]:
        console.print(Text(f"[{passage['index']}] {_place(passage)}", style="dim"))
    for passage in about["nearest"]:
        console.print(Text(f"Nearest: {_place(passage)}", style="dim"))
    if report:
        _print_verdict(text, report, console)
    if about["recorded"]:
        console.print(
            Text(f"\nHow it came about: groundwork explain {about['answer_id']}", style="dim"), soft_wrap=True
        )


def print_hits(found: dict[str, Any], console: Console) -> None:
    """Print the passages of a search, best first, with their relevance."""
    if not found["hits"]:
        console.print(found["notice"] or "Nothing was found.", soft_wrap=True)
    for passage in found["hits"]:
        console.print(Text(f"[{passage['index']}] {_place(passage)}  {passage['score']:.2f}", style="bold"))
        console.print(Text(passage["text"].strip() + "\n"))


def print_report(text: str, report: dict[str, Any], console: Console) -> None:
    """Print an answer with its flagged words marked, the line on it, and the reasons below."""
    console.print(marked(text.rstrip("\n"), report["flags"]))
    _print_verdict(text, report, console)


_FINDINGS = {
    "number": "Documents disagree on a number",
    "date": "Documents disagree on a date",
    "denial": "One document denies what another one says",
    "past_date": "Past their own dates",
    "near_duplicate": "The same text twice",
}
"""The headings of the kinds of findings, in the order in which they are printed."""


def print_health(health: dict[str, Any], console: Console) -> None:
    """Print the findings by kind, each with its places and what they say."""
    findings = health["findings"]
    for kind, title in _FINDINGS.items():
        own = [finding for finding in findings if finding["kind"] == kind]
        if own:
            console.print(Text(f"{title} ({len(own)})", style="bold"))
        for finding in own:
            console.print(Text(f"  {finding['what']}"))
            for place in (finding["a"], finding["b"]):
                if place is not None:
                    console.print(Text(f"    {_finding_place(place)}", style="dim"), soft_wrap=True)
    examined = f"{health['documents']} documents, {health['chunks']} chunks, {health['seconds']:.1f} s"
    found = f"{len(findings)} findings" if len(findings) != 1 else "1 finding"
    console.print(f"{found if findings else 'Nothing was found'}: {examined}.", style=None if findings else "green")


def _finding_place(place: dict[str, Any]) -> str:
    page = f", page {place['page']}" if place["page"] else ""
    quoted = " ".join(place["text"].split())
    shown = quoted if len(quoted) <= _LONGEST_QUOTE else f"{quoted[:_LONGEST_QUOTE]}…"
    return f"{place['document_id']}{page}: {shown}" if shown else place["document_id"]


def _reused(report: IngestReport) -> str:
    return f" ({report.reused} not embedded again)" if report.reused else ""


def print_ingestion(report: IngestReport) -> None:
    """Print the counts on stdout; what failed, was skipped or left out and that nothing could be read on stderr."""
    for label, rows in (("failed", report.failed), ("skipped", report.skipped)):
        for row in rows:
            typer.echo(f"{label}: {row.path}: {row.reason}", err=True)
    _print_left_out(report.left_out)
    for source in report.forgotten:
        typer.echo(f"forgotten: {source}", err=True)
    speed = f" ({report.chunks / report.seconds:.0f} chunks/s)" if report.chunks and report.seconds else ""
    typer.echo(
        f"{report.created} created, {report.updated} updated, {report.unchanged} unchanged, {report.deleted} deleted, "
        f"{len(report.failed)} failed, {len(report.skipped)} skipped; {report.chunks} chunks{_reused(report)} in "
        f"{report.seconds:.1f} s{speed}"
    )
    if report.exit_code == 1:
        if report.failed or report.skipped:
            typer.echo("Nothing could be read.", err=True)
        else:
            typer.echo(
                "Nothing could be read: the sources are empty. Name a folder with documents: groundwork ingest FOLDER",
                err=True,
            )


def _print_left_out(left_out: Sequence[LeftOut]) -> None:
    """Print one line for each document with what was left out of it, of the first documents."""
    by_path: dict[str, list[str]] = {}
    for row in left_out:
        by_path.setdefault(row.path, []).append(row.what)
    for path, parts in list(by_path.items())[:_MOST_LEFT_OUT]:
        typer.echo(f"left out: {path}: {'; '.join(parts)}", err=True)
    if len(by_path) > _MOST_LEFT_OUT:
        typer.echo(f"left out: parts of {len(by_path) - _MOST_LEFT_OUT} more documents; --json lists them", err=True)


class ShownProgress:
    """Shows the progress of an ingestion: a bar where stderr is a terminal, else a line every 10 s."""

    def __init__(self, bar: Bar, task: TaskID) -> None:
        self._bar = bar
        self._task = task
        self.last: Progress | None = None
        """What was reported last."""

    def update(self, progress: Progress) -> None:
        """Show a progress."""
        self.last = progress
        has_chunks = progress.chunks_expected is not None and progress.chunks_expected > 0
        done, total = (progress.chunks, progress.chunks_expected) if has_chunks else (progress.done, progress.total)
        self._bar.update(self._task, description=line_of(progress), completed=done, total=total or None)


@contextmanager
def shown_progress() -> Iterator[ShownProgress]:
    """Show the progress of an ingestion on stderr until the end of the block."""
    console = Console(stderr=True)
    ended = threading.Event()
    columns = (BarColumn(bar_width=20), TextColumn("{task.description}"), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        shown = ShownProgress(bar, bar.add_task("", total=None))
        lines = threading.Thread(target=_print_lines, args=(shown, ended), daemon=True)
        if not console.is_terminal:
            lines.start()
        try:
            yield shown
        finally:
            ended.set()
            if lines.is_alive():
                lines.join()


def _print_lines(shown: ShownProgress, ended: threading.Event) -> None:
    while not ended.wait(_LINE_SECONDS):
        if shown.last is not None:
            typer.echo(line_of(shown.last), err=True)


def line_of(progress: Progress) -> str:
    """Return a progress as one line: the stage, what is done, and the time that is left."""
    if not progress.total:
        return progress.stage
    return f"{progress.stage}: {progress.summary}{_time_left(progress.seconds_left)}"


def _time_left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f", about {math.ceil(seconds / 60)} min left" if seconds >= 90 else f", about {math.ceil(seconds)} s left"


def marked(text: str, flags: list[dict[str, Any]]) -> Text:
    """Return the text with its flagged spans styled. Where flags overlap, the more severe one decides the style."""
    shown = Text(text)
    for flag in sorted(flags, key=lambda flag: flag["severity"] == "hard"):
        shown.stylize(_STYLE[flag["severity"]], flag["start"], flag["end"])
    return shown


def _notices(about: dict[str, Any]) -> Iterator[str]:
    """Give the notices about the answer as a whole."""
    if about["degraded"]:
        cause = _DEGRADED.get(about["degraded_reason"], "The model did not answer")
        if about["mode"] == "generated":
            yield f"{cause}. Only the part of its answer before that is shown."
        else:
            yield f"{cause}. These are the sentences of your documents that answer the question best."
    for conflict in about["conflicts"]:
        pages = f"{conflict['a']['document_name']} and {conflict['b']['document_name']}"
        yield f"The sources disagree: {conflict['what']} ({pages})."
    withheld = len(about["withheld"])
    if withheld and about["refused"]:
        yield "An answer was written but is not shown, because the documents do not support it."
    elif withheld:
        sentences = "1 sentence was" if withheld == 1 else f"{withheld} sentences were"
        yield f"{sentences} withheld, because the documents do not support {'it' if withheld == 1 else 'them'}."
    if about["retried"] is not None:
        yield _RETRIED[about["retried"]]
    if about["choices"]:
        yield f"Ask again with one of these, as in: groundwork ask {shlex.quote(about['choices'][0])}"


def _print_verdict(text: str, report: dict[str, Any], console: Console) -> None:
    """Print what the report means in one line, then a line for each flag and for each part that was not checked."""
    console.print(Text(f"\n{summary(report)}", style="bold"))
    for flag in listed(report["flags"]):
        evidence = _shortened(flag["evidence"]["text"], _LONGEST_EVIDENCE) if flag["evidence"] else None
        style = _STYLE[flag["severity"]].replace(" underline", "")
        console.print(Text(f"{_shortened(flag['text'])}: {flag_words(flag['reason'], evidence)}", style=style))
    for part, why in not_checked(text, report):
        console.print(Text(f"{_shortened(part)}: not checked: {why}", style="dim"))


def _shortened(text: str, longest: int = _LONGEST_FLAG) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest].rstrip()}…"


def _place(passage: dict[str, Any]) -> str:
    parts = [passage["document_name"], passage["section"], f"page {passage['page']}" if passage["page"] else None]
    return " > ".join(part for part in parts if part) + f" ({passage['document_id']})"

"""The terminal of a review: each draft with its passage, the quote between marks, so that no colour is needed."""

from __future__ import annotations

import re
from collections.abc import Mapping

import typer
from rich.console import Console
from rich.text import Text

from evals.cases.case import Gold
from evals.cases.draft.draft import Draft
from evals.cases.review.run import KEYS, Reviewed
from evals.cases.review.session import Session

BEGIN, END = ">>> ", " <<<"
_AROUND = 300
"""Characters of the document before and after a quote."""
_PROMPT = "  ".join(f"{key} {name}" for key, name in KEYS.items())


class ConsoleTerminal:
    """Shows drafts on a console, and reads a line for each key, so that it works with any terminal and with a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, session: Session, texts: Mapping[str, str]) -> None:
        """See Terminal."""
        draft = session.current
        if draft is None:
            return
        counts = session.counts
        done = f"{counts['accept']} accepted, {counts['reject']} rejected"
        self._console.rule(f"Draft {session.number} of {len(session.drafts)}; {done}", characters="-")
        for turn in draft.case.history:
            self._print(f"{'User' if turn.role == 'user' else 'Assistant'}: {turn.content}", "dim")
        self._print(f"Question: {draft.case.question}", "bold")
        self._print(f"Kind: {draft.case.kind}, made by {_maker(draft)}, split {draft.case.split}", "dim")
        for gold in draft.case.gold:
            self._print(f"\n{gold.document_id}", "dim")
            self._console.print(in_context(gold, texts.get(gold.document_id)), soft_wrap=True)
        if not draft.case.gold:
            self._print("No document answers it, as far as the templates can see: accept it only if that is so.", None)
        if draft.case.answer:
            self._print(f"\nAnswer: {draft.case.answer}", None)

    def say(self, line: str) -> None:
        """See Terminal."""
        self._print(line, None)

    def ask_key(self) -> str:
        """See Terminal."""
        return read_line(f"\n{_PROMPT}\n", "")[:1].lower()

    def ask_text(self, label: str, before: str) -> str:
        """See Terminal."""
        self._print(f"{label} now: {before}", "dim")
        return read_line(f"{label}, or Enter to keep it: ", before) or before

    def _print(self, line: str, style: str | None) -> None:
        self._console.print(Text(line, style=style or ""), soft_wrap=True)


def in_context(gold: Gold, text: str | None) -> Text:
    """Return the quote between marks, with the words of the document around it."""
    if text is None:
        return Text(f"{BEGIN}{gold.quote}{END}\n(The document is not in the index.)")
    found = re.search(r"\s+".join(re.escape(word) for word in gold.quote.split()), text)
    if found is None:
        return Text(f"{BEGIN}{gold.quote}{END}\n(The document has these words in another layout, or no longer.)")
    start, end = found.span()
    before, after = text[max(0, start - _AROUND) : start], text[end : end + _AROUND]
    cut_before, cut_after = "…" if start > _AROUND else "", "…" if end + _AROUND < len(text) else ""
    shown = Text(cut_before + before)
    shown.append(f"{BEGIN}{found[0]}{END}", style="bold reverse")
    shown.append(after.rstrip() + cut_after)
    return shown


def print_reviewed(reviewed: Reviewed, into: object, console: Console) -> None:
    """Print what a session ended with."""
    console.print(
        f"{reviewed.accepted} accepted, {reviewed.rejected} rejected, {reviewed.undecided} undecided. "
        f"{reviewed.added} new cases were added to {into}.",
        soft_wrap=True,
    )


def _maker(draft: Draft) -> str:
    return f"the model {draft.origin.model}" if draft.origin.model else f"the template “{draft.origin.template}”"


def read_line(prompt: str, default: str) -> str:
    """Ask for a line on the terminal. Raises EOFError where the input has ended."""
    try:
        return str(typer.prompt(prompt, default=default, show_default=False, prompt_suffix="")).strip()
    except typer.Abort:
        raise EOFError from None

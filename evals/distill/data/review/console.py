"""The terminal of a review of examples: the prompt as the student reads it, and the answer that it is to give."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from evals.cases.review.console import read_line
from evals.distill.data.review.run import KEYS, Reviewed
from serving.distill.examples import TrainingExample

_PROMPT = "  ".join(f"{key} {name}" for key, name in KEYS.items())


class ExamplesTerminal:
    """Shows examples on a console, and reads a line for each key, so that it works with any terminal and a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def show(self, example: TrainingExample, number: int, total: int) -> None:
        """See Terminal."""
        self._console.rule(f"Example {number} of {total}", characters="-")
        template = example.source.get("template", "unknown")
        self._print(f"Kind: {example.kind}, made by “{template}”, split {example.split}", "dim")
        for message in example.messages[1:] if example.messages[0].role == "system" else example.messages:
            self._print(f"\n{message.content}", None if message.role == "user" else "dim")
        self._print(f"\nAnswer: {example.answer}", "bold")

    def say(self, line: str) -> None:
        """See Terminal."""
        self._print(line, None)

    def ask_key(self) -> str:
        """See Terminal."""
        return read_line(f"\n{_PROMPT}\n", "")[:1].lower()

    def ask_text(self, label: str, before: str) -> str:
        """See Terminal."""
        return read_line(f"{label}, or Enter to keep it: ", before) or before

    def _print(self, line: str, style: str | None) -> None:
        self._console.print(Text(line, style=style or ""), soft_wrap=True)


def print_reviewed(reviewed: Reviewed, file: object, console: Console) -> None:
    """Print what a session ended with."""
    console.print(
        f"{reviewed.accepted} accepted, {reviewed.edited} edited, {reviewed.rejected} rejected, {reviewed.undecided} "
        f"of the sample undecided. {file} has {reviewed.examples} examples.",
        soft_wrap=True,
    )
    if reviewed.accepted + reviewed.edited + reviewed.rejected:
        card = reviewed.to_card
        console.print(
            f"A person found {card['wrong']:.0%} of the examples wrong (95%: {card['low']:.0%} to {card['high']:.0%}).",
            soft_wrap=True,
        )

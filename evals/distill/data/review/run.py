"""Show a sample of training examples to a person, one after the other, and apply what they decide.

Each decision is written at once, so that an ended session goes on where it was. The file of examples and its data card
are written again when the session ends. A session without input decides nothing.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.answer.parts import split_parts
from core.errors import ConfigurationError
from core.files import SHARED_FILE, replace_text
from core.stats import estimate_proportion
from evals.distill.data.card import update_card
from evals.distill.data.review.decisions import (
    Decision,
    apply_decisions,
    count_verdicts,
    keep_decision,
    read_decisions,
)
from evals.prompter import Prompter
from serving.distill.examples import TrainingExample, read_examples

KEYS = {"a": "accept", "e": "edit the answer", "r": "reject", "s": "skip", "q": "quit"}


class Terminal(Prompter, Protocol):
    """Shows examples to a person and reads what they answer. `EOFError`: the input has ended."""

    def show(self, example: TrainingExample, number: int, total: int) -> None:
        """Show the example that is to be decided on."""
        ...


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a sample's decisions are, how many of it are left, and how many examples the file has now."""

    accepted: int
    edited: int
    rejected: int
    undecided: int
    examples: int

    @property
    def to_card(self) -> dict[str, Any]:
        """Return what the data card says of the review: the share that a person rejected or corrected."""
        decided = self.accepted + self.edited + self.rejected
        rate = estimate_proportion(self.edited + self.rejected, decided)
        return {
            "accepted": self.accepted,
            "edited": self.edited,
            "rejected": self.rejected,
            "wrong": rate.value,
            "low": rate.low,
            "high": rate.high,
        }


def is_examples(file: Path) -> bool:
    """Say whether a file is one of training examples, by its first line; False for one that cannot be read."""
    try:
        with file.open(encoding="utf-8") as lines:
            row = json.loads(lines.readline())
    except (OSError, ValueError):
        return False
    return isinstance(row, dict) and {"messages", "answer"} <= row.keys()


def draw_sample(examples: Sequence[TrainingExample], number: int, seed: int) -> list[TrainingExample]:
    """Return a random sample, the same one for the same examples and seed; all of fewer examples."""
    draw = random.Random(seed)  # noqa: S311  # not for a secret
    ordered = sorted(examples, key=lambda example: example.id)
    return draw.sample(ordered, min(number, len(ordered)))


def review_examples(file: Path, number: int, seed: int, terminal: Terminal) -> Reviewed:
    """Let a person decide on a sample of a file until its end, or until they quit; then apply the decisions.

    The sample is that of the file as it was made: rejected examples stay in it. Raises ConfigurationError for a file
    that is none of examples, has two with one id, or cannot be written.
    """
    examples, decisions = _read(file)
    sample = undecided(file, number, seed)
    drawn = min(number, len(examples) + len(decisions.keys() - {example.id for example in examples}))
    try:
        for place, example in enumerate(sample, start=drawn - len(sample) + 1):
            terminal.show(example, place, drawn)
            decision = _decide(example, terminal)
            if decision is not None:
                keep_decision(file, decision)
    except EOFError:
        terminal.say("The input has ended.")
    except _Quit:
        pass
    return apply_review(file, drawn)


def undecided(file: Path, number: int, seed: int) -> list[TrainingExample]:
    """Return the examples of a file's sample on which nobody has decided. Raises ConfigurationError."""
    examples, decisions = _read(file)
    gone = [TrainingExample(id, "", (), "") for id in decisions.keys() - {example.id for example in examples}]
    return [one for one in draw_sample([*examples, *gone], number, seed) if one.id not in decisions]


def apply_review(file: Path, drawn: int) -> Reviewed:
    """Write the examples again as they were decided on, and the card with the review of a sample of `drawn`.

    Raises ConfigurationError for a file that cannot be written, or of which every example is rejected.
    """
    examples, decisions = _read(file)
    kept = apply_decisions(examples, decisions)
    counts = count_verdicts(decisions.values())
    reviewed = Reviewed(**counts, undecided=max(0, drawn - len(decisions)), examples=len(kept))
    if not decisions:
        return reviewed
    if not kept:
        raise ConfigurationError(f"Every example of {file} is rejected. Make other ones: groundwork model distill data")
    text = "".join(json.dumps(example.to_dict(), ensure_ascii=False) + "\n" for example in kept)
    try:
        replace_text(file, text, SHARED_FILE)
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error.strerror}. Make it writable.") from error
    update_card(file, kept, reviewed.to_card)
    return reviewed


def _read(file: Path) -> tuple[list[TrainingExample], dict[str, Decision]]:
    examples = read_examples(file)
    if len({example.id for example in examples}) < len(examples):
        raise ConfigurationError(f"{file} has two examples with one id, so that a decision is not clear. Number them.")
    return examples, read_decisions(file)


class _Quit(Exception):
    """The person wants to end the session."""


def _decide(example: TrainingExample, terminal: Terminal) -> Decision | None:
    """Return the decision on an example; None where it is skipped. Raises EOFError and _Quit."""
    while True:
        key = terminal.ask_key()
        if key == "a":
            return Decision(example.id, "accept")
        if key == "r":
            return Decision(example.id, "reject")
        if key == "s":
            return None
        if key == "q":
            raise _Quit
        if key == "e":
            answer = terminal.ask_text("Answer", example.answer).strip()
            if answer == example.answer:
                return Decision(example.id, "accept")
            problem = _problem(answer, example)
            if problem is None:
                return Decision(example.id, "accept", answer)
            terminal.say(problem)
        else:
            terminal.say(f"Type one of: {', '.join(f'{key} ({name})' for key, name in KEYS.items())}.")


def _problem(answer: str, example: TrainingExample) -> str | None:
    """Return what is wrong with an answer that a person wrote."""
    if not answer:
        return "The answer is empty. Reject the example if it has no answer."
    cited = {number for part in split_parts(answer) for number in part.numbers}
    shown = example.messages[-1].content if example.messages else ""
    unknown = sorted(number for number in cited if f"[{number}] " not in shown)
    if unknown:
        return f"The prompt has no source {', '.join(f'[{number}]' for number in unknown)}."
    if not cited and any(part.kind == "marker" for part in split_parts(example.answer)):
        return "The answer cites nothing. End each sentence with the number of its source, such as [1]."
    return None

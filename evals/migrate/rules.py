"""Variations of a prompt that need no model: pure functions of the domain's templates.

Each is a change that is known to matter to some models: the length of the instructions, their order, their form, an
example, and what is said last. Which of them helps is what the search finds out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.answer.generated.data import FENCE
from core.recipe import Example
from evals.migrate.candidate import PRESENT, REFUSAL, Candidate, Place, distinct

_ITEM = re.compile(r"^[-*] +", re.MULTILINE)
_REMINDER = (
    "Remember: end each sentence with the number of its source in square brackets, like [1]. If the sources do not "
    f"answer the question, write only: {REFUSAL}"
)
_ANSWER_FIRST = "Begin with the answer itself. Do not repeat the question, and do not describe what you are doing."


@dataclass(frozen=True, slots=True)
class Templates:
    """The domain's prompts: `standard` is system.md, `small` small.md ("" without one); `used` is the model's now."""

    used: Place
    standard: str
    small: str
    example: Example | None

    @property
    def present(self) -> str:
        """The template that is used now. A domain without small.md gives a small model system.md."""
        return self.standard if self.used == "standard" else (self.small or self.standard)


def vary(templates: Templates) -> tuple[Candidate, ...]:
    """Return the present prompt, and after it every variation that differs from it and from the others."""
    first = Candidate(PRESENT, "present", templates.used, templates.present, "the prompt as it is")
    return distinct((first, *_other_prompts(templates), *_changed(templates)))


def _other_prompts(templates: Templates) -> Iterator[Candidate]:
    if templates.used != "standard":
        yield _rule("standard", "standard", templates.standard, "system.md with whole passages")
    if templates.used != "small" and templates.small:
        yield _rule("small", "small", templates.small, "small.md with short passages, an example and a penalty")
    if templates.small:
        yield _rule("short", "standard", templates.small, "the words of small.md with whole passages")


def _changed(templates: Templates) -> Iterator[Candidate]:
    text, used = templates.present, templates.used
    changes: tuple[tuple[str, Callable[[str], str], str], ...] = (
        ("numbered", numbered, "the list of rules numbered"),
        ("one-paragraph", one_paragraph, "the list of rules as sentences in a row"),
        ("rules-first", rules_first, "the list of rules before everything else"),
        ("reminder", lambda prompt: f"{prompt}\n\n{_REMINDER}", "citations and the refusal said again at the end"),
        ("answer-first", lambda prompt: f"{prompt}\n{_ANSWER_FIRST}", "an order to begin with the answer"),
    )
    for name, change, what in changes:
        yield _rule(name, used, change(text), what)
    # A small model's prompt has the example as turns of their own already.
    if templates.example is not None and used == "standard":
        yield _rule("example", used, with_example(text, templates.example), "an example at the end")


def numbered(prompt: str) -> str:
    """Return the prompt with its list items numbered from 1."""
    count = iter(range(1, prompt.count("\n") + 3))
    return _ITEM.sub(lambda _: f"{next(count)}. ", prompt)


def one_paragraph(prompt: str) -> str:
    """Return the prompt with its list items as sentences in a row, without a heading before them."""
    sentences = [_ITEM.sub("", line).strip() for line in prompt.splitlines() if not line.strip().endswith(":")]
    return " ".join(filter(None, sentences))


def rules_first(prompt: str) -> str:
    """Return the prompt with its list before everything else; as it is without a list."""
    lines = prompt.splitlines()
    items = [line for line in lines if _ITEM.match(line)]
    others = [line for line in lines if not _ITEM.match(line) and not line.strip().endswith(":")]
    return "\n".join([*items, "", *others]).strip() if items else prompt


def with_example(prompt: str, example: Example) -> str:
    """Return the prompt with an example of a source, a question and its answer at the end."""
    source = f"[1] {example.heading}\n{example.source}\n{FENCE}"
    asked = f"Question: {example.question}\nAnswer: {example.answer}"
    return f"{prompt}\n\nAn example, which is about something else:\n\n{source}\n\n{asked}"


def _rule(name: str, place: Place, template: str, what: str) -> Candidate:
    return Candidate(f"rule-{name}", "rule", place, template, what)

"""Let a model propose prompts: the meta-prompt, and what is taken of the reply.

The model reads the present prompt, what must remain of it, and questions that were answered wrongly with it; each
request asks for one variation in a direction of its own. This is the loop of Zhou et al., Large Language Models Are
Human-Level Prompt Engineers, 2022, with one round; the failures are those of Pryzant et al., Automatic Prompt
Optimization with "Gradient Descent" and Beam Search, 2023.

A proposal that loses the refusal or the citations is rejected: the service could not recognise its refusals then, nor
its sources. So is one that is empty, long, or there already.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.errors import GenerationError
from core.types import Message
from evals.migrate.candidate import REFUSAL, Candidate, Place, distinct

Complete: TypeAlias = Callable[[Sequence[Message]], Awaitable[str]]
"""Have the proposer answer. Raises GenerationError."""

LONGEST = 4000
"""Characters of a proposal: about four times the shipped prompt. Chosen: what every answer pays for."""
_MOST_FAILURES = 5
_LONGEST_SHOWN = 300
_TAGGED = re.compile(r"<prompt>(.*?)</prompt>", re.DOTALL | re.IGNORECASE)
_MARKER = re.compile(r"\[\d+\]")
_SYSTEM = (
    "You write instructions for an assistant that answers questions from numbered sources. Reply with the new "
    "instructions alone, between <prompt> and </prompt>."
)
DIRECTIONS = (
    "much shorter: two or three plain sentences",
    "a numbered list of at most five short rules",
    "simpler words, each rule a short sentence of its own",
    "the most important rule first, and once more at the end",
    "stricter about the form of the answer, and nothing about anything else",
    "aimed at the mistakes above",
)


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that was not answered well, what an answer should contain, and what was answered."""

    question: str
    expected: str
    answer: str


@dataclass(frozen=True, slots=True)
class Proposals:
    """What a proposer gave: the candidates, and why the other proposals were rejected."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[str, ...]


async def propose(
    complete: Complete,
    present: Candidate,
    models: tuple[str, str],
    failures: Sequence[Failure],
    refusal: str,
    count: int,
) -> Proposals:
    """Ask for `count` proposals, for a prompt that was written for the first of the models and is read by the second.

    A request that fails is a rejected proposal.
    """
    accepted: list[Candidate] = []
    rejected: list[str] = []
    for number in range(1, count + 1):
        direction = DIRECTIONS[(number - 1) % len(DIRECTIONS)]
        try:
            reply = await complete(meta_prompt(present.template, models, failures, direction))
            template = read_proposal(reply, refusal)
        except (GenerationError, ValueError) as error:
            rejected.append(f"proposal {number}: {error}")
            continue
        candidate = _proposed(number, present.place, template, direction)
        if len(distinct((present, *accepted, candidate))) == len(accepted) + 1:
            rejected.append(f"proposal {number}: it is there already")
        else:
            accepted.append(candidate)
    return Proposals(tuple(accepted), tuple(rejected))


def meta_prompt(template: str, models: tuple[str, str], failures: Sequence[Failure], direction: str) -> list[Message]:
    """Return the messages that ask for one variation of a template."""
    before, after = models
    mistakes = "".join(
        f"{number}. Question: {_line(one.question)}\n   Expected: {_line(one.expected)}\n"
        f"   Answer: {_line(one.answer)}\n"
        for number, one in enumerate(failures[:_MOST_FAILURES], start=1)
    )
    shown = f"Questions that {after} did not answer well with them:\n{mistakes}\n" if mistakes else ""
    asked = (
        f"These instructions were written for the model {before}. Now the model {after} reads them.\n\n"
        f"<prompt>\n{template}\n</prompt>\n\n"
        "What must remain: the assistant uses the sources alone; it ends each sentence with the number of its source, "
        f"like [1]; and where the sources do not answer the question it writes {REFUSAL} and nothing else. Write "
        f"{REFUSAL} with its braces: the program puts the sentence in its place.\n\n"
        f"{shown}Write instructions that suit {after} better: {direction}."
    )
    return [Message("system", _SYSTEM), Message("user", asked)]


def read_proposal(reply: str, refusal: str) -> str:
    """Return the template in a reply. Raises ValueError that says why there is none that can be used."""
    tagged = _TAGGED.search(reply)
    if tagged is None:
        raise ValueError("it has no text between <prompt> and </prompt>")
    template = tagged[1].strip().replace(refusal, REFUSAL)
    if not template:
        raise ValueError("it is empty")
    if len(template) > LONGEST:
        raise ValueError(f"it has {len(template)} characters, of which {LONGEST} are allowed")
    if REFUSAL not in template:
        raise ValueError(f"it does not contain {REFUSAL}")
    if not _MARKER.search(template):
        raise ValueError("it does not say how a source is cited, like [1]")
    return template


def _proposed(number: int, place: Place, template: str, direction: str) -> Candidate:
    return Candidate(f"proposal-{number}", "proposed", place, template, direction)


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[:_LONGEST_SHOWN].rstrip()}…"

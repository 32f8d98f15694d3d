"""Draft cases with a language model: it writes a question with a quote, then criticises it, and code checks both.

For each passage the model is asked twice. What it writes is dropped, and counted by reason, when

    unreadable      the reply has not the form that was asked for
    not verbatim    the quote is not in the passage, word for word
    leak            the question has the answer in it (`evals/cases/leak.py`)
    no topic        the question cannot be read without the passage (`screen.has_topic`)
    criticised      the model itself says that the passage does not answer it, or that it is ambiguous
    failed          the server did not answer

Replies are lines of "Question: …", which small models write more reliably than JSON. Not covered: unanswerable
questions and follow-ups, which the templates make; whether the critic is right. A model is lenient with its own
questions.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from app.answer.generated.llm.protocol import Delta, LLMClient
from core.errors import ConfigurationError, GenerationError
from core.recipe import Recipe
from core.text import Span
from core.types import Message
from evals.cases.draft.draft import Draft, make_draft
from evals.cases.draft.parts import Parts, SourceText, read_parts
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.screen import has_topic
from evals.cases.leak import has_leak

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of drafts made so far and the number of all."""

_RECIPE = Recipe(temperature=0.0, max_tokens=300)
_SHORTEST, _LONGEST = 120, 1500
"""Characters of a passage that the model is given. Chosen: a paragraph at least, about a chunk at most."""
_SHORTEST_QUOTE = 15
_TRIES = 3
"""Passages that are tried for each draft that is wanted, at most."""
_MOST_FAILURES = 3
"""Failures of the server, one after another, after which the draft ends."""
_WRITE = (
    "You write questions that test a search assistant. You are given a passage of a document. Write one question that "
    "a person might ask who has not read the passage, and that the passage answers. Use other words than the passage "
    "where you can. Name what the question is about; never write 'this passage' or 'the document'. The question must "
    "not contain its answer. Write in the language of the passage. Reply with exactly three lines:\n"
    "Question: the question\nQuote: one sentence of the passage that answers it, copied word for word\n"
    "Answer: the answer, in few words"
)
_CRITICISE = (
    "You check questions for a test of a search assistant. You are given a passage and a question. Reply with exactly "
    "three lines, each with yes or no:\n"
    "Answered: does the passage alone answer the question?\n"
    "Leak: does the question already contain its answer?\n"
    "Ambiguous: could a person who has not seen the passage understand the question in several ways?"
)
_LINE = re.compile(
    r"^\W*(?P<key>question|quote|answer|answered|leak|ambiguous)\W*:\s*(?P<value>.+?)\s*$", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Written:
    """The drafts of a model, how many passages it was given, and what was dropped, by reason."""

    drafts: tuple[Draft, ...]
    asked: int
    dropped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Passage:
    source: SourceText
    start: int
    end: int
    section: tuple[str, ...]

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    @property
    def shown(self) -> str:
        """The passage as the model is shown it, below the name of its document and its headings."""
        return f"{' > '.join((self.source.name, *self.section))}\n\n{self.text}"


async def draft_by_model(
    sources: Sequence[SourceText], number: int, seed: int, model: LLMClient, progress: ReportProgress
) -> Written:
    """Return at most `number` drafts, spread over the documents.

    Raises GenerationError where the server fails several times in a row, and ConfigurationError where no document has a
    passage to ask about.
    """
    passages = _spread([passage for source in sources for passage in _passages(read_parts(source))], seed)
    if not passages:
        raise ConfigurationError(
            f"None of the {len(sources)} documents has a passage of {_SHORTEST} characters or more to ask about."
        )
    name = await model.model()
    drafts: list[Draft] = []
    dropped: Counter[str] = Counter()
    asked = failures = 0
    for passage in passages[: _TRIES * number]:
        progress(len(drafts), number)
        if len(drafts) == number:
            break
        asked += 1
        try:
            found = await _draft(passage, model, name)
            failures = 0
        except GenerationError:
            failures += 1
            dropped["failed"] += 1
            if failures == _MOST_FAILURES:
                raise
            continue
        if isinstance(found, Draft):
            drafts.append(found)
        else:
            dropped[found] += 1
    progress(len(drafts), number)
    return Written(tuple(drafts), asked, dropped)


async def _draft(passage: _Passage, model: LLMClient, name: str) -> Draft | str:
    """Return the draft of a passage, or the reason why it is dropped."""
    lines = await _ask(model, _WRITE, passage.shown)
    if not {"question", "quote"} <= lines.keys() or not lines["question"].rstrip().endswith(("?", "？")):
        return "unreadable"
    span = find_quote(passage.text, lines["quote"].strip("\"“”'«»"))
    if span is None:
        return "not verbatim"
    question, answer = lines["question"], lines.get("answer", "")
    if has_leak(question, answer, [passage.text[slice(*span)]]):
        return "leak"
    if not has_topic(question, (passage.source.name, *passage.section), passage.source.language):
        return "no topic"
    verdict = await _ask(model, _CRITICISE, f"{passage.shown}\n\nQuestion: {question}")
    if not {"answered", "leak", "ambiguous"} <= verdict.keys():
        return "unreadable"
    if not (_is(verdict["answered"], "yes") and _is(verdict["leak"], "no") and _is(verdict["ambiguous"], "no")):
        return "criticised"
    gold = (passage.start + span[0], passage.start + span[1])
    return make_draft(Proposal(question, "model", (gold,), answer), passage.source, name)


def find_quote(text: str, quote: str) -> Span | None:
    """Return where a quote is in a text: its words in their order, with any white space and emphasis between them.

    None where it is not there, or is too short to be one.
    """
    words = quote.replace("*", " ").replace("`", " ").split()
    if len(quote) < _SHORTEST_QUOTE:
        return None
    pattern = r"[\s*`]+".join(re.escape(word) for word in words)
    found = re.search(pattern, text)
    return found.span() if found else None


async def _ask(model: LLMClient, instructions: str, shown: str) -> dict[str, str]:
    messages = (Message("system", instructions), Message("user", shown))
    pieces = [piece.text async for piece in model.generate(messages, _RECIPE) if isinstance(piece, Delta)]
    return {found["key"].casefold(): found["value"] for found in _LINE.finditer("".join(pieces))}


def _is(value: str, wanted: str) -> bool:
    return value.casefold().startswith(wanted)


def _passages(parts: Parts) -> list[_Passage]:
    """Return the sections of a document, each up to the longest passage."""
    found: list[_Passage] = []
    for section in parts.sections:
        start, end = section.blocks[0].start, section.blocks[0].end
        for block in section.blocks:
            if block.end - start > _LONGEST:
                break
            end = block.end
        if _SHORTEST <= end - start <= _LONGEST:
            found.append(_Passage(parts.source, start, end, section.path))
    return found


def _spread(passages: Sequence[_Passage], seed: int) -> list[_Passage]:
    """Return the passages in a random order, first one of each document, then a second one of each, and so on."""
    draw = random.Random(seed)  # noqa: S311  # not for a secret
    shuffled = list(passages)
    draw.shuffle(shuffled)
    rounds: Counter[str] = Counter()
    numbered: list[tuple[int, _Passage]] = []
    for passage in shuffled:
        numbered.append((rounds[passage.source.id], passage))
        rounds[passage.source.id] += 1
    return [passage for _, passage in sorted(numbered, key=lambda one: one[0])]

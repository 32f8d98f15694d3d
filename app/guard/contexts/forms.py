"""Where a message has its contexts: between two marks, in tags, or in the prompt form of a framework.

The templates were read in llama-index-core 0.14, LangChain (`rlm/rag-prompt`, the `stuff` chains of `langchain` 0.x and
the system prompt of its tutorial), Haystack's examples, Open WebUI, Dify, AnythingLLM and RAGFlow. What begins a
context is looked for from the front, and what ends it from the back where it is a line of the template: a context that
contains that line is not cut off there. All of it takes time linear in the message.

Not covered: templates in other languages than English; a context that has the closing tag or mark in its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from core.errors import ConfigurationError

SEPARATOR = "..."
"""Between the mark that begins a context and the one that ends it: `<kb>...</kb>`."""

_OUTER_TAGS = (
    "context contexts documents passages sources search_results retrieved_context retrieved_documents knowledge "
    "knowledge_base excerpts"
).split()
_INNER_TAGS = "document_content document passage source search_result excerpt".split()
"""Tags around single documents. Inside of others each of them is a context of its own; the first of these counts."""
_OPENINGS = {
    tag: re.compile(rf"<{tag}(?:[ \t\n](?P<attributes>[^<>]{{0,300}}))?>") for tag in (*_OUTER_TAGS, *_INNER_TAGS)
}


@dataclass(frozen=True, slots=True)
class Span:
    """A context `text[start:end]` of a message. `mark` names the form; `number` is what the message calls it."""

    mark: str
    start: int
    end: int
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """What begins and ends a context in an installation of its own. An empty `end` is the end of the message."""

    begin: str
    end: str

    @property
    def name(self) -> str:
        """The mark as it is written in a setting."""
        return f"{self.begin.strip()}{SEPARATOR}{self.end.strip()}"


Place: TypeAlias = tuple[int, int]
"""Where something begins and ends in a message."""


@dataclass(frozen=True, slots=True)
class _Form:
    """A prompt form. The context is between the first `begin` and the last `end` behind it."""

    name: str
    begin: re.Pattern[str]
    end: re.Pattern[str]


class Label:
    """Words at the beginning of a line, behind blanks.

    Searching for the line break first is many times as fast as for a place that is behind one.
    """

    def __init__(self, words: str) -> None:
        self._here = re.compile(rf"[ \t]{{0,40}}(?:{words})")
        self._behind = re.compile(rf"\n[ \t]{{0,40}}(?:{words})")

    def at(self, text: str, start: int) -> re.Match[str] | None:
        """Return the label that begins at a place, which must be the beginning of a line."""
        return self._here.match(text, start)

    def all(self, text: str, start: int, end: int) -> Iterator[Place]:
        """Yield the places of all labels in a part of a text."""
        if (start == 0 or text[start - 1] == "\n") and (found := self._here.match(text, start, end)):
            yield found.span()
            start = found.end()
        for found in self._behind.finditer(text, start, end):
            yield found.start() + 1, found.end()

    def first(self, text: str, start: int = 0) -> Place | None:
        """Return the place of the first label from `start` on."""
        return next(self.all(text, start, len(text)), None)


# Blanks and lines are counted, so that no expression reads a long run of them again and again.
_INDENT = r"[ \t]{0,40}"
_BREAK = r"[ \t]{0,40}(?:\n[ \t]{0,40}){1,4}"
_RULE = r"-{4,80}"
_CONTEXT_LABEL = (
    r"(?:Contexts?|CONTEXT|Context information|Retrieved context|Retrieved documents|Documents|Sources|Passages)"
)
_LABELLED = Label(rf"{_CONTEXT_LABEL}[ \t]?:{_INDENT}\n?")
_QUESTION = Label(
    rf"(?:Question|QUESTION|User question|User query|Query|The original query is as follows)[ \t]?:{_INDENT}"
)
_ANSWER = Label(r"(?:(?:Helpful |Final )?Answer|ANSWER|Response)[ \t]?:")
_QUESTION_ENDS = re.compile(
    rf"\n{_INDENT}(?:(?:(?:Helpful |Final )?Answer|ANSWER|Response|{_CONTEXT_LABEL})[ \t]?:"
    r"|We have provided an existing answer:|Original Answer:)"
)
# LangChain's instructions go on behind the sentence that announces the context.
_INSTRUCTION = re.compile(
    rf"{_INDENT}(?:If you (?:don't|do not) know|Use three sentences|Keep the answer|Always say)[^\n]{{0,400}}\n"
    rf"|{_INDENT}{_RULE}{_INDENT}\n|[ \t]{{0,40}}\n"
)
_ANNOUNCED = re.compile(r"Use the following pieces of (?:retrieved )?context to answer\b[^\n]{0,1000}\n")

_FORMS = tuple(
    _Form(name, re.compile(begin), re.compile(end))
    for name, begin, end in (
        # llama-index-core: prompts/default_prompts.py and prompts/chat_prompts.py
        (
            "llama_index",
            rf"Context information (?:from multiple sources )?is below\.{_INDENT}\n{_RULE}\n",
            rf"\n{_RULE}\nGiven the ",
        ),
        ("llama_index", rf"with some more context below\.{_INDENT}\n{_RULE}\n", rf"\n{_RULE}\nGiven the new context"),
        ("llama_index", rf"New Context:[ \t]?(?:\n{_RULE}\n)?", rf"(?:\n{_RULE})?\nQuery: "),
        # query_engine/citation_query_engine.py
        (
            "llama_index",
            rf"Below are several numbered sources of information[.:][^\n]{{0,300}}\n(?:Begin refining!\n)?{_RULE}\n",
            rf"\n{_RULE}\nQuery:",
        ),
        # chat_engine/context.py
        ("llama_index", r"Use the context information below to assist the user\.\n-{20}\n", r"\n-{20}\n"),
        (
            "llama_index",
            r"just repeat the existing answer and nothing more\.\n\n-{20}\n",
            r"\n-{20}\nExisting Answer:",
        ),
        # chat_engine/condense_plus_context.py
        (
            "llama_index",
            rf"Here are the relevant documents for the context:{_BREAK}",
            rf"{_BREAK}(?:Instruction: Based on the above|Existing Answer:)",
        ),
        ("RAGFlow", rf"Here is the knowledge base:{_BREAK}", rf"{_BREAK}The above is the knowledge base\."),
    )
)


def read_mark(value: str) -> Mark:
    """Return the mark that is written as `BEGIN...END`; `\\n` in it is a line break.

    Without END the context goes on to the end of the message. Raises ConfigurationError for a mark without a beginning.
    """
    begin, separator, end = value.replace("\\n", "\n").partition(SEPARATOR)
    if not begin.strip() or not separator:
        raise ConfigurationError(
            f"The mark is '{value}'. Write what begins a context and what ends it, with ... between: <kb>...</kb>"
        )
    return Mark(begin, end)


def find_spans(text: str, marks: Sequence[Mark]) -> list[Span]:
    """Return the contexts of a message, in order and without overlaps.

    The marks of the installation come first, then the forms of frameworks, tags, and labels like `Context:`. Blank
    contexts are none: prompts name their own tags ("inside <context></context> XML tags").
    """
    found = [Span(mark.name, *place) for mark in marks for place in _between(text, mark.begin, mark.end)]
    if found:
        return _outermost(found)
    for form in _FORMS:
        if span := _formed(text, form):
            return [span]
    for tags in (_OUTER_TAGS, _INNER_TAGS):
        tagged = [span for tag in tags for span in _tagged(text, tag, 0, len(text))]
        if tagged:
            return _outermost(tagged)
    numbered = [Span("[CONTEXT]", *place) for place in _in_brackets(text)]
    if numbered:
        return numbered
    return [span] if (span := _announced(text) or _labelled(text)) else []


def inner_spans(text: str, span: Span) -> list[Span]:
    """Return the documents that a context marks one by one with tags; none where it marks none."""
    for tag in _INNER_TAGS:
        found = list(_tagged(text, tag, span.start, span.end))
        if found:
            return found
    return []


def question_in(text: str, spans: Sequence[Span]) -> str:
    """Return what a message asks: behind its label where it has one, else everything that is no context."""
    outside = _outside(text, spans)
    for part in reversed(outside):  # Behind the contexts first: an earlier label may be that of an example.
        labels = list(_QUESTION.all(part, 0, len(part)))
        if labels:
            asked = part[labels[-1][1] :]
            end = _QUESTION_ENDS.search(asked)
            return asked[: end.start()].strip() if end else asked.strip()
    return "\n".join(part.strip() for part in outside if part.strip())


def _outside(text: str, spans: Sequence[Span]) -> list[str]:
    places = [0, *(place for span in spans for place in (span.start, span.end)), len(text)]
    return [text[start:end] for start, end in zip(places[::2], places[1::2], strict=True)]


def _formed(text: str, form: _Form) -> Span | None:
    begin = form.begin.search(text)
    if begin is None:
        return None
    ends = [found.start() for found in form.end.finditer(text, begin.end() - 1)]
    return _span(form.name, text, begin.end(), ends[-1]) if ends else None


def _announced(text: str) -> Span | None:
    """Return the context of LangChain's prompts: behind the instructions, or behind the question and a label."""
    announced = _ANNOUNCED.search(text)
    if announced is None:
        return None
    begin = announced.end()
    while instruction := _INSTRUCTION.match(text, begin):
        begin = instruction.end()
    label = _LABELLED.at(text, begin)
    if label is not None:
        begin = label.end()
    elif _QUESTION.at(text, begin) and (place := _LABELLED.first(text, begin)):
        begin = place[1]
    return _span("langchain", text, begin, _end_of(text, begin))


def _labelled(text: str) -> Span | None:
    """Return the context behind a label that is a line of its own, or in whose message the question has one too."""
    place = _LABELLED.first(text)
    if place is None:
        return None
    label = text[slice(*place)]
    if not (label.endswith("\n") or _QUESTION.first(text)):
        return None
    return _span(label.strip(), text, place[1], _end_of(text, place[1]))


def _end_of(text: str, begin: int) -> int:
    """Return where a context ends that no line of its own ends: at the last question behind it, or at the answer."""
    for label in (_QUESTION, _ANSWER):
        # At the break before it, which may be where the context begins.
        ends = [start for start, _ in label.all(text, max(0, begin - 1), len(text)) if start >= begin]
        if ends:
            return ends[-1]
    return len(text)


def _tagged(text: str, tag: str, start: int, end: int) -> Iterator[Span]:
    closing = f"</{tag}>"
    while opened := _OPENINGS[tag].search(text, start, end):
        close = text.find(closing, opened.end(), end)
        if close < 0:
            return
        # "inside <context> tags: <context>…</context>": the last opening before the closing one.
        *_, opening = _OPENINGS[tag].finditer(text, opened.start(), close)
        if span := _span(f"<{tag}>", text, opening.end(), close, _number_of(opening["attributes"] or "")):
            yield span
        start = close + len(closing)


def _number_of(attributes: str) -> int | None:
    found = re.search(r"\b(?:id|index|number|n)=[\"']?(\d{1,3})\b", attributes)
    return int(found[1]) if found else None


def _between(text: str, begin: str, end: str) -> Iterator[Place]:
    start = text.find(begin)
    while start >= 0:
        start += len(begin)
        stop = text.find(end, start) if end else len(text)
        if stop < 0:
            return
        if text[start:stop].strip():
            yield start, stop
        start = text.find(begin, stop + len(end)) if end else -1


def _in_brackets(text: str) -> Iterator[Place]:
    """Yield the contexts of AnythingLLM, `[CONTEXT 0]: … [END CONTEXT 0]`, and those without a number."""
    begin = re.compile(r"\[CONTEXT(?P<number> \d{1,4})?\]:?[ \t]?\n")
    start = 0
    while opened := begin.search(text, start):
        close = text.find(f"\n[END CONTEXT{opened['number'] or ''}]", opened.end() - 1)
        if close < 0:
            return
        if text[opened.end() : close].strip():
            yield opened.end(), close
        start = close + 1


def _span(mark: str, text: str, start: int, end: int, number: int | None = None) -> Span | None:
    """Return the span without the white space at its ends; None where nothing is left."""
    inside = text[start:end]
    left, right = inside.lstrip(), inside.rstrip()
    if not left:
        return None
    return Span(mark, end - len(left), start + len(right), number)


def _outermost(spans: Sequence[Span]) -> list[Span]:
    """Return the spans that are in no other one, in order."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept

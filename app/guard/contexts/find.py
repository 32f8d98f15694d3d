"""Find the contexts of an answer, and what is asked, in the messages of a request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

from app.guard.contexts.forms import Mark, Span, find_spans, inner_spans, question_in
from app.guard.contexts.numbered import numbered_spans
from app.guard.contexts.tool_results import json_texts

Where: TypeAlias = Literal["field", "tool", "mark"]
"""What a context was found by: the field `contexts`, the result of a tool, or marks in a message."""
_TOOLS = ("tool", "function")
_INSTRUCTING = ("system", "developer", "user")


@dataclass(frozen=True, slots=True)
class Context:
    """A text that the answer may follow from.

    number   what answers cite it by: the number that the prompt gives it, else its position, from 1
    mark     the form or tag that it was found by; None for other sources
    message  the position of its message; None for the field `contexts`
    part     the position of its part in a message whose content is a list
    start    where it begins in that text, and `end`, in code points; None where it is no piece of it: then
             `pointer` says where it is in the JSON of the text, and where that is None as well it is made of the
             JSON's short values
    """

    text: str
    number: int
    where: Where
    mark: str | None = None
    message: int | None = None
    part: int | None = None
    start: int | None = None
    end: int | None = None
    pointer: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return where the context is, for the report; its text only where the request does not have it as it is."""
        found = {
            "number": self.number,
            "where": self.where,
            "mark": self.mark,
            "message": self.message,
            "part": self.part,
            "start": self.start,
            "end": self.end,
            "pointer": self.pointer,
        }
        is_made = self.where == "tool" and self.start is None and self.pointer is None
        return {**found, "text": self.text} if is_made else found


@dataclass(frozen=True, slots=True)
class Found:
    """The contexts of a request in their order, and everything that its users have asked."""

    contexts: tuple[Context, ...]
    question: str

    @property
    def characters(self) -> int:
        """The length of all contexts together."""
        return sum(len(context.text) for context in self.contexts)

    def cited(self, numbers: Sequence[int]) -> list[int]:
        """Return the positions of the contexts with these numbers."""
        return [place for place, context in enumerate(self.contexts) if context.number in numbers]


def find_contexts(messages: Sequence[Any], given: Sequence[str] | None, marks: Sequence[Mark]) -> Found:
    """Return the contexts of a request.

    `given` is the field `contexts`; where it is there, nothing else is looked for. Messages and parts of another shape
    than OpenAI's are passed over: the upstream judges them.
    """
    found: list[Context] = []
    asked: list[str] = []
    for place, message in enumerate(messages):
        if not isinstance(message, Mapping):
            continue
        role = message.get("role")
        for part, text in _texts(message.get("content")):
            if role in _TOOLS:
                found += _of_tool(text, place, part)
            elif role in _INSTRUCTING:
                spans = find_spans(text, marks)
                found += [_marked(text, span, place, part) for one in spans for span in _divided(text, one)]
                if role == "user":
                    asked.append(question_in(text, spans))
    if given is not None:
        found = [Context(text, 0, "field", start=0, end=len(text)) for text in given]
    numbered = (_numbered(context, place) for place, context in enumerate(found, start=1))
    return Found(tuple(numbered), "\n".join(filter(None, asked)))


def _texts(content: Any) -> Iterator[tuple[int | None, str]]:
    """Yield the texts of a message: its content, or the parts of it that are texts, with their positions."""
    if isinstance(content, str):
        yield None, content
    elif isinstance(content, list):
        for place, part in enumerate(content):
            if isinstance(part, Mapping) and isinstance(part.get("text"), str):
                yield place, part["text"]


def _of_tool(text: str, message: int, part: int | None) -> Iterator[Context]:
    in_json = json_texts(text)
    if in_json:
        for one in in_json:
            yield Context(one.text, 0, "tool", message=message, part=part, pointer=one.pointer)
    elif text.strip():
        for span in _divided(text, Span("", 0, len(text))):
            yield _context(text, span, "tool", None, message, part)


def _divided(text: str, span: Span) -> list[Span]:
    return inner_spans(text, span) or numbered_spans(text, span) or [span]


def _marked(text: str, span: Span, message: int, part: int | None) -> Context:
    return _context(text, span, "mark", span.mark, message, part)


def _context(text: str, span: Span, where: Where, mark: str | None, message: int, part: int | None) -> Context:
    return Context(text[span.start : span.end], span.number or 0, where, mark, message, part, span.start, span.end)


def _numbered(context: Context, place: int) -> Context:
    """Return the context with its position for a number, where the prompt gives it none."""
    return context if context.number else replace(context, number=place)

"""A streamed response on its way to the client: the events of the upstream, and the report where an answer ends.

Under `annotate` every byte of the upstream passes as it came; the chunk that ends an answer gets one more field. Under
the policies that hold text back, a chunk has the text that was checked by then in place of its own, and no `logprobs`
and no token ids, which would show what is withheld. Everything else of a chunk passes: calls of tools, reasoning,
usage, comments.

Where an answer ends without a `finish_reason`, a chunk with the rest and the report is put before the end.

Not covered: text that a model writes as reasoning or into the arguments of a tool is not checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from app.guard.check import Check, NewCheck, Verdict
from app.guard.events import DONE, EventReader, data_of, event_of, with_field
from app.guard.report import FIELD, stays

ReportField = Callable[[Mapping[int, Verdict]], dict[str, Any]]
SHOWING = ("logprobs", "token_ids")
"""Fields of a choice that show its text in another form."""
_ENVELOPE = ("id", "object", "created", "model")


class StreamedReply:
    """The events of one response. Give it the bytes of the upstream; it returns those for the client."""

    def __init__(self, new_check: NewCheck, report: ReportField) -> None:
        self._new_check = new_check
        self._report = report
        self._events = EventReader()
        self._checks: dict[int, Check] = {}
        self._envelope: dict[str, Any] = {}
        self._is_reported = False
        self.verdicts: list[Verdict] = []
        """The verdicts on the answers that have ended."""

    @property
    def is_reported_upstream(self) -> bool:
        """Whether the upstream has sent a report of its own, which stays in the place of this one."""
        return self._is_reported

    async def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the upstream; return what the client gets for them."""
        return b"".join([await self._passed(event) for event in self._events.feed(data)])

    async def end(self, *, is_broken: bool = False) -> bytes:
        """Return what is left when the upstream has sent everything, or with `is_broken` will send nothing more.

        An event without its end is none. It passes behind the report, unless another event follows it, or its text
        would have to be checked: clients that read by lines would show it.
        """
        rest = self._events.end()
        passes = self._is_reported or not self._new_check().holds_text or (data_of(rest) or b"").strip() == DONE
        return await self._closed() + (rest if passes and not is_broken else b"")

    def leave(self) -> None:
        """Stop checking: the client has gone."""
        for check in self._checks.values():
            check.leave()

    async def _passed(self, event: bytes) -> bytes:
        data = data_of(event)
        if data is None:
            return event
        if data.strip() == DONE:
            return await self._closed() + event
        try:
            chunk = json.loads(data)
        except (ValueError, RecursionError):
            return event
        if not isinstance(chunk, dict):
            return event
        if "error" in chunk:
            return await self._closed() + event
        if FIELD in chunk and stays(chunk[FIELD], check := self._new_check()):
            self._is_reported = True
            if not check.holds_text:
                self.leave()
                self._checks.clear()
        choices = chunk.get("choices")
        if not isinstance(choices, list) or not choices or self._is_reported:
            return event
        return await self._checked(event, data, chunk, [choice for choice in choices if isinstance(choice, dict)])

    async def _checked(self, event: bytes, data: bytes, chunk: dict[str, Any], choices: list[dict[str, Any]]) -> bytes:
        """Return a chunk as it is shown, after the text that was held back until here where it ends an answer."""
        self._envelope = {name: chunk[name] for name in _ENVELOPE if name in chunk}
        is_changed = chunk.pop(FIELD, None) is not None
        ended: dict[int, Verdict] = {}
        before = b""
        for choice in choices:
            index = _index_of(choice)
            check = self._checks.get(index) or self._begun(index)
            is_changed |= await _show(choice, check)
            if choice.get("finish_reason"):
                rest, ended[index] = await self._ended(index)
                before += self._text_chunk(index, rest) if rest else b""
        if not ended:
            if not is_changed:
                return event
            return b"" if _is_empty(chunk, choices) else event_of(chunk)
        field = self._report(ended)
        if is_changed or b"\n" in data:
            return before + event_of({**chunk, FIELD: field})
        return before + with_field(event, FIELD, field)

    def _begun(self, index: int) -> Check:
        self._checks[index] = check = self._new_check()
        return check

    async def _ended(self, index: int) -> tuple[str, Verdict]:
        rest, verdict = await self._checks.pop(index).end()
        self.verdicts.append(verdict)
        return rest, verdict

    async def _closed(self) -> bytes:
        """Return a chunk with the rest and the report of every answer that has not ended by itself."""
        chunks = b""
        for index in sorted(self._checks):
            rest, verdict = await self._ended(index)
            chunks += self._text_chunk(index, rest, {FIELD: self._report({index: verdict})})
        return chunks

    def _text_chunk(self, index: int, text: str, more: Mapping[str, Any] | None = None) -> bytes:
        choice = {"index": index, "delta": {"content": text} if text else {}, "finish_reason": None}
        return event_of({**self._envelope, "choices": [choice], **(more or {})})


async def _show(choice: dict[str, Any], check: Check) -> bool:
    """Put the text of a choice that can be shown in the place of its own; return whether anything was changed."""
    delta = choice.get("delta")
    text = delta.get("content") if isinstance(delta, dict) else None
    shown = await check.feed(text) if isinstance(text, str) and text else text
    if not check.holds_text:
        return False
    showing = [name for name in SHOWING if choice.get(name) is not None]
    for name in showing:
        choice[name] = None
    if shown != text and isinstance(delta, dict):
        delta["content"] = shown
    return bool(showing) or shown != text


def _index_of(choice: Mapping[str, Any]) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _is_empty(chunk: Mapping[str, Any], choices: list[dict[str, Any]]) -> bool:
    """Return whether a chunk whose text is held back says nothing else."""
    if chunk.get("usage"):
        return False
    return all(
        isinstance(choice.get("delta"), dict) and not any(value for value in choice["delta"].values())
        for choice in choices
    )

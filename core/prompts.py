"""Prompts of the app as a file, JSON Lines: what a model is given to read when it is compressed or measured.

    {"id": "case:start-02", "from": "case", "question": "…", "messages": [{"role": "user", "content": "…"}, …],
     "documents": ["start/first-day.md", …], "answer": "…" or null}

`groundwork model prompts` writes such files (evals/prompts.py renders them); serving reads them. Only `messages` is
required of a line, so that prompts from elsewhere can be used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from core.errors import ConfigurationError
from core.json_lines import json_lines
from core.types import Message, Role

_ROLES: tuple[str, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt as it is served.

    id          the line's number where the file states none
    origin      what the question was made from: "case", "passage", or "unknown"
    documents   ids of the documents whose passages are in it
    answer      the right answer, where it is known
    """

    id: str
    origin: str
    question: str
    messages: tuple[Message, ...]
    documents: tuple[str, ...]
    answer: str | None

    @property
    def characters(self) -> int:
        """The length of all messages."""
        return sum(len(message.content) for message in self.messages)

    def chat(self) -> list[dict[str, Any]]:
        """Return the messages as OpenAI's API spells them."""
        return [asdict(message) for message in self.messages]

    def to_dict(self) -> dict[str, Any]:
        """Return the object of the prompt's line."""
        return {
            "id": self.id,
            "from": self.origin,
            "question": self.question,
            "messages": self.chat(),
            "documents": list(self.documents),
            "answer": self.answer,
        }


def write_prompts(file: Path, prompts: Iterable[Prompt]) -> None:
    """Write one JSON object a line. Raises ConfigurationError where that cannot be done."""
    lines = "".join(json.dumps(prompt.to_dict(), ensure_ascii=False) + "\n" for prompt in prompts)
    try:
        file.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file} cannot be written: {error}. Name a file in a folder that exists.") from error


def read_prompts(file: Path) -> list[Prompt]:
    """Return the prompts of a file; empty lines are skipped.

    Raises ConfigurationError that names the file, the line, what is wrong and the fix.
    """
    try:
        lines = json_lines(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}. Name a UTF-8 file with prompts.") from error
    prompts = [_parse(file, number, line) for number, line in lines]
    if not prompts:
        raise ConfigurationError(f"{file} has no prompt. Write some with: groundwork model prompts --out {file}")
    return prompts


def _parse(file: Path, number: int, line: str) -> Prompt:
    try:
        row = json.loads(line)
        messages = tuple(map(parse_message, row["messages"]))
        if not messages:
            raise ValueError("there is no message")
        answer = row.get("answer")
        if answer is not None and not isinstance(answer, str):
            raise ValueError(f"'answer' is {answer!r}, not a text")
        return Prompt(
            id=str(row.get("id", number)),
            origin=str(row.get("from", "unknown")),
            question=str(row.get("question", "")),
            messages=messages,
            documents=tuple(map(str, row.get("documents", ()))),
            answer=answer or None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{file}, line {number} is not a prompt ({type(error).__name__}: {error}). It must be an object with "
            '\'messages\': [{"role": "user", "content": "…"}], as `groundwork model prompts` writes it.'
        ) from error


def parse_message(turn: Any) -> Message:
    """Return a message of OpenAI's form. Raises ValueError, KeyError or TypeError for what is none."""
    if turn["role"] not in _ROLES:
        raise ValueError(f"the role {turn['role']!r} is none of {', '.join(_ROLES)}")
    if not isinstance(turn["content"], str):
        raise ValueError(f"the content {turn['content']!r} is not a text")
    return Message(turn["role"], turn["content"])

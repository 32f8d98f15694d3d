"""The prompts that the model is shown while it is compressed: yours, and a share of general text.

The prompts come as JSON Lines, as `groundwork eval prompts --part calibration` writes them: `id`, `messages`, and if
known `documents` and `answer`, which then is the last turn. Which are taken depends on their ids alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError

_ROLES = ("system", "user", "assistant")


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt as it is served. `documents` are those whose passages it shows."""

    id: str
    origin: str
    messages: tuple[dict[str, str], ...]
    documents: tuple[str, ...]
    answer: str | None

    @property
    def characters(self) -> int:
        """Of all turns."""
        return sum(len(message["content"]) for message in self.messages) + len(self.answer or "")


@dataclass(frozen=True, slots=True)
class Calibration:
    """`lines` are what the worker reads, one JSON object each; `documents` are shown in them."""

    lines: tuple[str, ...]
    domain: int
    general: int
    characters: int
    documents: frozenset[str]

    @property
    def sha256(self) -> str:
        """Of the lines in their order."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


def read_prompts(file: Path) -> list[Prompt]:
    """The prompts of a file. Raises ConfigurationError that names the line and the mend."""
    prompts = [
        _prompt(f"{file}, line {number}", line, number)
        for number, line in enumerate(_read(file).splitlines(), start=1)
        if line.strip()
    ]
    if not prompts:
        raise ConfigurationError(f"{file} holds no prompt. Write some with: groundwork eval prompts --out {file}")
    return prompts


def choose_samples(prompts: Sequence[Prompt], count: int, general: Path | None, general_share: float) -> Calibration:
    """`count` samples at most, of which `general_share` are pieces of the file `general`.

    Raises ConfigurationError for a count or a share that cannot be, and for a file with too little text.
    """
    if count < 1:
        raise ConfigurationError(f"--samples is {count}; it must be 1 or more.")
    if not 0 <= general_share < 1:
        raise ConfigurationError(f"--general-share is {general_share:g}; it must be 0 or more, and below 1.")
    wanted = min(count - round(count * general_share), len(prompts)) if general else min(count, len(prompts))
    chosen = sorted(prompts, key=lambda prompt: hashlib.sha256(prompt.id.encode()).digest())[: max(1, wanted)]
    length = sum(prompt.characters for prompt in chosen) // len(chosen)
    pieces = _pieces(general, round(len(chosen) * general_share / (1 - general_share)), length) if general else []
    return Calibration(
        lines=(*map(_line, chosen), *(json.dumps({"text": piece}, ensure_ascii=False) for piece in pieces)),
        domain=len(chosen),
        general=len(pieces),
        characters=sum(prompt.characters for prompt in chosen) + sum(map(len, pieces)),
        documents=frozenset(document for prompt in chosen for document in prompt.documents),
    )


def _line(prompt: Prompt) -> str:
    answer = [{"role": "assistant", "content": prompt.answer}] if prompt.answer else []
    return json.dumps({"messages": [*prompt.messages, *answer]}, ensure_ascii=False)


def _pieces(file: Path, count: int, length: int) -> list[str]:
    """Paragraphs put together to pieces as long as the prompts, taken evenly from the whole file."""
    pieces: list[str] = []
    held = ""
    for paragraph in filter(str.strip, _read(file).split("\n\n")):
        held = f"{held}\n\n{paragraph}" if held else paragraph
        if len(held) >= length:
            pieces.append(held[:length])
            held = ""
    if len(pieces) < count:
        raise ConfigurationError(
            f"{file} gives {len(pieces)} pieces of {length} characters, {count} are needed. Give more text, or lower "
            "--general-share or --samples."
        )
    return [pieces[number * len(pieces) // count] for number in range(count)]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}. Name a UTF-8 file.") from error


def _prompt(where: str, line: str, number: int) -> Prompt:
    try:
        row = json.loads(line)
        messages = tuple({"role": _role(turn), "content": _text(turn)} for turn in row["messages"])
        if not messages:
            raise ValueError("there is no message")
        answer = row.get("answer")
        if answer is not None and not isinstance(answer, str):
            raise ValueError(f"'answer' is {answer!r}, no text")
        return Prompt(
            id=str(row.get("id", number)),
            origin=str(row.get("from", "")),
            messages=messages,
            documents=tuple(map(str, row.get("documents", ()))),
            answer=answer or None,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{where} is no prompt ({type(error).__name__}: {error}). It must be an object with 'messages': "
            '[{"role": "user", "content": "…"}], as `groundwork eval prompts` writes it.'
        ) from error


def _role(turn: Any) -> str:
    if turn["role"] not in _ROLES:
        raise ValueError(f"the role {turn['role']!r} is none of {', '.join(_ROLES)}")
    return str(turn["role"])


def _text(turn: Any) -> str:
    if not isinstance(turn["content"], str):
        raise ValueError(f"the content {turn['content']!r} is no text")
    return turn["content"]

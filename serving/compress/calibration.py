"""The samples that the model reads while it is compressed: your prompts, and a share of general text.

Which prompts are taken depends on their ids alone. A known answer is the last turn of its sample.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigurationError
from core.prompts import Prompt


@dataclass(frozen=True, slots=True)
class Calibration:
    """The samples.

    lines            what the worker reads, one JSON object each
    domain, general  the number of prompts, and of pieces of general text
    documents        ids of those whose passages are in the prompts
    """

    lines: tuple[str, ...]
    domain: int
    general: int
    characters: int
    documents: frozenset[str]

    @property
    def sha256(self) -> str:
        """The hash of the lines in their order."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()


def choose_samples(prompts: Sequence[Prompt], count: int, general: Path | None, general_share: float) -> Calibration:
    """Return at most `count` samples, of which `general_share` are pieces of the file `general`.

    Raises ConfigurationError for a count or a share out of range, and for a file with too little text.
    """
    if count < 1:
        raise ConfigurationError(f"--samples is {count}; it must be 1 or more.")
    if not 0 <= general_share < 1:
        raise ConfigurationError(f"--general-share is {general_share:g}; it must be 0 or more, and below 1.")
    wanted = min(count - round(count * general_share), len(prompts)) if general else min(count, len(prompts))
    chosen = sorted(prompts, key=lambda prompt: hashlib.sha256(prompt.id.encode()).digest())[: max(1, wanted)]
    characters = sum(map(_characters, chosen))
    length = characters // len(chosen)
    pieces = _pieces(general, round(len(chosen) * general_share / (1 - general_share)), length) if general else []
    return Calibration(
        lines=(*map(_line, chosen), *(json.dumps({"text": piece}, ensure_ascii=False) for piece in pieces)),
        domain=len(chosen),
        general=len(pieces),
        characters=characters + sum(map(len, pieces)),
        documents=frozenset(document for prompt in chosen for document in prompt.documents),
    )


def _characters(prompt: Prompt) -> int:
    return prompt.characters + len(prompt.answer or "")


def _line(prompt: Prompt) -> str:
    answer = [{"role": "assistant", "content": prompt.answer}] if prompt.answer else []
    return json.dumps({"messages": [*prompt.chat(), *answer]}, ensure_ascii=False)


def _pieces(file: Path, count: int, length: int) -> list[str]:
    """Join paragraphs to pieces as long as the prompts, and take them evenly from the whole file."""
    pieces: list[str] = []
    piece = ""
    for paragraph in filter(str.strip, _read(file).split("\n\n")):
        piece = f"{piece}\n\n{paragraph}" if piece else paragraph
        if len(piece) >= length:
            pieces.append(piece[:length])
            piece = ""
    if len(pieces) < count:
        raise ConfigurationError(
            f"{file} gives {len(pieces)} pieces of {length} characters, {count} are needed. Add text, or lower "
            "--general-share or --samples."
        )
    return [pieces[number * len(pieces) // count] for number in range(count)]


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}. Name a UTF-8 file.") from error

"""The prompts of a run. Only their messages are sent; the report states how many come from cases and passages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigurationError
from core.prompts import read_prompts
from core.types import Message


@dataclass(frozen=True, slots=True)
class PromptSet:
    """The prompts of a file.

    count               distinct prompts
    origins             their number by origin: case, passage, unknown
    median_characters   of their messages
    first               the messages of the first prompt
    """

    file: Path
    count: int
    origins: Mapping[str, int]
    median_characters: int
    first: tuple[Message, ...]

    def describe(self) -> str:
        """Return what was sent, for a report."""
        origins = " and ".join(f"{count} from a {name}" for name, count in sorted(self.origins.items()))
        return f"{self.count} distinct prompts ({origins}), {self.median_characters:,} characters in the median"


def load_prompts(file: Path) -> PromptSet:
    """Read and count the prompts of a file.

    Raises ConfigurationError for what `read_prompts` refuses, and for repeated prompts.
    """
    prompts = read_prompts(file)
    if repeated := len(prompts) - len({prompt.messages for prompt in prompts}):
        raise ConfigurationError(
            f"--prompts: {file} repeats {repeated} prompts. Remove them: a server caches what it has read, so that a "
            "repeated prompt is not measured as a new one would be."
        )
    lengths = sorted(prompt.characters for prompt in prompts)
    return PromptSet(
        file=file,
        count=len(prompts),
        origins=Counter(prompt.origin for prompt in prompts),
        median_characters=lengths[len(lengths) // 2],
        first=prompts[0].messages,
    )

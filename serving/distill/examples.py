"""Training examples as a file, JSON Lines: a prompt as it is served, and the answer that the student is to give.

    {"id": "…", "kind": "fact", "messages": [{"role": "system", "content": "…"}, …], "answer": "… [2]",
     "split": "train", "documents": ["leave/parental.md"], "source": {"template": "…", "document_id": "…", "start": 0,
     "end": 90, …}}

`groundwork model distill data` writes such files (evals/distill/data makes the examples); `distill train` reads them.
Only `messages` and `answer` are required of a line, so that examples from elsewhere can be used. `source` is the
provenance of the example, an object that is kept as it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from core.errors import ConfigurationError
from core.files import SHARED_FILE, replace_text
from core.json_lines import json_lines
from core.prompts import parse_message
from core.types import Message

ExampleSplit: TypeAlias = Literal["train", "validation"]
_SPLITS: tuple[str, ...] = get_args(ExampleSplit)


@dataclass(frozen=True, slots=True)
class TrainingExample:
    """One prompt with its answer.

    kind        "fact", "table", "steps", "yes_no", "comparison", "follow_up", "unanswerable", "conflict"; "" unknown
    messages    what is served, the question last
    answer      the whole reply of the assistant, with its citations
    documents   ids of the documents whose passages are in the prompt
    source      where question and answer come from
    """

    id: str
    kind: str
    messages: tuple[Message, ...]
    answer: str
    split: ExampleSplit = "train"
    documents: tuple[str, ...] = ()
    source: Mapping[str, Any] = field(default_factory=dict)

    def chat(self) -> list[dict[str, Any]]:
        """Return the messages as OpenAI's API spells them, without the answer."""
        return [asdict(message) for message in self.messages]

    def to_dict(self) -> dict[str, Any]:
        """Return the object of the example's line."""
        return {
            "id": self.id,
            "kind": self.kind,
            "messages": self.chat(),
            "answer": self.answer,
            "split": self.split,
            "documents": list(self.documents),
            "source": dict(self.source),
        }


def write_examples(file: Path, examples: Iterable[TrainingExample]) -> None:
    """Write one JSON object a line, all or none. Raises ConfigurationError where that cannot be done."""
    lines = "".join(json.dumps(example.to_dict(), ensure_ascii=False) + "\n" for example in examples)
    try:
        replace_text(file, lines, SHARED_FILE)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error}. Name a file in a folder that can be written to."
        ) from error


def read_examples(file: Path) -> list[TrainingExample]:
    """Return the examples of a file; empty lines are skipped.

    Raises ConfigurationError that names the file, the line, what is wrong and the fix.
    """
    try:
        lines = json_lines(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} cannot be read: {error}. Name a UTF-8 file with examples.") from error
    examples = [_parse(file, number, line) for number, line in lines]
    if not examples:
        raise ConfigurationError(f"{file} has no example. Make some with: groundwork model distill data --out {file}")
    return examples


def _parse(file: Path, number: int, line: str) -> TrainingExample:
    try:
        row = json.loads(line)
        messages = tuple(map(parse_message, row["messages"]))
        if not messages:
            raise ValueError("there is no message")
        answer, split = row["answer"], row.get("split", "train")
        if not isinstance(answer, str) or not answer.strip():
            raise ValueError(f"'answer' is {answer!r}, not a text")
        if split not in _SPLITS:
            raise ValueError(f"'split' is {split!r}, none of {', '.join(_SPLITS)}")
        return TrainingExample(
            id=str(row.get("id", number)),
            kind=str(row.get("kind", "")),
            messages=messages,
            answer=answer,
            split=split,
            documents=tuple(map(str, row.get("documents", ()))),
            source=dict(row.get("source", {})),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigurationError(
            f"{file}, line {number} is not an example ({type(error).__name__}: {error}). It must be an object with "
            '\'messages\': [{"role": "user", "content": "…"}] and \'answer\', as `groundwork model distill data` '
            "writes it."
        ) from error

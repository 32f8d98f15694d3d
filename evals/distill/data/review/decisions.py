"""What a person decided on training examples, in a file beside theirs, and how it is applied.

Each line of `FILE.review.jsonl` is `{"id": "…", "verdict": "accept" | "reject", "answer": "…" | null}`; `answer` is the
one that the person wrote in place of the example's. The last line of an example counts, so that a second decision
replaces the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias

from core.errors import ConfigurationError
from core.json_lines import json_lines
from serving.distill.examples import TrainingExample

Verdict: TypeAlias = Literal["accept", "reject"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on one example. `answer` is None where the example's own is accepted or rejected."""

    id: str
    verdict: Verdict
    answer: str | None = None


def decisions_file(file: Path) -> Path:
    """Return the file of the decisions on the examples of a file."""
    return file.with_name(f"{file.name}.review.jsonl")


def read_decisions(file: Path) -> dict[str, Decision]:
    """Return the decisions on the examples of a file by their ids; none where nobody has decided yet.

    Raises ConfigurationError that names the file, the line and the fix.
    """
    source = decisions_file(file)
    try:
        lines = json_lines(source.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{source} cannot be read: {error}. Delete it to begin the review again.") from error
    found = [_read(f"{source}, line {number}", line) for number, line in lines]
    return {decision.id: decision for decision in found}


def keep_decision(file: Path, decision: Decision) -> None:
    """Append a decision. Raises ConfigurationError where the file cannot be written."""
    target = decisions_file(file)
    try:
        with target.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(asdict(decision), ensure_ascii=False) + "\n")
    except OSError as error:
        raise ConfigurationError(f"{target} cannot be written: {error.strerror}. Make its folder writable.") from error


def apply_decisions(
    examples: Sequence[TrainingExample], decisions: Mapping[str, Decision]
) -> tuple[TrainingExample, ...]:
    """Return the examples without the rejected ones and with the answers that were written in place of theirs."""
    return tuple(_edited(example, decisions.get(example.id)) for example in examples if _is_kept(example, decisions))


def count_verdicts(decisions: Iterable[Decision]) -> dict[str, int]:
    """Return how many examples were accepted as they were, accepted with another answer, and rejected."""
    counts = {"accepted": 0, "edited": 0, "rejected": 0}
    for decision in decisions:
        edited = "edited" if decision.answer is not None else "accepted"
        counts["rejected" if decision.verdict == "reject" else edited] += 1
    return counts


def _is_kept(example: TrainingExample, decisions: Mapping[str, Decision]) -> bool:
    return example.id not in decisions or decisions[example.id].verdict == "accept"


def _edited(example: TrainingExample, decision: Decision | None) -> TrainingExample:
    return example if decision is None or decision.answer is None else replace(example, answer=decision.answer)


def _read(where: str, line: str) -> Decision:
    try:
        row: dict[str, Any] = json.loads(line)
        decision = Decision(str(row["id"]), row["verdict"], row.get("answer"))
        if decision.verdict not in ("accept", "reject"):
            raise ValueError(f"'verdict' is {decision.verdict!r}")
        if decision.answer is not None and not isinstance(decision.answer, str):
            raise ValueError(f"'answer' is {decision.answer!r}, not a text")
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{where} is no decision ({type(error).__name__}: {error}). It must be an object with 'id' and a 'verdict' "
            "of accept or reject. Correct or delete the line."
        ) from error
    return decision

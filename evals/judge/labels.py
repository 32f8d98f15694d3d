"""Answers that people have labelled, as a file: to measure how far a judge agrees with people before it is used.

One JSON object on each line, of one of two forms; other keys are ignored.

    {"answer", "contexts": [text…], "supported": true|false|null, "question"?, "group"?}
        whether the contexts support the answer; null for a disputed answer, which is left out. Answers of one `group`
        resemble each other (the answers to one question); without it each answer is a group
    a line of `groundwork reviews export`
        the verdict of a review whose answer has become a gold case: right, or not. The case's quotes are the reference,
        and not its answer, which may be the answer that is judged. Reviews without a case or of refusals are left out,
        and so are posted cases, pairs and examples
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.reviews.sources import ITEM_SOURCES
from core.errors import ConfigurationError
from core.json_lines import json_lines
from evals.cases.case import Case
from evals.cases.read import read_case
from evals.judge.agreement import Pair
from evals.judge.judge import Judge

_FORMS = (
    'Each line is {"answer", "contexts", "supported"} or a line of `groundwork reviews export`; see '
    "evals/judge/labels.py."
)


@dataclass(frozen=True, slots=True)
class SupportLabel:
    """An answer, its contexts, and whether a person found it supported by them."""

    question: str | None
    answer: str
    contexts: tuple[str, ...]
    supported: bool
    group: str


@dataclass(frozen=True, slots=True)
class VerdictLabel:
    """An answer to a gold question, and whether a reviewer found it right."""

    case: Case
    answer: str
    right: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a file, and the number of lines that were left out."""

    support: tuple[SupportLabel, ...]
    verdicts: tuple[VerdictLabel, ...]
    left_out: int


def read_labels(file: Path) -> Labels:
    """Read a file of labels, compressed with gzip if its name ends in .gz.

    Raises ConfigurationError that names the line and the fix, and for a file without any label.
    """
    support: list[SupportLabel] = []
    verdicts: list[VerdictLabel] = []
    lines = json_lines(_text(file))
    for number, line in lines:
        label = _label(f"{file}, line {number}", str(number), line)
        if isinstance(label, SupportLabel):
            support.append(label)
        elif label is not None:
            verdicts.append(label)
    if not support and not verdicts:
        raise ConfigurationError(
            f"{file} has {len(lines)} lines and no label that a judge can be measured on. {_FORMS}"
        )
    return Labels(tuple(support), tuple(verdicts), len(lines) - len(support) - len(verdicts))


async def support_pair(judge: Judge, label: SupportLabel) -> Pair:
    """Ask the judge about an answer, and return both ratings: whether it is faithful."""
    verdict = await judge.is_faithful(label.question, label.answer, label.contexts)
    return Pair(verdict.holds, label.supported, label.group)


async def verdict_pair(judge: Judge, label: VerdictLabel) -> Pair:
    """Ask the judge about an answer, and return both ratings: whether it is correct."""
    verdict = await judge.is_correct(label.case, label.answer)
    return Pair(verdict.holds, label.right, label.case.id)


def _label(where: str, number: str, line: str) -> SupportLabel | VerdictLabel | None:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ConfigurationError(f"{where} is not valid JSON: {error}. {_FORMS}") from error
    if not isinstance(row, dict):
        raise ConfigurationError(f"{where} is {line[:80]!r}; it must be a JSON object. {_FORMS}")
    if row.get("source") in ITEM_SOURCES:
        return None
    if "label" in row:
        return _verdict(where, row)
    return _support(where, number, row)


def _support(where: str, number: str, row: Mapping[str, Any]) -> SupportLabel | None:
    answer, contexts, supported = row.get("answer"), row.get("contexts"), row.get("supported", ...)
    if not isinstance(answer, str) or not answer.strip():
        raise ConfigurationError(f"{where}: 'answer' is {answer!r}; it must be a non-empty string. {_FORMS}")
    if not isinstance(contexts, list) or not contexts or not all(isinstance(text, str) for text in contexts):
        raise ConfigurationError(f"{where}: 'contexts' must be a list of one or more strings. {_FORMS}")
    if supported is None:
        return None
    if not isinstance(supported, bool):
        found = "missing" if supported is ... else repr(supported)
        raise ConfigurationError(f"{where}: 'supported' is {found}; it must be true, false or null. {_FORMS}")
    question = row.get("question")
    return SupportLabel(
        str(question) if question else None, answer, tuple(contexts), supported, str(row.get("group", number))
    )


def _verdict(where: str, row: Mapping[str, Any]) -> VerdictLabel | None:
    case, answer, kind = row.get("case"), row.get("answer"), row.get("kind")
    if case is None or kind != "answer" or not answer:
        return None
    verdict = row["label"].get("verdict") if isinstance(row["label"], dict) else None
    if verdict not in ("right", "wrong", "partly"):
        raise ConfigurationError(f"{where}: the verdict is {verdict!r}; it must be right, wrong or partly. {_FORMS}")
    return VerdictLabel(replace(read_case(f"{where}, case", case), answer=""), str(answer), verdict == "right")


def _text(file: Path) -> str:
    try:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        return content.decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"The labels in {file} cannot be read: {error}. Name a UTF-8 text file.") from error

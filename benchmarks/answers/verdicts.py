"""Judge answers by hand: write a sheet, keep its verdicts, and summarise them.

A sheet has one JSON object on each line: a question, its answer and what answers it, with an empty `verdict` and
`note`. A reader fills them in, having read each answer against the page:

    right             an answerable question, and the answer has what the question asks for, and nothing that misleads
    partly            a part of it, or all of it only for a reader who finds it among other things or knows the context
    wrong             something else; or an answer to a question that the documents do not answer
    refused rightly   the documents do not answer the question
    refused wrongly   they do

Only verdicts are kept, not the answers: a line has the build, the question's id and split, the verdict, a note, and a
digest of the answer, by which a later sheet takes over the verdict of an answer that is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.answers.ask import Answer
from benchmarks.answers.measures import estimate
from benchmarks.answers.sets import Question
from core.errors import ConfigurationError

VERDICTS = ("right", "partly", "wrong", "refused rightly", "refused wrongly")
_DIGEST = 16


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader thought of one answer of one build."""

    build: str
    id: str
    split: str
    verdict: str
    note: str
    answer_sha256: str


def write_sheet(
    file: Path, build: str, pairs: Iterable[tuple[Question, Answer]], known: Sequence[Verdict] = ()
) -> None:
    """Write a sheet. An answer to which `known` has a verdict, of whichever build, has it filled in."""
    by_answer = {(one.id, one.answer_sha256): one for one in known}
    rows = [_row(build, question, answer, by_answer.get((question.id, digest(answer)))) for question, answer in pairs]
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def load_verdicts(file: Path) -> list[Verdict]:
    """Read the verdicts of a sheet, or of a file that `store_verdicts` wrote.

    Raises ConfigurationError that names the line of a verdict that is missing or unknown.
    """
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        row = json.loads(line)
        if row["verdict"] not in VERDICTS:
            raise ConfigurationError(
                f"{file}, line {number}: 'verdict' is {row['verdict']!r}; it must be one of {', '.join(VERDICTS)}."
            )
        found.append(Verdict(**{name: row[name] for name in Verdict.__slots__}))
    return found


def store_verdicts(file: Path, new: Sequence[Verdict]) -> None:
    """Add verdicts to a file. Those of the same build and question are replaced."""
    replaced = {(one.build, one.id) for one in new}
    old = load_verdicts(file) if file.exists() else []
    kept = [one for one in old if (one.build, one.id) not in replaced]
    lines = [json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in (*kept, *new)]
    file.write_text("".join(lines), encoding="utf-8")


def verdict_table(verdicts: Sequence[Verdict]) -> Table:
    """Return for each build and half the number of each verdict, and the shares that are right and wrong.

    "right" counts what is right or refused rightly; "wrong" counts wrong answers alone. Both are shares of all
    questions, with 95% intervals.
    """
    table = Table("build", "split", "n", *VERDICTS, "right, share", "wrong, share", title="Judged by hand")
    for column in table.columns[2:]:
        column.justify = "right"
    for build in dict.fromkeys(one.build for one in verdicts):
        for split in ("dev", "test", "all"):
            ones = [one for one in verdicts if one.build == build and split in (one.split, "all")]
            if ones:
                counts = [str(sum(one.verdict == name for one in ones)) for name in VERDICTS]
                shares = [_share(ones, ("right", "refused rightly")), _share(ones, ("wrong",))]
                table.add_row(build, split, str(len(ones)), *counts, *shares)
        table.add_section()
    return table


def digest(answer: Answer) -> str:
    """Return the beginning of the SHA-256 of an answer's text, in hexadecimal digits."""
    return hashlib.sha256(answer.content.encode()).hexdigest()[:_DIGEST]


def _row(build: str, question: Question, answer: Answer, known: Verdict | None) -> dict[str, Any]:
    return {
        "build": build,
        "id": question.id,
        "split": question.split,
        "history": [asdict(turn) for turn in question.history],
        "question": question.text,
        "answer": answer.content,
        "cited": [f"[{one.index}] {one.document_id}" for one in answer.citations],
        "gold": [asdict(gold) for gold in question.gold],
        "reference": question.reference,
        "verdict": known.verdict if known else "",
        "note": known.note if known else "",
        "answer_sha256": digest(answer),
    }


def _share(ones: Sequence[Verdict], names: Sequence[str]) -> str:
    found = estimate([float(one.verdict in names) for one in ones])
    return f"{found.value:.0%} ({found.low:.0%}–{found.high:.0%})"

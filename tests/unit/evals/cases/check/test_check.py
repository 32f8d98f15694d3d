from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np

from core.types import Vectors
from evals.cases.check.finding import Finding
from evals.cases.check.questions import Embed
from evals.cases.check.run import Checked, check_cases
from tests.unit.evals.cases.services import NoService

LEAVE = "Every colleague has 25 days of leave. Unused days lapse on 31 March."
TRAVEL = "Trains are booked in second class. Every colleague has 25 days of leave."


class Documents(NoService):
    """A service that has two documents."""

    texts: Mapping[str, str] = {"leave.md": LEAVE, "travel.md": TRAVEL}

    async def get(self, path: str) -> dict[str, Any]:
        if path == "/v1/documents":
            return {"documents": [{"id": name} for name in self.texts], "next_cursor": None}
        return {"text": self.texts[path.removeprefix("/v1/documents/")]}


@asynccontextmanager
async def connect() -> AsyncIterator[Documents]:
    yield Documents()


def row(
    name: str, question: str, quote: str | None = "Unused days lapse on 31 March.", **more: object
) -> dict[str, Any]:
    gold = [{"document_id": "leave.md", "quote": quote}] if quote else []
    kind = "answerable" if quote else "unanswerable"
    return {"id": name, "question": question, "kind": kind, "gold": gold, "split": "dev", **more}


def checked(folder: Path, *rows: object, embed: Embed | None = None) -> Checked:
    file = folder / "cases.jsonl"
    file.write_text(
        "".join((one if isinstance(one, str) else json.dumps(one)) + "\n" for one in rows), encoding="utf-8"
    )
    return asyncio.run(check_cases(file, connect, embed))


def found(result: Checked, kind: str) -> list[Finding]:
    return [finding for finding in result.findings if finding.kind == kind]


def test_every_line_that_is_no_case_is_named_with_its_line_and_fix(tmp_path: Path) -> None:
    good = row("a", "When do days lapse?")
    result = checked(tmp_path, good, "{", {**good, "id": "b", "kind": "maybe"}, row("a", "When do they end?"))
    assert [(finding.line, finding.severity) for finding in found(result, "format")] == [
        (2, "error"),
        (3, "error"),
        (4, "error"),
    ]
    assert "must be one of answerable" in found(result, "format")[1].fix + found(result, "format")[1].message
    assert "line 1" in found(result, "format")[2].message
    assert result.exit_code == 1


def test_a_quote_that_is_in_no_document_is_an_error(tmp_path: Path) -> None:
    (finding,) = found(checked(tmp_path, row("a", "When do days lapse?", "Days never lapse.")), "gold")
    assert (finding.severity, finding.line) == ("error", 1)
    assert "'leave.md' does not contain “Days never lapse.”" in finding.message


def test_a_quote_that_another_document_has_too_is_a_warning(tmp_path: Path) -> None:
    result = checked(tmp_path, row("a", "How much holiday is there?", "Every colleague has 25 days of leave."))
    (finding,) = found(result, "other document")
    assert finding.severity == "warning"
    assert "travel.md" in finding.message
    assert result.exit_code == 0


def test_an_answer_in_the_question_is_an_error(tmp_path: Path) -> None:
    (finding,) = found(checked(tmp_path, row("a", "Which unused days lapse on 31 March?")), "leak")
    assert finding.severity == "error"


def test_the_same_question_in_both_splits_is_an_error_and_in_one_a_warning(tmp_path: Path) -> None:
    first = row("a", "When do unused days lapse?")
    (within,) = found(checked(tmp_path, first, row("b", "when do the unused days lapse")), "duplicate")
    assert (within.severity, within.line) == ("warning", 2)
    across = found(checked(tmp_path, first, row("b", "when do the unused days lapse", split="test")), "split")
    assert [finding.severity for finding in across] == ["error", "warning"]
    assert "shares a gold quote with 'a' (line 1) of the other split" in across[1].message


def test_questions_about_different_values_are_no_duplicates(tmp_path: Path) -> None:
    assert not found(
        checked(tmp_path, row("a", "What does Error 41 mean?"), row("b", "What does Error 60 mean?")), "duplicate"
    )


def test_a_paraphrase_is_found_by_its_vector(tmp_path: Path) -> None:
    def embed(questions: Sequence[str]) -> Vectors:
        return np.ones((len(questions), 1), dtype=np.float32)

    rows = row("a", "When do my days lapse?"), row("b", "What is the last date for holiday?", split="test")
    assert not [one for one in found(checked(tmp_path, *rows), "split") if "cosine" in one.message]
    (finding,) = [one for one in found(checked(tmp_path, *rows, embed=embed), "split") if "cosine" in one.message]
    assert finding.severity == "warning"


def test_kinds_that_are_too_rare_are_warned_about(tmp_path: Path) -> None:
    messages = [finding.message for finding in found(checked(tmp_path, row("a", "When do days lapse?")), "balance")]
    assert any(message.startswith("0% of the questions of 'dev' are unanswerable") for message in messages)
    assert any(message.startswith("The split 'test' has 0 questions") for message in messages)


def test_a_file_without_a_case_is_an_error(tmp_path: Path) -> None:
    result = checked(tmp_path)
    assert [finding.message for finding in found(result, "format")] == ["The file has no cases."]
    assert result.to_dict()["errors"] == 1

"""How many passages an answer is checked against by the MCP tool `check_answer`.

    python -m benchmarks.check_passages

The gold answers of the sample's questions as they are, and those with a number once more with another number in its
place. Each is checked against so many passages of the search for the question, and as many of that for the answer.
The first column should be small and the second one large.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import tempfile
from pathlib import Path
from typing import Any

from app.mcp.api import Api
from app.mcp.arguments import CheckArguments
from app.mcp.check import check_answer
from cli.client import connect
from cli.ingestion.run import Order, ingest_documents
from core.settings import read_settings
from testing.builders import REPOSITORY

_COUNTS = (1, 2, 3, 4, 6, 10)
_NUMBER = re.compile(r"\b\d+\b")
_SEED = 5


def cases() -> list[dict[str, Any]]:
    """Return the questions that stand alone and have an answer."""
    lines = (REPOSITORY / "domains" / "onboarding" / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    return [case for case in read if case["kind"] == "answerable" and case.get("answer") and not case["history"]]


def with_another_number(answer: str) -> str:
    """Return the answer with its first number replaced."""
    rng = random.Random(f"{_SEED} {answer}")
    return _NUMBER.sub(lambda found: str(int(found[0]) + rng.choice((1, 2, 3, 7))), answer, count=1)


async def flagged(api: Api, asked: list[tuple[str, str]], count: int) -> float:
    """Return the share of answers that are not supported."""
    found = 0
    for question, answer in asked:
        checked = await check_answer(api, CheckArguments(question=question, answer=answer), count)
        found += not checked.supported
    return found / len(asked)


async def main() -> None:
    """Print a line for each number of passages."""
    with tempfile.TemporaryDirectory() as folder:
        settings = read_settings({"GROUNDWORK_DATA_DIR": str(Path(folder) / "data"), "GROUNDWORK_DOMAIN": "onboarding"})
        await asyncio.to_thread(ingest_documents, settings, Order(), lambda _: None)
        true = [(case["question"], case["answer"]) for case in cases()]
        changed = [(question, with_another_number(answer)) for question, answer in true if _NUMBER.search(answer)]
        print(f"passages | true answers flagged (of {len(true)}) | changed answers flagged (of {len(changed)})")
        async with connect(settings, "a benchmark") as api:
            for count in _COUNTS:
                print(f"{count:>8} | {await flagged(api, true, count):.2f} | {await flagged(api, changed, count):.2f}")


if __name__ == "__main__":
    asyncio.run(main())

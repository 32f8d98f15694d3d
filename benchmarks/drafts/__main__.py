"""How many gold questions the templates draft, how good they are, and whether the search finds their passages.

    python -m benchmarks.drafts DATA --index INDEX [--number 100] [--seed 2026] [--corpora sample,fastapi_docs]
    python -m benchmarks.drafts DATA --index INDEX --sheet SHEET

DATA has the folders `handbook_18f` and `fastapi_docs`; the sample's handbook is in the project. INDEX keeps an index
for each corpus, so that a second run does not embed it again. Of each corpus NUMBER cases are drafted. The columns:

    drafts, documents    how many there are, and from how many documents
    kinds                answerable, unanswerable and follow-up
    recall@5             the share of gold quotes in the five best passages. The templates do not search: nothing is
                         chosen by it. Questions in the words of a document are easier than a person's
    judged, good         how many were judged by a reader, and the share that needs no edit (95%, Clopper-Pearson): the
                         question is natural and can be read alone, and the quote answers it; of an unanswerable one,
                         that no document answers it, as far as a search shows

`verdicts.jsonl` has the reader's verdicts by corpus and question, so that drafts of a later build count where they are
the same. --sheet writes the drafts without a verdict, 20 drawn at random from each corpus, for a reader to fill in.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.answers.ask import ingest
from benchmarks.answers.corpora import make_corpus
from cli.client import connect
from cli.options import settings_from
from core.settings import Settings
from core.stats import estimate_proportion
from evals.cases.draft.draft import Draft
from evals.cases.draft.run import Drafted, DraftRequest, draft_cases
from evals.quotes import contains_quote
from evals.service import ServiceClient

_CORPORA = ("sample", "handbook_18f", "fastapi_docs")
_VERDICTS = Path(__file__).with_name("verdicts.jsonl")
_OF_SHEET = 20
_DEPTH = 5


def main() -> None:
    """Draft, search, and print the table or write the sheet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("--index", type=Path, required=True, help="folder that keeps the indexes")
    parser.add_argument("--number", type=int, default=100, help="drafts of each corpus; default: %(default)s")
    parser.add_argument("--corpora", default=",".join(_CORPORA), help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=2026, help="default: %(default)s")
    parser.add_argument("--sheet", type=Path, help="write drafts without a verdict to this file")
    arguments = parser.parse_args()
    drafted = {name: _drafted(name, arguments) for name in arguments.corpora.split(",")}
    verdicts = _read_verdicts()
    if arguments.sheet:
        _write_sheet(arguments.sheet, drafted, verdicts, arguments.seed)
        return
    table = Table(*("corpus", "drafts", "documents", "kinds", f"recall@{_DEPTH}", "judged", "good"), box=None)
    for name, (found, recall) in drafted.items():
        table.add_row(*_row(name, found, recall, verdicts))
    Console(width=160).print(table)


def _drafted(name: str, arguments: argparse.Namespace) -> tuple[Drafted, float]:
    folder = arguments.index / name
    ingest(make_corpus(name, arguments.data, arguments.index / "copies", None), folder)
    settings = replace(settings_from(folder), llm_base_url=None, qdrant_url=None)
    return asyncio.run(_draft(settings, DraftRequest(arguments.number, arguments.seed)))


async def _draft(settings: Settings, request: DraftRequest) -> tuple[Drafted, float]:
    drafted = await draft_cases(request, lambda: connect(settings, "benchmarks.drafts"), _ignore)
    async with connect(settings, "benchmarks.drafts") as client:
        found = [await _share_found(draft, client) for draft in drafted.drafts if draft.case.gold]
    return drafted, sum(found) / len(found)


def _ignore(_done: int, _total: int) -> None:
    """Show no progress."""


async def _share_found(draft: Draft, client: ServiceClient) -> float:
    history = [asdict(turn) for turn in draft.case.history]
    body = {"query": draft.case.question, "history": history, "top_k": _DEPTH}
    hits = (await client.post("/v1/search", body))["hits"]
    gold = draft.case.gold
    return sum(any(contains_quote(hit["text"], one.quote) for hit in hits) for one in gold) / len(gold)


def _row(name: str, found: Drafted, recall: float, verdicts: Mapping[tuple[str, str], bool]) -> Sequence[str]:
    judged = [verdicts[key] for draft in found.drafts if (key := (name, _asked(draft))) in verdicts]
    good = estimate_proportion(sum(judged), len(judged)) if judged else None
    kinds = found.by_kind
    return (
        name,
        str(len(found.drafts)),
        f"{len({draft.origin.document_id for draft in found.drafts})} of {found.documents}",
        " + ".join(str(kinds[kind]) for kind in ("answerable", "unanswerable", "follow_up")),
        f"{recall:.2f}",
        str(len(judged)),
        f"{good.value:.2f} ({good.low:.2f} to {good.high:.2f})" if good else "",
    )


def _asked(draft: Draft) -> str:
    return " / ".join((*(turn.content for turn in draft.case.history if turn.role == "user"), draft.case.question))


def _read_verdicts() -> dict[tuple[str, str], bool]:
    rows = map(json.loads, _VERDICTS.read_text(encoding="utf-8").splitlines()) if _VERDICTS.exists() else ()
    return {(row["corpus"], row["question"]): row["good"] for row in rows}


def _write_sheet(
    file: Path,
    drafted: Mapping[str, tuple[Drafted, float]],
    verdicts: Mapping[tuple[str, str], bool],
    seed: int,
) -> None:
    draw = random.Random(seed)
    with file.open("w", encoding="utf-8") as lines:
        for name, (found, _) in drafted.items():
            left = [draft for draft in found.drafts if (name, _asked(draft)) not in verdicts]
            for draft in draw.sample(left, min(_OF_SHEET, len(left))):
                row = {
                    "corpus": name,
                    "question": _asked(draft),
                    "quote": draft.case.gold[0].quote if draft.case.gold else "",
                    "document": draft.origin.document_id,
                    "template": draft.origin.template,
                    "good": None,
                    "why": "",
                }
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")
    print(file)


if __name__ == "__main__":
    main()

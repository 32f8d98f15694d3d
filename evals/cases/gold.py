"""Check that the gold quotes are still in the documents: an outdated quote would lower every metric silently."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from core.errors import ConfigurationError
from evals.cases.case import Case, Gold
from evals.quotes import normalise
from evals.service import ServiceClient, read_document_rows

_MOST_NAMED = 5


async def check_gold(cases: Sequence[Case], file: Path, client: ServiceClient) -> None:
    """Raise ConfigurationError naming the cases whose document is not indexed or does not contain the quote."""
    texts = await read_texts(client, {gold.document_id for case in cases for gold in case.gold})
    problems = [
        f"{case.id}: {gold_problem(gold, texts)}"
        for case in cases
        for gold in case.gold
        if normalise(gold.quote) not in texts.get(gold.document_id, "")
    ]
    if problems:
        more = f"; and {len(problems) - _MOST_NAMED} more" if len(problems) > _MOST_NAMED else ""
        raise ConfigurationError(
            f"{file}: {len(problems)} gold quotes cannot be found. {'; '.join(problems[:_MOST_NAMED])}{more}. "
            "Run: groundwork ingest. If they are still missing after that, correct the cases."
        )


async def read_texts(client: ServiceClient, wanted: Collection[str] | None = None) -> dict[str, str]:
    """Return the normalised texts of the indexed documents by id: of those that are wanted, or of all."""
    indexed = {document["id"] for document in await read_document_rows(client)}
    chosen = indexed if wanted is None else indexed & set(wanted)
    return {
        document_id: normalise((await client.get(f"/v1/documents/{quote(document_id)}"))["text"])
        for document_id in sorted(chosen)
    }


def gold_problem(gold: Gold, texts: Mapping[str, str]) -> str:
    """Return what is wrong with a quote that is not in the texts."""
    if gold.document_id not in texts:
        return f"there is no document '{gold.document_id}' in the index"
    return f"'{gold.document_id}' does not contain “{gold.quote}”"

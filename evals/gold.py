"""Do the gold quotes still stand in the documents? A stale one would lower every figure without a word."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from core.errors import ConfigurationError
from evals.cases import Case
from evals.quotes import plain
from evals.service import ServiceClient

_NAMED = 5


async def check_gold(cases: Sequence[Case], file: Path, client: ServiceClient) -> None:
    """Raises ConfigurationError that names the cases whose document is not indexed, or no longer holds the quote."""
    known = {document["id"] for document in (await client.get("/v1/documents"))["documents"]}
    wanted = {gold.document_id for case in cases for gold in case.gold}
    texts = {name: plain((await client.get(f"/v1/documents/{quote(name)}"))["text"]) for name in sorted(wanted & known)}
    stale = [
        f"{case.id}: {_fault(gold.document_id, gold.quote, texts)}"
        for case in cases
        for gold in case.gold
        if plain(gold.quote) not in texts.get(gold.document_id, "")
    ]
    if stale:
        more = f"; and {len(stale) - _NAMED} more" if len(stale) > _NAMED else ""
        raise ConfigurationError(
            f"{file}: {len(stale)} gold quotes cannot be found. {'; '.join(stale[:_NAMED])}{more}. "
            "Run: groundwork ingest. If they are still missing then, mend the cases."
        )


def _fault(document_id: str, text: str, texts: dict[str, str]) -> str:
    if document_id not in texts:
        return f"there is no document '{document_id}' in the index"
    return f"'{document_id}' does not hold “{text}”"

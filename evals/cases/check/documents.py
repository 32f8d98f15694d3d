"""Check the cases against the documents: quotes that are missing, and documents that gold does not name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evals.cases.check.finding import Finding, Line
from evals.cases.gold import gold_problem
from evals.quotes import normalise

_FEWEST_WORDS = 4
"""Words of a quote that other documents are searched for; a shorter one is in many by chance."""
_MOST_NAMED = 3


def find_missing_gold(lines: Sequence[Line], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the gold quotes that are not in their documents. `texts` are the normalised texts by document id."""
    for line in lines:
        for gold in line.case.gold:
            if normalise(gold.quote) not in texts.get(gold.document_id, ""):
                yield Finding(
                    "error",
                    "gold",
                    line.number,
                    f"{line.case.id}: {gold_problem(gold, texts)}.",
                    "Run groundwork ingest. If it is still missing after that, correct the quote or the document's id.",
                )


def find_other_documents(lines: Sequence[Line], texts: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the cases of which another document has a gold quote word for word, and gold does not name it."""
    for line in lines:
        named = {gold.document_id for gold in line.case.gold}
        for quote in (normalise(gold.quote) for gold in line.case.gold):
            others = [document for document, text in texts.items() if document not in named and quote in text]
            if others and len(quote.split()) >= _FEWEST_WORDS:
                more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
                yield Finding(
                    "warning",
                    "other document",
                    line.number,
                    f"{line.case.id}: “{quote}” is also in {', '.join(others[:_MOST_NAMED])}{more}, which gold does "
                    "not name.",
                    "Name them in gold too, or a search that finds them counts as a miss.",
                )

"""Check a text against the documents that the caller may read, or against texts that it gives."""

from __future__ import annotations

from collections.abc import Sequence

from app.api.grounding.responses import Report
from app.api.models import Citation
from app.api.search.responses import SearchResponse
from app.api.turns import MAX_QUESTION
from app.mcp.api import Api
from app.mcp.arguments import CheckArguments
from app.mcp.results import CheckResult

PASSAGES = 3
"""Of each of the two searches. With ten no more true answers pass and fewer changed ones are flagged, and the result is
three times as long (`python -m benchmarks.check_passages`)."""
NO_PASSAGES = "No passage of the documents was found for this text, so nothing of it is supported."
NO_CONTEXTS = "There are no contexts to check against, so nothing of this text is supported."


async def check_answer(api: Api, arguments: CheckArguments, passages_of_each: int = PASSAGES) -> CheckResult:
    """Return the report on a text. Where there is nothing to check against, nothing is supported.

    Passages are searched for the question and for the text itself, which may say more than the question asks.

    Not covered: a text on many topics, of which two searches find some.
    """
    contexts = arguments.contexts
    if contexts is not None:
        return await _judged(api, arguments, contexts, [], None if contexts else NO_CONTEXTS)
    passages, notice = await _passages(api, arguments, passages_of_each)
    texts = [passage.text for passage in passages]
    return await _judged(api, arguments, texts, passages, None if passages else notice or NO_PASSAGES)


async def _judged(
    api: Api, arguments: CheckArguments, contexts: Sequence[str], passages: list[Citation], notice: str | None
) -> CheckResult:
    body = {"question": arguments.question, "answer": arguments.answer, "contexts": list(contexts)}
    report = Report.model_validate(await api.post("/v1/ground", body))
    # The report flags what contexts would have to contain: a short or a general sentence passes without any.
    supported = report.supported and bool(contexts)
    return CheckResult(report=report, supported=supported, passages=passages, notice=notice)


async def _passages(api: Api, arguments: CheckArguments, top_k: int) -> tuple[list[Citation], str | None]:
    """Return the passages, each once, numbered from 1, and why there are none."""
    queries = [text for text in (arguments.question, arguments.answer[:MAX_QUESTION]) if text and text.strip()]
    found: dict[str, Citation] = {}
    notice = None
    for query in queries:
        only = {"filter": {"document_ids": arguments.document_ids}} if arguments.document_ids else {}
        response = SearchResponse.model_validate(await api.post("/v1/search", {"query": query, "top_k": top_k, **only}))
        notice = response.notice or notice
        for hit in response.hits:
            found.setdefault(hit.chunk_id, hit)
    numbered = [hit.model_copy(update={"index": number}) for number, hit in enumerate(found.values(), start=1)]
    return numbered, notice

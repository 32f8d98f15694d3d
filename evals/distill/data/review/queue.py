"""Training examples in the service's review queue (docs/reviews.md): post a sample, and read what people decided."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import quote

from evals.distill.data.review.decisions import Decision
from evals.service import ServiceClient
from serving.distill.examples import TrainingExample

_AT_ONCE = 100
_PAGE = 100


async def post_examples(examples: Sequence[TrainingExample], client: ServiceClient) -> tuple[int, int]:
    """Post examples to the review queue; return how many were new to it, and how many it had. Raises ServiceError."""
    added = known = 0
    for start in range(0, len(examples), _AT_ONCE):
        items = [{"source": "example", "example": one.to_dict()} for one in examples[start : start + _AT_ONCE]]
        answer = await client.post("/v1/reviews", {"items": items})
        added, known = added + answer["added"], known + answer["known"]
    return added, known


async def read_queue(ids: Collection[str], client: ServiceClient) -> list[Decision]:
    """Return the decisions that people made in the queue on the examples with these ids.

    An edited example counts with its answer: its prompt stays as it is served. Raises ServiceError.
    """
    found: list[Decision] = []
    cursor = ""
    while True:
        page = await client.get(f"/v1/reviews?source=example&state=done&limit={_PAGE}{cursor}")
        found += [decision for item in page["items"] if (decision := _decision(item, ids)) is not None]
        if page["next"] is None:
            return found[::-1]
        cursor = f"&cursor={quote(page['next'])}"


def _decision(item: dict[str, Any], ids: Collection[str]) -> Decision | None:
    """Return the decision on an item; None for one of another file, or in no form that is known."""
    example = item["example"]
    if example.get("id") not in ids:
        return None
    edited = (item["decision"]["edited"] or example).get("answer")
    answer = edited if isinstance(edited, str) and edited.strip() and edited != example.get("answer") else None
    return Decision(example["id"], item["decision"]["verdict"], answer)

"""Let people decide matches: post pairs of answers to the review queue, and read the votes.

The queue shows a pair without the names of the models, in an order that it draws. A vote belongs to both answers as
they were posted: answers of a new run get no votes of an old one.

Not covered: several votes on one pair, since the queue keeps one; and who votes, which the queue does not say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias
from urllib.parse import quote

from evals.arena.decide import Decision, Outcome, decide_unasked
from evals.arena.matches import Match
from evals.judge.measure import sample
from evals.service import ServiceClient

_PAGE = 100
_AT_ONCE = 50
"""Pairs of one request: with long answers and ten passages each, a few megabytes."""
_OTHER: Mapping[str, Outcome] = {"a": "b", "b": "a", "tie": "tie"}

_Key: TypeAlias = tuple[str, tuple[str, ...], frozenset[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Posted:
    """How many pairs were new to the queue, and how many were in it already."""

    added: int
    known: int


async def post_pairs(client: ServiceClient, matches: Sequence[Match], count: int) -> Posted:
    """Post `count` matches that a person has to decide, drawn at random and always the same. Raises ServiceError."""
    chosen = sample([match for match in matches if decide_unasked(match) is None], count)
    added = known = 0
    for start in range(0, len(chosen), _AT_ONCE):
        items = [pair_item(match) for match in chosen[start : start + _AT_ONCE]]
        answer = await client.post("/v1/reviews", {"items": items})
        added, known = added + answer["added"], known + answer["known"]
    return Posted(added, known)


async def read_votes(client: ServiceClient, matches: Sequence[Match]) -> list[Decision]:
    """Return the votes of people on these matches. Raises ServiceError."""
    voted: dict[_Key, Mapping[str, Any]] = {}
    cursor = ""
    while True:
        page = await client.get(f"/v1/reviews?source=pair&state=done&limit={_PAGE}{cursor}")
        for item in page["items"]:
            voted.setdefault(_key_of_item(item), item)
        if page["next"] is None:
            break
        cursor = f"&cursor={quote(page['next'])}"
    return list(_decisions(matches, voted))


def pair_item(match: Match) -> dict[str, Any]:
    """Return the item of the queue for a match in which neither request failed."""
    response = match.result_a.response
    assert match.answers is not None
    assert response is not None
    a, b = match.answers
    return {
        "source": "pair",
        "question": match.case.question,
        "history": [asdict(turn) for turn in match.case.history],
        "passages": [
            {name: passage[name] for name in ("index", "document_name", "section", "text")}
            for passage in response.passages
        ],
        "a": {"model": match.a, "answer": a},
        "b": {"model": match.b, "answer": b},
    }


def _decisions(matches: Sequence[Match], voted: Mapping[_Key, Mapping[str, Any]]) -> Iterator[Decision]:
    for match in matches:
        item = voted.get(_key_of_match(match)) if match.answers is not None else None
        if item is not None:
            preferred = item["decision"]["preferred"]
            # The queue may show the answers in the other order, and names them as it shows them.
            outcome: Outcome = preferred if item["a"]["model"] == match.a else _OTHER[preferred]
            yield Decision(match, outcome, "A person's vote.")


def _key_of_match(match: Match) -> _Key:
    assert match.answers is not None
    sides = frozenset(zip((match.a, match.b), match.answers, strict=True))
    return match.case.question, tuple(turn.content for turn in match.case.history), sides


def _key_of_item(item: Mapping[str, Any]) -> _Key:
    sides = frozenset((str(item[side]["model"]), str(item[side]["answer"])) for side in ("a", "b"))
    return item["question"], tuple(turn["content"] for turn in item["history"]), sides

"""What should we write next? The questions that were not answered well, in groups, each with its nearest pages.

    refused      the documents do not answer the question, or the grounding policy refused
    flagged      the answer has a hard flag, or sentences were withheld
    thumbs_down  the person who asked rated it down

No model writes anything here: questions are grouped by the cosines of their vectors (average linkage), and a group is
named by the terms that most of its questions and few others have. The same records give the same groups.

Not covered: questions of which no text is kept, and, beyond `MOST_QUESTIONS` different ones, the oldest.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.answer.question.rewrite import content_words
from app.answer.retrieval.retrieve import Retriever, retrieve
from app.service.principals import PrincipalKind
from core.recipe import Recipe
from core.types import Vectors

if TYPE_CHECKING:
    from app.database import Database

MOST_QUESTIONS = 1_000
"""Different questions that are grouped: 1,000 take some seconds to embed on two cores."""
_ALIKE = 0.5
"""Least mean cosine of the questions of two groups that are joined. Chosen by eye on 178 questions on two
handbooks, 18F's and the sample: of the 14 groups at .5 twelve are one topic; at .4 the largest mixes days of leave with
days of deployment, at .55 only five groups are left."""
_TERMS = 4
_PAGES = 3
_IDS = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """An answer that was not good. `query` is the question as it was searched for."""

    answer_id: str
    query: str
    asked_at: datetime
    refused: bool
    flagged: bool
    thumbs_down: bool


@dataclass(frozen=True, slots=True)
class GapQuestion:
    """A question, how often it was asked, and the ids of its last answers."""

    text: str
    asked: int
    answer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class GapPage:
    """A document that is near to a group, with the section of its best passage and that passage's relevance."""

    document_id: str
    document_name: str
    section: str | None
    score: float


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Questions on one topic; `asked` counts all askings, and the three counts those of each kind."""

    terms: tuple[str, ...]
    asked: int
    refused: int
    flagged: int
    thumbs_down: int
    first_asked: datetime
    last_asked: datetime
    questions: tuple[GapQuestion, ...]
    nearest: tuple[GapPage, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """The groups, the one that was asked most first. `left_out` counts different questions beyond the limit."""

    groups: tuple[GapGroup, ...]
    asked: int
    left_out: int


def read_gaps(database: Database, since: datetime, of: frozenset[PrincipalKind] | None = None) -> list[Gap]:
    """Return the answers since a moment that were not good, the latest first. Blocks. Raises DatabaseFault.

    Of them, those to principals of the kinds `of`; None: of every kind.
    """
    from sqlalchemy import or_, select

    from app.answers.select import given_to
    from app.answers.tables import AnswerRow, FeedbackRow

    refused = AnswerRow.kind == "refusal"
    flagged = or_(AnswerRow.hard_flags > 0, AnswerRow.withheld > 0)
    down = FeedbackRow.rating == "down"
    query = (
        select(AnswerRow.id, AnswerRow.query, AnswerRow.answered_at, refused, flagged, FeedbackRow.rating)
        .outerjoin(FeedbackRow, FeedbackRow.answer_id == AnswerRow.id)
        .where(AnswerRow.answered_at >= since, AnswerRow.query.is_not(None), AnswerRow.query != "")
        .where(or_(refused, flagged, down), given_to(of))
        .order_by(AnswerRow.answered_at.desc(), AnswerRow.id)
    )
    with database.reading() as session:
        rows = session.execute(query).all()
    return [
        Gap(answer_id, text, at, bool(was_refused), bool(was_flagged), rating == "down")
        for answer_id, text, at, was_refused, was_flagged, rating in rows
        if text is not None
    ]


def group_gaps(gaps: Sequence[Gap], retriever: Retriever, recipe: Recipe) -> Gaps:
    """Group the answers by their questions, and find the nearest pages of each group. Blocks.

    Raises EmbeddingError and IndexFault.
    """
    by_question: dict[str, list[Gap]] = defaultdict(list)
    for gap in gaps:
        by_question[" ".join(gap.query.split()).casefold()].append(gap)
    # The latest are kept, and put into an order that does not depend on when they were asked.
    kept = sorted(list(by_question)[:MOST_QUESTIONS])
    same = [by_question[key] for key in kept]
    texts = [" ".join(asked[0].query.split()) for asked in same]
    vectors = retriever.embedder.embed(texts)
    terms = [_terms(text, retriever.sparse.tokens) for text in texts]
    groups = [_group(members, texts, same, terms, vectors, retriever, recipe) for members in cluster(vectors, _ALIKE)]
    groups.sort(key=lambda group: (-group.asked, group.questions[0].text))
    return Gaps(tuple(groups), sum(map(len, same)), len(by_question) - len(kept))


def cluster(vectors: Vectors, alike: float) -> list[list[int]]:
    """Return the rows in groups: average linkage, until no two groups have a mean cosine of `alike` or more.

    `vectors` have length 1, shape (rows, dimension). Found along chains of nearest neighbours, in quadratic time: with
    average linkage a merge brings no group closer to another one (F. Murtagh, Multidimensional Clustering Algorithms,
    1985).
    """
    cosines = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(cosines, -np.inf)
    members = {row: [row] for row in range(len(vectors))}
    groups: list[list[int]] = []
    chain: list[int] = []
    while members:
        if not chain:
            chain.append(min(members))
        last = chain[-1]
        nearest = int(np.argmax(cosines[last]))
        if len(chain) > 1 and cosines[last, chain[-2]] >= cosines[last, nearest]:
            nearest = chain[-2]
        if cosines[last, nearest] < alike:
            # Nothing is near enough, and nothing will be.
            groups.append(sorted(members.pop(last)))
            _remove(cosines, last)
            chain.pop()
        elif len(chain) > 1 and nearest == chain[-2]:
            _merge(cosines, members, nearest, last)
            del chain[-2:]
        else:
            chain.append(nearest)
    return sorted(groups)


def _merge(cosines: NDArray[np.float64], members: dict[int, list[int]], one: int, other: int) -> None:
    """Add the other group to the one; the mean cosine is that of all pairs."""
    sizes = len(members[one]), len(members[other])
    joined = (sizes[0] * cosines[one] + sizes[1] * cosines[other]) / sum(sizes)
    cosines[one] = cosines[:, one] = joined
    cosines[one, one] = -np.inf
    members[one] += members.pop(other)
    _remove(cosines, other)


def _remove(cosines: NDArray[np.float64], row: int) -> None:
    cosines[row] = cosines[:, row] = -np.inf


def _group(
    members: Sequence[int],
    texts: Sequence[str],
    same: Sequence[Sequence[Gap]],
    terms: Sequence[dict[int, str]],
    vectors: Vectors,
    retriever: Retriever,
    recipe: Recipe,
) -> GapGroup:
    asked = [gap for member in members for gap in same[member]]
    order = sorted(members, key=lambda member: (-len(same[member]), texts[member]))
    middle = max(members, key=lambda member: (float(vectors[member] @ vectors[members].sum(axis=0)), -member))
    return GapGroup(
        terms=_salient([terms[member] for member in members], terms),
        asked=len(asked),
        refused=sum(gap.refused for gap in asked),
        flagged=sum(gap.flagged for gap in asked),
        thumbs_down=sum(gap.thumbs_down for gap in asked),
        first_asked=min(gap.asked_at for gap in asked),
        last_asked=max(gap.asked_at for gap in asked),
        questions=tuple(
            GapQuestion(texts[member], len(same[member]), tuple(gap.answer_id for gap in same[member][:_IDS]))
            for member in order
        ),
        nearest=tuple(_nearest(texts[middle], retriever, recipe)),
    )


def _terms(text: str, tokens: Callable[[str], frozenset[int]]) -> dict[int, str]:
    """Return the content words of a question by their stems, as BM25 numbers them."""
    return {token: word for word in content_words(text) for token in sorted(tokens(word))}


def _salient(own: Sequence[dict[int, str]], everything: Sequence[dict[int, str]]) -> tuple[str, ...]:
    """Return the terms that many questions of a group have and few others, in the form that is most frequent there."""
    frequency = Counter(token for terms in everything for token in terms)
    inside = Counter(token for terms in own for token in terms)
    weights = {
        token: count / len(own) * math.log((len(everything) + 1) / (frequency[token] - count + 1))
        for token, count in inside.items()
    }
    forms = {token: Counter(terms[token] for terms in own if token in terms) for token in inside}
    names = {token: min(form, key=lambda word: (-form[word], word)) for token, form in forms.items()}
    best = sorted(weights, key=lambda token: (-weights[token], names[token]))
    return tuple(dict.fromkeys(names[token] for token in best))[:_TERMS]


def _nearest(question: str, retriever: Retriever, recipe: Recipe) -> Iterable[GapPage]:
    """Yield the documents of the best passages, each once."""
    seen: set[str] = set()
    for passage in retrieve(question, (), recipe, retriever).passages:
        chunk = passage.chunk
        if chunk.document_id not in seen and len(seen) < _PAGES:
            seen.add(chunk.document_id)
            yield GapPage(chunk.document_id, chunk.document_name, chunk.section_line, round(passage.score, 4))

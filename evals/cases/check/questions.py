"""Check the questions themselves: leaks, duplicates, what the splits share, and how the kinds are balanced."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

import numpy as np

from core.types import Vectors
from evals.cases.check.finding import Finding, FindingKind, Line
from evals.cases.leak import asks_whether, has_leak
from evals.cases.wording import have_same_words, values_of, word_keys
from evals.quotes import normalise

Embed: TypeAlias = Callable[[Sequence[str]], Vectors]
"""Return the vectors of questions, shape (questions, dimension), each of length 1."""

SAME_MEANING, SAME_MEANING_OF_DOCUMENT = 0.9, 0.8
"""The cosine of two questions from which they seem to be paraphrases, and that of two about one document. Chosen for
all-MiniLM-L6-v2: of the sample's standalone questions no two reach .7; of five paraphrases that were tried three reach
.8, and those without a word in common do not."""
_FEWEST_OF_SPLIT = 30
"""Questions of a split. An interval of a share of 30 is ±.18 at the widest."""
_LEAST_UNANSWERABLE, _MOST_UNANSWERABLE = 0.1, 0.5
_MOST_OF_DOCUMENT = 0.25


def find_leaks(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the questions that have their answer in them."""
    for line in lines:
        case = line.case
        quotes = [gold.quote for gold in case.gold]
        if quotes and not asks_whether(case.question) and has_leak(case.question, case.answer, quotes):
            yield Finding(
                "error",
                "leak",
                line.number,
                f"The question has the answer in it: “{case.question}”.",
                "Ask in other words, without those of the answer.",
            )


def find_duplicates(lines: Sequence[Line], embed: Embed | None) -> Iterator[Finding]:
    """Yield pairs of questions that ask the same: by their words, and with `embed` by their meaning.

    Follow-ups are compared by their words, with those of their history. The same words in both splits are an error:
    what a recipe is tuned on would be reported.
    """
    texts = [_asked(line) for line in lines]
    words = [word_keys(text) for text in texts]
    cosines = _cosines(texts, embed)
    for one, two in combinations(range(len(lines)), 2):
        is_same = texts[one].casefold() == texts[two].casefold()
        if is_same or (have_same_words(words[one], words[two]) and values_of(texts[one]) == values_of(texts[two])):
            yield _duplicate(lines[one], lines[two], None)
        elif cosines is not None and _is_paraphrase(lines[one], lines[two], cosines[one, two]):
            yield _duplicate(lines[one], lines[two], cosines[one, two])


def find_shared_gold(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield the questions that share a gold quote with questions of the other split on lines before them."""
    before: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        quotes = {(gold.document_id, normalise(gold.quote)) for gold in line.case.gold}
        others = {
            other.number: other
            for quote in quotes
            for other in before.get(quote, ())
            if other.case.split != line.case.split
        }
        if others:
            named = ", ".join(f"'{others[number].case.id}' (line {number})" for number in sorted(others))
            yield Finding(
                "warning",
                "split",
                line.number,
                f"'{line.case.id}' is in '{line.case.split}' and shares a gold quote with {named} of the other split.",
                "Put them into one split, unless the quote answers different questions.",
            )
        for quote in quotes:
            before.setdefault(quote, []).append(line)


def find_imbalance(lines: Sequence[Line]) -> Iterator[Finding]:
    """Yield what is rare or too frequent: splits, kinds and documents."""
    splits = Counter(line.case.split for line in lines)
    for split in ("dev", "test"):
        if splits[split] < _FEWEST_OF_SPLIT:
            yield _balance(
                f"The split '{split}' has {splits[split]} questions; the intervals of fewer than {_FEWEST_OF_SPLIT} "
                "are too wide to decide by.",
                "Add questions: groundwork eval cases draft.",
            )
    for split, number in sorted(splits.items()):
        share = sum(line.case.kind == "unanswerable" and line.case.split == split for line in lines) / number
        if not _LEAST_UNANSWERABLE <= share <= _MOST_UNANSWERABLE:
            yield _balance(
                f"{share:.0%} of the questions of '{split}' are unanswerable; refusals are measured well between "
                f"{_LEAST_UNANSWERABLE:.0%} and {_MOST_UNANSWERABLE:.0%}.",
                "Add unanswerable questions." if share < _LEAST_UNANSWERABLE else "Add answerable questions.",
            )
    documents = Counter(document for line in lines for document in {gold.document_id for gold in line.case.gold})
    answerable = sum(bool(line.case.gold) for line in lines)
    for document, number in documents.most_common():
        if len(documents) > 1 and number > _MOST_OF_DOCUMENT * answerable and answerable >= _FEWEST_OF_SPLIT:
            yield _balance(
                f"{number} of {answerable} questions with gold are about '{document}'.",
                "Ask about other documents too, or the figures are about this one.",
            )


def _asked(line: Line) -> str:
    return " ".join((*(turn.content for turn in line.case.history if turn.role == "user"), line.case.question))


def _cosines(texts: Sequence[str], embed: Embed | None) -> Vectors | None:
    if embed is None or not texts:
        return None
    vectors = np.asarray(embed(texts))
    return np.asarray(vectors @ vectors.T, dtype=np.float32)


def _is_paraphrase(one: Line, two: Line, cosine: float) -> bool:
    if one.case.history or two.case.history or values_of(one.case.question) != values_of(two.case.question):
        return False
    documents = [{gold.document_id for gold in line.case.gold} for line in (one, two)]
    return bool(cosine >= (SAME_MEANING_OF_DOCUMENT if documents[0] & documents[1] else SAME_MEANING))


def _duplicate(one: Line, two: Line, cosine: float | None) -> Finding:
    """Return the finding of two questions that have the same words, or are as near as the cosine says."""
    across = one.case.split != two.case.split
    kind: FindingKind = "split" if across else "duplicate"
    how = "ask the same" if cosine is None else f"seem to ask the same (cosine {cosine:.2f})"
    where = f" One is in '{one.case.split}', the other in '{two.case.split}'." if across else ""
    return Finding(
        "error" if across and cosine is None else "warning",
        kind,
        two.number,
        f"'{two.case.id}' and '{one.case.id}' of line {one.number} {how}: “{two.case.question}”, "
        f"“{one.case.question}”.{where}",
        "Remove one, or put both into one split." if across else "Remove one, or ask about something else.",
    )


def _balance(message: str, fix: str) -> Finding:
    return Finding("warning", "balance", None, message, fix)

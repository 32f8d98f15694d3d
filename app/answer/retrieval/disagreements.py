"""Sentences of two contexts that say the same thing with different values.

Two sentences are aligned word by word, as an answer is with its sources. They disagree when they share most of their
content words, when one number, amount, date or time, or a negation, is different in the same place, and when nothing
else explains the difference: another word in the same place ("contractors have", "employees have"), a word for a group,
a period or a bound that one of them lacks ("part-time", "in winter", "at most"), a condition ("if", "unless"), another
value, another name, or a context that has both values.

A doubt counts against a disagreement. Not covered: tables, code, values in words ("monthly", "every quarter"),
sentences that say the same thing in other words, and statements of more than one sentence. English words only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from math import ceil
from typing import Literal, NamedTuple, TypeAlias

from app.grounding.compare.align import Pairs, align, gaps_between
from app.grounding.compare.contradictions import Contradiction, find_differences, is_name_item
from app.grounding.compare.index import ContextIndex
from app.grounding.compare.items import Items

_LEAST_SHARED = 3
"""Content words that two sentences have in common, their values aside."""
_LEAST_SHARE = 0.5
"""Of the content words of each sentence, how many are in the other one."""
_LEAST_SHARE_OF_DENIAL = 0.75
"""The same where only a negation is different, which counts for the whole sentence."""
_LONGEST_SENTENCE = 40
"""Items. Longer sentences are lists and tables."""
_MOST_PLACES = 200
"""Sentences with a word. A more frequent word does not say which sentences are similar."""
DisagreementKind: TypeAlias = Literal["number", "date", "denial"]
_KINDS: dict[str, DisagreementKind] = {
    "number_mismatch": "number",
    "unit_mismatch": "number",
    "date_mismatch": "date",
    "negation": "denial",
}
GROUPS = frozenset(
    """
    contractor contractors freelancer freelancers consultant consultants intern interns trainee trainees apprentice
    apprentices student students manager managers director directors executive executives supervisor supervisors
    part-time full-time temporary permanent fixed-term seasonal probation probationary senior junior
    former retired child children adult adults spouse partner partners family dependant dependants dependent dependents
    guest guests visitor visitors customer customers client clients supplier suppliers
    domestic international abroad foreign regional old archive archived draft
    weekend weekends summer winter standard premium plus basic enterprise free trial
    """.split()
)
"""Words for whom or what a page is about. In the headings of one page only they explain another value."""
_CONDITIONS = GROUPS | frozenset(
    """
    if unless when whenever while until where except only otherwise instead during after before outside within part full
    new local onsite weekday weekdays holiday holidays night nights spring autumn morning afternoon evening
    daily weekly monthly quarterly yearly annual annually hourly day week month quarter year hour
    least most minimum maximum min max average typical typically additional extra further another other first second
    third last next previous current initial final gross net default optional paid
    estimated approximately about planned proposed example
    """.split()
)
"""Words that restrict what a sentence says. In one sentence and not in the other they explain another value."""


class Statement(NamedTuple):
    """A sentence of a context, word for word, and those of its words that the other sentence contradicts."""

    context: int
    sentence: str
    value: str


class Disagreement(NamedTuple):
    """Two sentences that say the same thing with different values; the context of `a` comes first."""

    kind: DisagreementKind
    a: Statement
    b: Statement


def find_disagreements(contexts: Sequence[str], are_comparable: Callable[[int, int], bool]) -> Iterator[Disagreement]:
    """Yield the disagreements between contexts, in order. `are_comparable` says which pairs of them are compared."""
    index = ContextIndex.build(contexts)
    for one, two in _similar_sentences(index, are_comparable):
        disagreement = _disagreement(index, one, two)
        if disagreement is not None:
            yield disagreement


def has_digit(word: str) -> bool:
    """Say whether a word is a number, a year or a version."""
    return any(character.isdigit() for character in word)


def _similar_sentences(index: ContextIndex, are_comparable: Callable[[int, int], bool]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of sentences of comparable contexts that have enough words in common, in order.

    Of two such sentences the first has one of its rarest words in common with the second: so many are looked up that
    the others alone would be too few. The time is linear in the sentences as long as no word is in most of them.
    """
    contents = [_contents(index, number) for number in range(len(index.sentences))]
    for one, words in enumerate(contents):
        places = sorted([index.postings[word] for word in words], key=len)
        spared = max(_LEAST_SHARED, ceil(_LEAST_SHARE * len(words))) - 1
        looked_up = places[: max(0, len(places) - spared)]
        near = {two for known in looked_up if len(known) <= _MOST_PLACES for two in known if two > one}
        for two in sorted(near):
            a, b = index.sentences[one].context, index.sentences[two].context
            if a != b and _is_similar(words, contents[two], _LEAST_SHARE) and are_comparable(a, b):
                yield one, two


def _contents(index: ContextIndex, number: int) -> frozenset[Hashable]:
    """Return the content words of a sentence without its values; none of a table row, a code line or a long list."""
    text = index.sentence(number)
    if "|" in text or "`" in text or "=" in text:
        return frozenset()
    items, _ = index.items_of(number)
    if len(items.keys) > _LONGEST_SENTENCE:
        return frozenset()
    return frozenset(key for item, key in enumerate(items.keys) if _is_content(items, item))


def _is_content(items: Items, item: int) -> bool:
    return item < len(items.keys) and items.contents[item] and items.values[item] is None


def _is_similar(one: frozenset[Hashable], two: frozenset[Hashable], share: float) -> bool:
    shared = len(one & two)
    return shared >= _LEAST_SHARED and shared >= share * max(len(one), len(two))


def _disagreement(index: ContextIndex, one: int, two: int) -> Disagreement | None:
    """Return how two sentences disagree, if they do in one thing that nothing else explains."""
    (a, _), (b, places) = index.items_of(one), index.items_of(two)
    pairs = align(a.keys, places)
    found = find_differences(a, b, pairs)
    # With two differences each may be the reason of the other: "4% in 2022", "7% in 2023".
    if len(found) != 1 or not _counts(found[0], index, one, two):
        return None
    (mismatch,) = found
    if _is_explained(a, b, pairs, mismatch) or _has_both(index, one, two, mismatch):
        return None
    return Disagreement(
        _KINDS[mismatch.reason],
        _statement(index, one, mismatch.a_first, mismatch.a_last),
        _statement(index, two, mismatch.b_first, mismatch.b_last),
    )


def _counts(mismatch: Contradiction, index: ContextIndex, one: int, two: int) -> bool:
    """Say whether a contradiction is one of values with the same unit, or a denial of nearly the same sentence."""
    if mismatch.reason == "negation":
        if _is_fragment(index, one) and _is_fragment(index, two):
            return False
        return _is_similar(_contents(index, one), _contents(index, two), _LEAST_SHARE_OF_DENIAL)
    a, b = index.items_of(one)[0], index.items_of(two)[0]
    value, other = a.values[mismatch.a_first], b.values[mismatch.b_first]
    if mismatch.reason not in _KINDS or value is None or other is None or value.kind != other.kind:
        return False
    return value.kind != "number" or _count_the_same(a, b, mismatch)


def _is_fragment(index: ContextIndex, number: int) -> bool:
    """Say whether a sentence is a list item without a full stop: what it says depends on the line above the list."""
    text = index.sentence(number).strip()
    return text.startswith(("- ", "* ", "• ", "+ ")) and not text.endswith((".", "!"))


def _count_the_same(a: Items, b: Items, mismatch: Contradiction) -> bool:
    """Say whether two numbers are followed by the same content word, or are between the same words."""
    if a.keys[mismatch.a_last : mismatch.a_last + 1] != b.keys[mismatch.b_last : mismatch.b_last + 1]:
        return False
    before = a.keys[max(0, mismatch.a_first - 1) : mismatch.a_first]
    return before == b.keys[max(0, mismatch.b_first - 1) : mismatch.b_first] or _is_content(a, mismatch.a_last)


def _is_explained(a: Items, b: Items, pairs: Pairs, mismatch: Contradiction) -> bool:
    """Say whether something else than the contradiction itself is different and may be the reason."""
    of_a = {*range(mismatch.a_first, mismatch.a_last), *[item for item, _ in pairs]}
    of_b = {*range(mismatch.b_first, mismatch.b_last), *[item for _, item in pairs]}
    own_a = {item for item, key in enumerate(a.keys) if key not in b.keys} - of_a
    own_b = {item for item, key in enumerate(b.keys) if key not in a.keys} - of_b
    if any(_restricts(a, item) for item in own_a) or any(_restricts(b, item) for item in own_b):
        return True
    gaps = gaps_between(pairs, len(a.keys), len(b.keys))
    return any(_has_content(a, own_a, gap.ours) and _has_content(b, own_b, gap.theirs) for gap in gaps)


def _has_content(items: Items, own: Collection[int], gap: range) -> bool:
    """Say whether a sentence has in a gap a content word of its own."""
    return any(_is_content(items, item) for item in gap if item in own)


def _restricts(items: Items, item: int) -> bool:
    words = [lexeme.folded for lexeme in items.lexemes[items.firsts[item] : items.lasts[item]]]
    is_condition = any(word in _CONDITIONS or has_digit(word) for word in words)
    return is_condition or items.values[item] is not None or is_name_item(items, item)


def _has_both(index: ContextIndex, one: int, two: int, mismatch: Contradiction) -> bool:
    """Say whether one of the passages has the other's value, too: it may say why."""
    value = index.items_of(one)[0].values[mismatch.a_first]
    other = index.items_of(two)[0].values[mismatch.b_first]
    return any(
        wanted is not None and any(map(wanted.is_stated_by, index.values_of(number)))
        for sentence, wanted in ((one, other), (two, value))
        for number in index.sentences_of(index.sentences[sentence].context)
        if mismatch.reason != "negation"
    )


def _statement(index: ContextIndex, number: int, first: int, last: int) -> Statement:
    """Return the statement of a sentence, whose items [first, last) are contradicted, a number with what it counts."""
    sentence = index.sentences[number]
    items, _ = index.items_of(number)
    value = items.values[first]
    if value is not None and value.kind == "number" and _is_content(items, last):
        last += 1
    start, end = index.normalised[sentence.context].original_span(sentence.start, sentence.end)
    text = index.contexts[sentence.context][start:end].strip()
    return Statement(sentence.context, text, index.evidence(number, items.firsts[first], items.lasts[last - 1]).text)

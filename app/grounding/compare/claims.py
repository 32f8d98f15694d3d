"""What one sentence of an answer claims, token by token, and whether the contexts support it.

Nearly every word is supported in the form in which it is written, which one look-up shows. Only what is left is read
more closely: another inflection, derivation or spelling, one word for two or two for one, an acronym, an identifier,
characters without spaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.grounding.compare.index import ContextIndex
from app.grounding.compare.names import is_in_label, is_name, is_shouted
from app.grounding.lexicon.english import SAME_WORDS
from app.grounding.lexicon.opposites import UNIT_DIMENSIONS
from app.grounding.reasons import FlagReason
from app.grounding.report import UnjudgedReason
from app.grounding.text.identifiers import identifier_keys, is_identifier, link_key
from app.grounding.text.keys import Key
from app.grounding.text.language import Language
from app.grounding.text.scan import LINKS, Kind
from app.grounding.text.scripts import content_runs, is_hangul, is_latin, pair_keys
from app.grounding.text.tokens import Token
from app.grounding.text.words import ROOT, ROOT_ENDS, is_stop_word, name_keys, plain_form, root_key, word_keys
from app.grounding.values.numerals import gap
from app.grounding.values.values import Value

# Of the pairs of neighbouring characters in a word of an unsegmented script, this share must be in the contexts:
# endings and particles differ, the middle does not.
_PAIRS_SHARE = 0.5
_LONGEST_COMPOUND = 30


class Claim(NamedTuple):
    """A claim at [start, end) of the normalised answer, made by the tokens [first, last).

    It is supported when of one of the `alternatives` at least `share` of the keys are offered, or when its `value` is,
    or its `word` in another form, which has one of the `keys` (the narrow ones for a name). Where it is not, `reason`
    says what is wrong, unless `unjudged` says why that cannot be known.
    """

    start: int
    end: int
    first: int
    last: int
    reason: FlagReason
    alternatives: tuple[tuple[Key, ...], ...] = ()
    share: float = 1.0
    value: Value | None = None
    unjudged: UnjudgedReason | None = None
    word: str = ""
    keys: tuple[str, ...] = ()


def is_supported(claim: Claim, index: ContextIndex) -> bool:
    """Say whether the contexts support a claim in one of its forms."""
    if claim.value is not None:
        words = (*claim.alternatives, *claim.value.claims)
        return any(index.offered.issuperset(keys) for keys in words) or index.carries(claim.value)
    if claim.share < 1.0:
        return any(sum(key in index.offered for key in keys) >= claim.share * len(keys) for keys in claim.alternatives)
    if claim.word and _has_word(claim.word, claim.keys, index):
        return True
    if any(index.offered.issuperset(keys) for keys in claim.alternatives):
        return True
    is_link = claim.reason == "entity_absent" and not claim.word
    return is_link and not index.linked.isdisjoint(claim.alternatives[0])


def _has_word(word: str, keys: tuple[str, ...], index: ContextIndex) -> bool:
    """Say whether the contexts have a word in any form, from the cheapest to the dearest."""
    folded = word.casefold()
    if not index.offered.isdisjoint(keys) or not index.offered.isdisjoint(SAME_WORDS.get(folded, ())):
        return True
    if word.isupper() and index.has_acronym(word):
        return True
    if _is_split(folded, index):
        return True
    # Another form shares a key: color for colour, payment for paid.
    known = index.postings
    if any(key in known for key in keys):
        return True
    roots = [key for key in keys if key[0] == ROOT]
    return any(
        root_key(stem) == root
        for root in roots
        for stem in filter(known.__contains__, map(root[1:].__add__, ROOT_ENDS))
    )


def _is_split(folded: str, index: ContextIndex) -> bool:
    """Say whether the contexts write one word of the answer as two: "username" or "user_name" as "user name"."""
    if "_" in folded:
        return index.has_words(folded.split("_"))
    offered = index.offered
    cuts = range(1, min(len(folded), _LONGEST_COMPOUND) - 1)
    return any(
        folded[:cut] in offered and folded[cut:] in offered and index.has_words((folded[:cut], folded[cut:]))
        for cut in cuts
    )


def read_value_claim(value: Value, tokens: Sequence[Token], language: Language) -> Claim:
    """Return the claim of a value."""
    reason: FlagReason = "date_absent" if value.kind == "date" else "number_absent"
    as_a_word: tuple[tuple[Key, ...], ...] = ()
    if value.vague:
        reason = "term_absent"
        as_a_word = tuple((key,) for key in word_keys(tokens[value.first].text, language))
    return Claim(value.start, value.end, value.first, value.last, reason, as_a_word, value=value)


def read_token_claims(text: str, tokens: Sequence[Token], position: int, language: Language) -> Iterator[Claim]:
    """Yield the claims of a token that is not plainly supported."""
    token = tokens[position]
    place = (token.start, token.end, position, position + 1)
    if token.kind is Kind.WORD or token.kind is Kind.ACRONYM:
        yield _word_claim(text, tokens, position, language)
    elif token.kind is Kind.IDEOGRAPHS:
        for start, end in content_runs(token.text):
            pairs: tuple[Key, ...] = pair_keys(token.text[start:end])
            span = (token.start + start, token.start + end)
            yield Claim(*span, position, position + 1, "term_absent", (pairs,), _PAIRS_SHARE)
    elif token.kind is Kind.SPACELESS:
        yield Claim(*place, "term_absent", ((token.text,),), unjudged="unsupported_script")
    elif token.kind in LINKS:
        alternatives: list[tuple[Key, ...]] = [(link_key(token.text),)]
        if token.kind is Kind.DOTTED and "/" not in token.text:  # two sentences without a space between?
            parts = [part for part in token.text.split(".") if not is_stop_word(part, language)]
            alternatives.append(tuple(name_keys(part, language)[-1] for part in parts))
        yield Claim(*place, "entity_absent", tuple(alternatives))
    elif token.kind is Kind.CODE:
        yield Claim(*place, "entity_absent", word=token.text, keys=token.lexeme.keys)


def _word_claim(text: str, tokens: Sequence[Token], position: int, language: Language) -> Claim:
    token = tokens[position]
    place = (token.start, token.end, position, position + 1)
    surface = token.lexeme.surface
    if is_hangul(surface):
        return Claim(*place, "term_absent", (pair_keys(surface),), _PAIRS_SHARE)
    if not is_latin(surface):
        exact = tuple((key,) for key in token.lexeme.keys)
        return Claim(*place, "term_absent", exact, unjudged="unsupported_script")
    if is_identifier(surface):
        keys = identifier_keys(surface)
        return Claim(*place, "entity_absent", tuple(keys), word=surface, keys=token.lexeme.keys)
    joined = tuple(_joined(text, tokens, position))
    after_number = position > 0 and tokens[position - 1].kind is Kind.NUMBER
    is_unit = after_number and surface.casefold() in SAME_WORDS  # 14 kWh, 32 GB
    if not is_unit and _is_named(text, tokens, position, language):
        is_joined = "-" in (gap(text, tokens, position), gap(text, tokens, position + 1))
        keys_of_name = word_keys(surface, language) if is_joined else token.lexeme.keys
        return Claim(*place, "entity_absent", joined, word=surface, keys=keys_of_name)
    after = tokens[position + 1].lexeme.folded if position + 1 < len(tokens) else ""
    # What is 11 years old may be "aged 11".
    is_unit = after_number and token.lexeme.aligned in UNIT_DIMENSIONS and after != "old"
    reason: FlagReason = "unit_mismatch" if is_unit else "term_absent"
    unjudged: UnjudgedReason | None = "unsupported_language" if language == "other" else None
    return Claim(*place, reason, joined, unjudged=unjudged, word=surface, keys=word_keys(surface, language))


def _is_named(text: str, tokens: Sequence[Token], position: int, language: Language) -> bool:
    token = tokens[position]
    if not is_name(text, tokens, position, language) or is_shouted(tokens):
        return False
    return not is_in_label(text, token.start, token.end)


def _joined(text: str, tokens: Sequence[Token], position: int) -> Iterator[tuple[Key, ...]]:
    """Yield the keys of the compounds with the words beside: "user name" is supported by "username"."""
    for place in (position, position + 1):
        if gap(text, tokens, place) in (" ", "-") and tokens[place - 1].kind is tokens[place].kind is Kind.WORD:
            compound = f"{plain_form(tokens[place - 1].text)}{plain_form(tokens[place].text)}"
            stem = name_keys(compound, "en")[-1]
            yield from ((key,) for key in (compound, stem, *SAME_WORDS.get(stem, ())))

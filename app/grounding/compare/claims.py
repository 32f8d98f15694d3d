"""What one sentence of an answer claims, token by token, and whether the contexts support it.

Nearly every word is supported in the form in which it is written, which one look-up shows. Only what is left is read
more closely: written as one word or as two, as an acronym, as an identifier, in characters without spaces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from app.grounding.compare.forms import Word, has_word
from app.grounding.compare.index import ContextIndex
from app.grounding.compare.names import initials_around, is_in_label, is_name, is_shouted
from app.grounding.lexicon.english import SAME_WORDS
from app.grounding.lexicon.opposites import UNIT_DIMENSIONS
from app.grounding.reasons import FlagReason
from app.grounding.report import UnjudgedReason
from app.grounding.text.identifiers import identifier_keys, is_identifier, link_key, parts_of
from app.grounding.text.keys import Key
from app.grounding.text.language import Language
from app.grounding.text.scan import LINKS, Kind
from app.grounding.text.scripts import content_runs, is_hangul, is_latin, pair_keys
from app.grounding.text.tokens import Token
from app.grounding.text.words import is_stop_word, name_keys, plain_form, word_keys
from app.grounding.values.numerals import gap
from app.grounding.values.values import Value

# Of the pairs of neighbouring characters in a word of an unsegmented script, this share must be in the contexts:
# endings and particles differ, the middle does not.
_PAIRS_SHARE = 0.5


class Claim(NamedTuple):
    """A claim at [start, end) of the normalised answer, made by the tokens [first, last).

    It is supported when of one of the `alternatives` at least `share` of the keys are offered, or when its `value` or
    its `word` is. Where it is not, `reason` says what is wrong, unless `unjudged` says why that cannot be known.
    `is_code` marks identifiers, codes and addresses: names that are not paraphrased.
    """

    start: int
    end: int
    first: int
    last: int
    reason: FlagReason
    alternatives: tuple[tuple[Key, ...], ...]
    share: float = 1.0
    value: Value | None = None
    unjudged: UnjudgedReason | None = None
    is_code: bool = False
    word: Word | None = None


def is_supported(claim: Claim, index: ContextIndex, language: Language) -> bool:
    """Say whether the contexts support a claim in one of its forms."""
    if claim.value is not None:
        words = (*claim.alternatives, *claim.value.claims)
        return any(index.offered.issuperset(keys) for keys in words) or index.carries(claim.value)
    if claim.share < 1.0:
        return any(sum(key in index.offered for key in keys) >= claim.share * len(keys) for keys in claim.alternatives)
    if claim.word is not None and has_word(claim.word, index, language):
        return True
    return any(index.offered.issuperset(keys) for keys in claim.alternatives)


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
    if token.kind is Kind.WORD or token.kind is Kind.ACRONYM:
        yield _word_claim(text, tokens, position, language)
    elif token.kind is Kind.IDEOGRAPHS:
        for start, end in content_runs(token.text):
            pairs: tuple[Key, ...] = pair_keys(token.text[start:end])
            span = (token.start + start, token.start + end)
            yield Claim(*span, position, position + 1, "term_absent", (pairs,), _PAIRS_SHARE)
    elif token.kind is Kind.SPACELESS:
        yield _claim(token, position, "term_absent", [(token.text,)], unjudged="unsupported_script")
    elif token.kind in LINKS:
        alternatives: list[tuple[Key, ...]] = [(link_key(token.text),)]
        if token.kind is Kind.DOTTED and "/" not in token.text:  # two sentences without a space between?
            parts = [part for part in token.text.split(".") if not is_stop_word(part, language)]
            alternatives.append(tuple(name_keys(part, language)[-1] for part in parts))
        yield _claim(token, position, "entity_absent", alternatives, is_code=True)
    elif token.kind is Kind.CODE:
        word = Word(token.text, token.lexeme.keys, ())
        yield _claim(token, position, "entity_absent", (), is_code=True, word=word)


def _word_claim(text: str, tokens: Sequence[Token], position: int, language: Language) -> Claim:
    token = tokens[position]
    surface = token.lexeme.surface
    if is_hangul(surface):
        return _claim(token, position, "term_absent", [pair_keys(surface)], _PAIRS_SHARE)
    if not is_latin(surface):
        exact = [(key,) for key in token.lexeme.keys]
        return _claim(token, position, "term_absent", exact, unjudged="unsupported_script")
    is_code = is_identifier(surface)
    named = is_code or (
        is_name(text, tokens, position, language)
        and not is_shouted(tokens)
        and not is_in_label(text, token.start, token.end)
    )
    if named and position and tokens[position - 1].kind is Kind.NUMBER and surface.casefold() in SAME_WORDS:
        named = False  # a unit: 14 kWh, 32 GB
    narrow = named and not _is_joined(text, tokens, position)
    word = Word(surface, token.lexeme.keys if narrow else word_keys(surface, language), _joined(text, tokens, position))
    if is_code:
        word = replace(word, parts=tuple(part.casefold() for part in parts_of(surface)))
    elif named:
        word = replace(word, initials=initials_around(text, tokens, position))
    alternatives = identifier_keys(surface) if is_code else ()
    if named:
        return _claim(token, position, "entity_absent", alternatives, is_code=is_code, word=word)
    unjudged: UnjudgedReason | None = "unsupported_language" if language == "other" else None
    after = tokens[position + 1].lexeme.folded if position + 1 < len(tokens) else ""
    is_unit = position > 0 and tokens[position - 1].kind is Kind.NUMBER and token.lexeme.aligned in UNIT_DIMENSIONS
    is_unit = is_unit and after != "old"  # what is 11 years old may be "aged 11"
    reason: FlagReason = "unit_mismatch" if is_unit else "term_absent"
    return _claim(token, position, reason, alternatives, unjudged=unjudged, word=word)


def _joined(text: str, tokens: Sequence[Token], position: int) -> tuple[str, ...]:
    """Return the compounds with the words beside: "user name" is supported by "username"."""
    return tuple(
        f"{plain_form(tokens[first].text)}{tokens[first + 1].text}"
        for first in (position - 1, position)
        if 0 <= first < len(tokens) - 1
        and tokens[first].kind is Kind.WORD
        and tokens[first + 1].kind is Kind.WORD
        and gap(text, tokens, first + 1) in (" ", "-")
    )


def _is_joined(text: str, tokens: Sequence[Token], position: int) -> bool:
    return gap(text, tokens, position) == "-" or gap(text, tokens, position + 1) == "-"


def _claim(
    token: Token,
    position: int,
    reason: FlagReason,
    alternatives: Sequence[tuple[Key, ...]],
    share: float = 1.0,
    unjudged: UnjudgedReason | None = None,
    is_code: bool = False,
    word: Word | None = None,
) -> Claim:
    forms = tuple(alternatives)
    return Claim(token.start, token.end, position, position + 1, reason, forms, share, None, unjudged, is_code, word)

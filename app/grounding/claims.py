"""What one sentence of an answer claims, token by token, and what a token of a context offers.

Claim and offer use the same keys: strings for words, tuples for the rest (values; ("link", address);
("initials", "WHO"); ("pair", two ideographs)). A claim is carried when enough keys of one alternative are offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.grounding.language import Language
from app.grounding.lexicon import SAME_WORDS
from app.grounding.names import identifier_keys, is_identifier, is_name, is_shouted, link_key, parts_of
from app.grounding.numerals import gap
from app.grounding.report import FlagReason, UnjudgedReason
from app.grounding.scripts import content_runs, is_hangul, is_latin, pair_keys
from app.grounding.tokens import Kind, Token
from app.grounding.values import Value
from app.grounding.words import is_stop_word, joined_keys, name_keys, word_keys

Key = str | tuple[object, ...]

# Addresses: compared as a whole.
LINKS = frozenset((Kind.URL, Kind.EMAIL, Kind.PATH, Kind.DOTTED, Kind.OPTION))
# Of the pairs of neighbouring characters in a word of an unsegmented script, this share must be in the contexts:
# endings and particles differ, the middle does not.
_PAIRS_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim at [start, end) of the normalised answer, made by the tokens [first, last).

    It is carried when of one of the `alternatives` at least `share` of the keys are offered. Where it is not,
    `reason` says what is wrong, unless `unjudged` says why that cannot be known.
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


def read_claims(text: str, tokens: Sequence[Token], values: Sequence[Value], language: Language) -> list[Claim]:
    """Return the claims of one sentence, in order. Stop words, single letters and symbols claim nothing."""
    claims: list[Claim] = []
    in_value = {position: value for value in values for position in range(value.first, value.last)}
    shouted = is_shouted(tokens, language)
    for position, token in enumerate(tokens):
        value = in_value.get(position)
        if value is None:
            claims.extend(_token_claims(text, tokens, position, language, shouted))
        elif position == value.first and not (value.vague and is_stop_word(token.text, language)):
            claims.append(_value_claim(value, tokens, language))
    return claims


def _value_claim(value: Value, tokens: Sequence[Token], language: Language) -> Claim:
    alternatives: tuple[tuple[Key, ...], ...] = value.claims
    reason: FlagReason = "date_absent" if value.kind == "date" else "number_absent"
    if value.vague:
        reason = "term_absent"
        alternatives += tuple((key,) for key in word_keys(tokens[value.first].text, language))
    return Claim(value.start, value.end, value.first, value.last, reason, alternatives, value=value)


def _token_claims(
    text: str, tokens: Sequence[Token], position: int, language: Language, shouted: bool
) -> Iterator[Claim]:
    token = tokens[position]
    if token.kind is Kind.WORD or token.kind is Kind.ACRONYM:
        if not is_stop_word(token.text.replace(".", ""), language):
            yield _word_claim(text, tokens, position, language, shouted)
    elif token.kind is Kind.IDEOGRAPHS:
        for start, end in content_runs(token):
            pairs: tuple[Key, ...] = pair_keys(text[start:end])
            yield Claim(start, end, position, position + 1, "term_absent", (pairs,), _PAIRS_SHARE)
    elif token.kind is Kind.SPACELESS:
        yield _claim(token, position, "term_absent", [(token.text,)], unjudged="unsupported_script")
    elif token.kind in LINKS:
        alternatives: list[tuple[Key, ...]] = [(link_key(token.text),)]
        if token.kind is Kind.DOTTED and "/" not in token.text:  # two sentences without a space between?
            alternatives.append(tuple(name_keys(part, language)[0] for part in parts_of(token.text)))
        yield _claim(token, position, "entity_absent", alternatives)
    elif token.kind is Kind.CODE:
        yield _claim(token, position, "entity_absent", [(key,) for key in name_keys(token.text, language)])


def _word_claim(text: str, tokens: Sequence[Token], position: int, language: Language, shouted: bool) -> Claim:
    token = tokens[position]
    surface = token.text.replace(".", "") if token.kind is Kind.ACRONYM else token.text
    if is_hangul(surface):
        return _claim(token, position, "term_absent", [pair_keys(surface)], _PAIRS_SHARE)
    if not is_latin(surface):
        exact = [(key,) for key in name_keys(surface, language)]
        return _claim(token, position, "term_absent", exact, unjudged="unsupported_script")
    alternatives: list[tuple[Key, ...]] = []
    if is_identifier(surface):
        alternatives.extend(identifier_keys(surface))
    named = is_identifier(surface) or (not shouted and is_name(text, tokens, position, language))
    if surface.casefold() in SAME_WORDS and position and tokens[position - 1].kind is Kind.NUMBER:
        named = False  # a unit: 14 kWh, 32 GB
    keys = name_keys if named and not _is_joined(text, tokens, position) else word_keys
    alternatives.extend((key,) for key in keys(surface, language))
    alternatives.extend(_joined_alternatives(text, tokens, position, language))
    if surface.isupper():
        alternatives.append((("initials", surface),))
    if named:
        return _claim(token, position, "entity_absent", alternatives)
    unjudged: UnjudgedReason | None = "unsupported_language" if language == "other" else None
    return _claim(token, position, "term_absent", alternatives, unjudged=unjudged)


def _joined_alternatives(
    text: str, tokens: Sequence[Token], position: int, language: Language
) -> Iterator[tuple[Key, ...]]:
    """Yield the compounds with the words beside: "user name" is carried by "username"."""
    for first in (position - 1, position):
        if first >= 0 and first + 1 < len(tokens) and gap(text, tokens, first + 1) in (" ", "-"):
            before, after = tokens[first], tokens[first + 1]
            if before.kind is Kind.WORD and after.kind is Kind.WORD:
                for key in joined_keys(before.text, after.text, language):
                    yield (key,)


def _is_joined(text: str, tokens: Sequence[Token], position: int) -> bool:
    return gap(text, tokens, position) == "-" or gap(text, tokens, position + 1) == "-"


def _claim(
    token: Token,
    position: int,
    reason: FlagReason,
    alternatives: Sequence[tuple[Key, ...]],
    share: float = 1.0,
    unjudged: UnjudgedReason | None = None,
) -> Claim:
    distinct = tuple(dict.fromkeys(alternatives))
    return Claim(token.start, token.end, position, position + 1, reason, distinct, share, unjudged=unjudged)

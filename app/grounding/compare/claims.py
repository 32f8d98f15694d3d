"""What one sentence of an answer claims, token by token, and whether the contexts support it.

Nearly every word is supported in the form in which it is written, which one look-up shows. Only what is left is read
more closely: another inflection, derivation or spelling, two words for one, an identifier, characters without spaces.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import NamedTuple

from app.grounding.compare.index import ContextIndex
from app.grounding.compare.names import is_in_label, is_name
from app.grounding.lexicon.english import SAME_WORDS
from app.grounding.lexicon.opposites import UNIT_DIMENSIONS
from app.grounding.reasons import FlagReason
from app.grounding.report import UnjudgedReason
from app.grounding.text.identifiers import is_identifier, link_key, parts_of
from app.grounding.text.keys import Key
from app.grounding.text.language import Language
from app.grounding.text.scan import LINKS, Kind
from app.grounding.text.scripts import content_runs, is_hangul, is_latin, pair_keys
from app.grounding.text.tokens import Token
from app.grounding.text.words import ROOT, ROOT_ENDS, name_keys, plain_form, root_key, word_keys
from app.grounding.values.numerals import gap
from app.grounding.values.values import Value

# Of the pairs of neighbouring characters in a word of an unsegmented script, this share must be in the contexts:
# endings and particles differ, the middle does not.
_PAIRS_SHARE = 0.5
_LONGEST_COMPOUND = 30


class Claim(NamedTuple):
    """A claim at [start, end) of the normalised answer, made by the tokens [first, last).

    It is supported when the contexts have its `value`, one of its `keys`, half of its `pairs` of characters, or its
    `word` in two. Where it is not, `reason` says what is wrong, unless `unjudged` says why that cannot be known.
    """

    start: int
    end: int
    first: int
    last: int
    reason: FlagReason
    keys: tuple[Key, ...] = ()
    pairs: tuple[Key, ...] = ()
    value: Value | None = None
    unjudged: UnjudgedReason | None = None
    word: str = ""


def is_supported(claim: Claim, index: ContextIndex) -> bool:
    """Say whether the contexts support a claim in one of its forms."""
    offered, known = index.offered, index.postings
    if not offered.isdisjoint(claim.keys) or any(key in known for key in claim.keys):
        return True
    if claim.value is not None:
        return index.states(claim.value)
    if claim.word and _is_split(claim.word, index):
        return True
    if claim.pairs:
        return sum([key in offered for key in claim.pairs]) >= _PAIRS_SHARE * len(claim.pairs)
    return any(_has_root(key, known) for key in claim.keys if isinstance(key, str) and key.startswith(ROOT))


def _is_split(word: str, index: ContextIndex) -> bool:
    """Say whether the contexts write a word as two: "username" as "user name", "email" as "e-mail"."""
    if "_" in word:
        return word.replace("_", " ") in index.folded
    cuts = range(1, min(len(word), _LONGEST_COMPOUND))
    halves = [(word[:cut], word[cut:]) for cut in cuts if word[cut:] in index.offered and word[:cut] in index.offered]
    return any(sign.join(parts) in index.folded for parts in halves for sign in " -")


def _has_root(root: str, known: Mapping[Hashable, object]) -> bool:
    """Say whether one of the words has a derivational root: "payment" that of "paid"."""
    stems = filter(known.__contains__, map(root[1:].__add__, ROOT_ENDS))
    return any(root_key(stem) == root for stem in stems)


def read_value_claim(value: Value, tokens: Sequence[Token], language: Language) -> Claim:
    """Return the claim of a value."""
    place = (value.start, value.end, value.first, value.last)
    if value.vague:
        return Claim(*place, "term_absent", word_keys(tokens[value.first].text, language), value=value)
    return Claim(*place, "date_absent" if value.kind == "date" else "number_absent", value=value)


def read_token_claims(text: str, tokens: Sequence[Token], position: int, language: Language) -> Iterator[Claim]:
    """Yield the claims of a token that is not plainly supported."""
    token = tokens[position]
    place = (token.start, token.end, position, position + 1)
    if token.kind is Kind.WORD or token.kind is Kind.ACRONYM:
        yield _word_claim(text, tokens, position, language)
    elif token.kind is Kind.IDEOGRAPHS:
        for start, end in content_runs(token.text):
            span = (token.start + start, token.start + end)
            yield Claim(*span, position, position + 1, "term_absent", pairs=pair_keys(token.text[start:end]))
    elif token.kind is Kind.SPACELESS:
        yield Claim(*place, "term_absent", (token.text,), unjudged="unsupported_script")
    elif token.kind in LINKS:
        yield Claim(*place, "entity_absent", (link_key(token.text),))
    elif token.kind is Kind.CODE:
        yield Claim(*place, "entity_absent", token.lexeme.keys)


def _word_claim(text: str, tokens: Sequence[Token], position: int, language: Language) -> Claim:
    token = tokens[position]
    place = (token.start, token.end, position, position + 1)
    surface, keys, word = token.lexeme.surface, token.lexeme.keys, token.lexeme.folded
    if is_hangul(surface):
        return Claim(*place, "term_absent", pairs=pair_keys(surface))
    if not is_latin(surface):
        return Claim(*place, "term_absent", keys, unjudged="unsupported_script")
    if is_identifier(surface):
        return Claim(*place, "entity_absent", (*keys, "".join(parts_of(surface)).casefold()), word=word)
    compounds = tuple(_compounds(text, tokens, position))
    after_number = position > 0 and tokens[position - 1].kind is Kind.NUMBER
    is_unit = after_number and surface.casefold() in SAME_WORDS  # 14 kWh, 32 GB
    is_label = is_in_label(text, token.start, token.end)
    if not is_unit and is_name(text, tokens, position, language) and not is_label:
        same = SAME_WORDS.get(surface.casefold(), ())
        return Claim(*place, "entity_absent", (*keys, *same, *compounds), word=word)
    after = tokens[position + 1].lexeme.folded if position + 1 < len(tokens) else ""
    # What is 11 years old may be "aged 11".
    is_unit = after_number and token.lexeme.aligned in UNIT_DIMENSIONS and after != "old"
    reason: FlagReason = "unit_mismatch" if is_unit else "term_absent"
    unjudged: UnjudgedReason | None = "unsupported_language" if language == "other" else None
    return Claim(*place, reason, (*word_keys(surface, language), *compounds), unjudged=unjudged, word=word)


def _compounds(text: str, tokens: Sequence[Token], position: int) -> Iterator[str]:
    """Yield the keys of the compounds with the words beside: "user name" is supported by "username"."""
    for place in (position, position + 1):
        if gap(text, tokens, place) in (" ", "-") and tokens[place - 1].kind is tokens[place].kind is Kind.WORD:
            compound = f"{plain_form(tokens[place - 1].text)}{plain_form(tokens[place].text)}"
            stem = name_keys(compound, "en")[-1]
            yield from (compound, stem, *SAME_WORDS.get(stem, ()))

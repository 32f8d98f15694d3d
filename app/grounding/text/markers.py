"""What an answer says about itself and not about the world: citation marks, list marks, markup, scaffolding.

`mask` blanks the marks, one masking character for each character, so that offsets stay; `without_scaffolding` leaves
out the tokens of phrases that introduce something or point to the documents. Words inside of them are never judged.
`abstained` finds the clauses that say that something is *not* known. The phrases are in `phrases.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib.resources import files

from app.grounding.lexicon.english import DOCUMENT_NOUNS, SCAFFOLD_STARTS
from app.grounding.text.normalise import SUPERSCRIPT_DIGITS
from app.grounding.text.tokens import Token

# Neither space nor word: it separates what is on its two sides.
MASK = "\x00"


def _patterns() -> dict[str, str]:
    """Return the expressions of `phrases.toml`, which are made of one another, by name."""
    written = tomllib.loads(files("app.grounding.text").joinpath("phrases.toml").read_text(encoding="utf-8"))
    patterns = {"mask": MASK, "superscript_digits": SUPERSCRIPT_DIGITS, "document_nouns": DOCUMENT_NOUNS}
    for name, pattern in written.items():
        patterns[name] = _PART.sub(lambda part: patterns[part[1]], pattern)
    return patterns


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.VERBOSE | re.IGNORECASE)


_PART = re.compile("<<(.+?)>>")
_PATTERNS = _patterns()
# Marks inside of an address are a part of it.
_ADDRESS = re.compile(r"://[^\s<>\[\]{}()]+")
# Where a mark may begin; trying only there takes a tenth of the time of trying everywhere.
_MARK_BEGINS = re.compile(rf"[\[【(<&^{SUPERSCRIPT_DIGITS}]|://")
_MARK = _compiled(f"{_PATTERNS['citation']}|{_PATTERNS['html']}")
_LIST_ITEM = _compiled(f"(?m:^)(?:{_PATTERNS['list_mark']})")
_SCAFFOLDING = _compiled(_PATTERNS["scaffold"])
_OPENING = _compiled(_PATTERNS["opener"])
_CLAUSE_BREAK = _compiled(_PATTERNS["clause_break"])
_ABSTENTION = _compiled(_PATTERNS["abstention"])
# After these a phrase like "In summary" may open what follows.
_OPENS = frozenset(":*_#>|-" + MASK)
# Besides negations: without one of these no sentence says that something is not known.
_ABSTAINING = frozenset(("unable", "insufficient"))


def mask(text: str) -> str:
    """Return the normalised answer with every mark blanked, of the same length."""
    spans = [match.span() for match in _LIST_ITEM.finditer(text)]
    end = 0
    for begin in _MARK_BEGINS.finditer(text):
        if begin.start() < end:
            continue
        match = _MARK.match(text, begin.start()) or _ADDRESS.match(text, begin.start())
        if match:
            end = match.end()
            if match.re is _MARK:
                spans.append(match.span())
    pieces = []
    end = 0
    for start, last in sorted(spans):
        pieces += [text[end:start], MASK * (last - max(start, end))]
        end = max(end, last)
    return "".join((*pieces, text[end:]))


def without_scaffolding(text: str, tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens of a sentence without those that only introduce what follows or point to the documents."""
    kept = []
    end = before = -1
    for token in tokens:
        start = token.start
        if start >= end:
            match = _SCAFFOLDING.match(text, start) if token.lexeme.folded in SCAFFOLD_STARTS else None
            if match is None and (before < 0 or (start - before > 1 and not _OPENS.isdisjoint(text[before:start]))):
                match = _OPENING.match(text, start)
            if match:
                end = match.end()
            else:
                kept.append(token)
        before = token.end
    return kept


def may_abstain(tokens: Sequence[Token]) -> bool:
    """Say whether a sentence has a word without which it cannot say that something is not known."""
    return any(
        token.lexeme.negates or token.lexeme.contracts_not or token.lexeme.folded in _ABSTAINING for token in tokens
    )


def abstained(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the clauses of the sentence `text[start:end]` that say that the sources do not have something.

    Every pattern has a word for which `may_abstain` is true; asking that first saves most of the time.
    """
    clauses = []
    begin = start
    breaks = [match.start() for match in _CLAUSE_BREAK.finditer(text, start, end)]
    for stop in (*breaks, end):
        if _ABSTENTION.search(text[begin:stop].lstrip(" ,;—\n")):
            clauses.append((begin, stop))
        begin = stop
    return clauses

"""What an answer says about itself and not about the world: citation marks, list marks, markup, scaffolding.

`mask` blanks the marks, one masking character for each character, so that offsets stay; `without_scaffolding` leaves
out the tokens of scaffolding. Words inside are never judged. `abstained` finds the clauses that say that something is
*not* known. English throughout; refusals also in German, French and Spanish.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.grounding.lexicon.english import DOCUMENT_NOUNS
from app.grounding.text.citation_marker import MARKER
from app.grounding.text.normalise import SUPERSCRIPT_DIGITS
from app.grounding.text.tokens import Token

# Neither space nor word: it separates what stands on its two sides.
MASK = "\x00"

_SOURCE_WORD = (
    r"(?:documents?|doc|sources?|passages?|contexts?|references?|refs?|chunks?|citations?|excerpts?|pages?|p\.)"
)
_CITATION = rf"""
    {MARKER}
  | \[\^?\d{{1,4}}(?:\s?[,;–\-]\s?\^?\d{{1,4}})*+\]
  | \[{_SOURCE_WORD}s?\s?[#:]?\s?[^\[\]\n]{{0,60}}\]
  | 【[^【】\n]{{0,60}}】
  | \((?:see\s)?(?:\[\d{{1,4}}\](?:,\s?)?)+\)
  | \((?:see\s)?{_SOURCE_WORD}\s?\#?\d{{1,4}}(?:\s?[,;–\-]\s?\d{{1,4}})*+\)
  | (?:(?<=[^\W\d_])|(?<=[.!?])|(?<=[^\W\d_]\s)|(?<=[.!?]\s))\(\d{{1,2}}\)(?=\s*(?:[.,;:!?]|\Z|\n))
  | (?:(?<=[^\W\d_]{{3}})|(?<=[.,;:!?)\]"]))[{SUPERSCRIPT_DIGITS}]+
        (?=\s|\Z|[.,;:!?)\]"]+(?:\s|\Z))
"""
_LIST_MARK = r"""
    [ \t>]*+(?:[\-*+•‣◦▪·–]|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)])(?=[ \t]+\S)
  | [ \t>*_#]*(?:step|item|point)[ ]\d{1,2}[*_]*[.:)]
"""
_HTML = r"""
    </?(?:a|b|blockquote|br|code|div|em|h[1-6]|hr|i|img|kbd|li|mark|ol|p|pre|s|small|span|strong|sub|sup|table|tbody|td|
        th|thead|tr|u|ul)(?:\s[^<>]{0,300})?/?>
  | &(?:\#\d{1,6}|\#x[0-9a-f]{1,6}|amp|lt|gt|nbsp|quot|apos|ndash|mdash|hellip|copy|reg|trade|euro|pound|deg);
"""
_DETERMINER = r"(?:the|this|these|those|your|our|any|all|all[ ]the|of[ ]the)"
_PROVIDED = (
    r"(?:provided|given|available|retrieved|supplied|relevant|above|cited|official|attached|internal|search|source|"
    r"reference|company|following)"
)
_STRONG_NOUNS = (
    r"(?:documents?|documentation|docs|contexts?|passages?|sources?|texts?|excerpts?|materials?|handbook|snippets?)"
)
_SOURCE = (
    rf"(?:{_DETERMINER}[ ])?(?:{_PROVIDED}[ ]){{0,3}}(?:{DOCUMENT_NOUNS})"
    rf"(?:[ ](?:provided|given|above|available|supplied|you[ ](?:provided|gave|shared)))?"
)
_STRONG_SOURCE = (
    rf"(?:{_DETERMINER}[ ](?:{_PROVIDED}[ ]){{1,3}}(?:{DOCUMENT_NOUNS})|{_DETERMINER}[ ]{_STRONG_NOUNS}"
    rf"|{_PROVIDED}[ ]{_STRONG_NOUNS})(?:[ ](?:provided|given|above|available|supplied))?"
)
_SAID = (
    r"(?:mentioned|stated|described|noted|outlined|shown|indicated|specified|explained|given|provided|listed|found|"
    r"written|included|covered|documented|available|addressed|discussed)"
)
_SCAFFOLD = rf"""
    (?:according[ ]to|based[ ](?:solely[ ]|only[ ]|purely[ ])?(?:on|upon)|as[ ]per|as[ ]{_SAID}[ ](?:in|by))
        [ ]{_SOURCE}\b
  | (?:from|in|per|within|by)[ ]{_STRONG_SOURCE}\b
  | {_DETERMINER}[ ](?:{_PROVIDED}[ ]){{0,3}}(?:{DOCUMENT_NOUNS})[ ](?:also[ ]|clearly[ ]|explicitly[ ])?
        (?:says?|states?|mentions?|indicates?|notes?|specif(?:y|ies)|explains?|suggests?|shows?|confirms?|reports?)\b
        (?:[ ]that\b)?
  | (?:this|that|it)[ ](?:is|was)[ ]{_SAID}[ ](?:in|by)[ ]{_SOURCE}\b
  | here(?:'s|[ ]is|[ ]are)[ ][^.:\n]{{0,60}}:
  | (?:i[ ]hope[ ](?:this|that)|let[ ]me[ ]know[ ]if|please[ ]let[ ]me[ ]know|feel[ ]free[ ]to|if[ ]you[ ]have[ ]any
        [ ](?:other|further|more|additional)[ ]questions)[^.!?\n]{{0,160}}
  | (?:sources?|references?):(?=\s*{MASK}|\s*$)
  | (?:passages?|contexts?|documents?|sources?|excerpts?|snippets?|chunks?)[ ]\#?\d{{1,3}}
        (?:,?[ ](?:and[ ])?(?:(?:points?|items?|lines?|paragraphs?|sections?)[ ])?\d{{1,3}})*+\b
  | according[ ]to[ ]\d{{1,2}}(?=,)
"""
_OPENER = r"""
        (?:in[ ](?:summary|short|brief|conclusion|other[ ]words|general)|to[ ](?:summari[sz]e|sum[ ]up)|
        to[ ]answer[ ](?:your|the)[ ]question|sure|certainly|of[ ]course|absolutely|(?:good|great)[ ]question|
        (?:short[ ]|final[ ]|direct[ ])?answer|
        summary|response|conclusion|sources?|references?|citations?|note|please[ ]note(?:[ ]that)?|hello|hi|hey|welcome|
        thank[ ]you|thanks|you're[ ]welcome|goodbye|sorry|(?:i[ ])?apologi[sz]e|yes|no)(?=[*_]*(?:[,:!.]|$))
"""
# Marks inside of an address are part of it.
_ADDRESS = re.compile(r"://[^\s<>\[\]{}()]+")
# Where a mark may begin; trying there alone takes a tenth of the time of trying everywhere.
_MARK_BEGINS = re.compile(rf"[\[【(<&{SUPERSCRIPT_DIGITS}]|://")
_MARK = re.compile(rf"{_CITATION}|{_HTML}", re.VERBOSE | re.IGNORECASE)
_LIST_ITEM = re.compile(_LIST_MARK, re.VERBOSE | re.IGNORECASE)
_SCAFFOLDING = re.compile(_SCAFFOLD, re.VERBOSE | re.IGNORECASE)
_OPENING = re.compile(_OPENER, re.VERBOSE | re.IGNORECASE)
# After these a phrase like "In summary" may open what follows.
_OPENS = frozenset(":*_#>|-" + MASK)

_CLAUSE_BREAK = re.compile(
    r"[;—\n]|,?\s\b(?:but|however|although|though|instead|aber|jedoch|mais|pero|sin embargo)\b", re.I
)
_TOLD = (
    r"(?:mention|say|state|specify|contain|include|provide|indicate|give|list|address|cover|describe|explain|discuss|tell|"
    r"reveal|clarify|define|have)"
)
_FOUND_NOTHING = r"(?:information|mention|details?|evidence|references?|answers?|data|indication|records?)"
_ABSTENTION = re.compile(
    rf"""
    {_STRONG_SOURCE}[ ](?:do|does|did)(?:[ ]not|n't)[ ](?:\w+[ ]){{0,2}}{_TOLD}\b
  | \b(?:they|it)[ ](?:do|does|did)(?:[ ]not|n't)[ ](?:\w+[ ]){{0,2}}(?:mention|say|state|specify|indicate)\b
  | \b(?:i|we)[ ](?:could[ ]not|couldn't|cannot|can't|can[ ]not|do[ ]not|don't|did[ ]not|didn't|
        (?:was|were|am|are|'m)[ ](?:unable|not[ ]able)[ ]to)
        [ ](?:\w+[ ]){{0,2}}?(?:find|locate|answer|know|determine|see|have|tell|say|confirm|
        verify|provide)\b
  | \bi'm[ ](?:unable|not[ ]able)[ ]to[ ](?:find|answer|determine|say)\b
  | \b(?:there[ ](?:is|was|are|were)|i[ ](?:have|found|see)|contains?|provides?|includes?|has|have)[ ]
        (?:no|not[ ](?:enough|any))[ ](?:\w+[ ]){{0,2}}{_FOUND_NOTHING}\b
  | \bit[ ](?:is|was)(?:[ ]not|n't)[ ](?:\w+ly[ ])?(?:stated|mentioned|specified|clear|given|known|said|possible[ ]to)\b
  | \b(?:is|are|was|were)(?:[ ]not|n't)[ ](?:\w+ly[ ])?{_SAID}[ ](?:anywhere[ ])?
        (?:in|by|within|from)[ ]{_STRONG_SOURCE}
  | ^[\W_]*(?:unable[ ]to|cannot|can't|could[ ]not|couldn't)[ ](?:answer|find|determine|say)\b
  | \b(?:insufficient|not[ ]enough)[ ]{_FOUND_NOTHING}\b
  | \bich[ ](?:konnte|kann|weiß|habe)\b[^.!?\n]{{0,160}}\b(?:nicht|keine[nr]?)\b
  | \b(?:dokumente|quellen|unterlagen|texte)n?[ ](?:enthalten|erwähnen|nennen|sagen)[ ]
        [^.!?\n]{{0,80}}\b(?:nicht|keine?n?)\b
  | \bje[ ](?:ne|n')\s?[^.!?\n]{{0,40}}\b(?:trouv\w+|sais|peux)\b
  | \bne[ ](?:mentionnent?|précisent?|contiennent?|disent)[ ]pas\b
  | \bno[ ](?:pude|puedo|encontré|encuentro|sé|mencionan?|contienen?|se[ ]menciona|especifican?|indican?)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def mask(text: str) -> str:
    """Return the normalised answer with every mark blanked, of the same length."""
    spans: list[tuple[int, int]] = []
    line = 0
    while line >= 0:
        if match := _LIST_ITEM.match(text, line):
            spans.append(match.span())
        line = text.find("\n", line) + 1 or -1
    end = 0
    for begin in _MARK_BEGINS.finditer(text):
        if begin.start() < end:
            continue
        match = _MARK.match(text, begin.start()) or _ADDRESS.match(text, begin.start())
        if match:
            end = match.end()
            if match.re is _MARK:
                spans.append(match.span())
    return _blanked(text, sorted(spans)) if spans else text


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    pieces = []
    end = 0
    for start, last in spans:
        first = max(start, end)
        if first < last:
            pieces += [text[end:first], MASK * (last - first)]
            end = last
    return "".join((*pieces, text[end:]))


def without_scaffolding(text: str, tokens: Sequence[Token]) -> list[Token]:
    """Return the tokens of a sentence without those that only introduce what follows or point to the documents."""
    kept = []
    end = before = -1
    for token in tokens:
        start = token.start
        if start >= end:
            match = _SCAFFOLDING.match(text, start) if token.lexeme.opens_scaffold else None
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
    return any(token.lexeme.may_abstain for token in tokens)


def abstained(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the clauses of the sentence `text[start:end]` that say that the sources do not tell something.

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

"""What an answer says about itself and not about the world: citation marks, list marks, markup, scaffolding.

`mask` blanks these spans, one masking character for each character, so that offsets stay. Words inside are never
judged. `abstained` finds the clauses that say that something is *not* known. English throughout; refusals also in
German, French and Spanish.
"""

from __future__ import annotations

import re

from app.grounding.lexicon import DOCUMENT_NOUNS
from app.grounding.normalise import SUPERSCRIPT_DIGITS

# Neither space nor word: it separates what stands on its two sides.
MASK = "\x00"

_SOURCE_WORD = (
    r"(?:documents?|doc|sources?|passages?|contexts?|references?|refs?|chunks?|citations?|excerpts?|pages?|p\.)"
)
_CITATION = rf"""
    \[\^?\d{{1,4}}(?:\s?[,;–\-]\s?\^?\d{{1,4}})*+\]
  | \[{_SOURCE_WORD}s?\s?[#:]?\s?[^\[\]\n]{{0,60}}\]
  | 【[^【】\n]{{0,60}}】
  | \((?:see\s)?(?:\[\d{{1,4}}\](?:,\s?)?)+\)
  | \((?:see\s)?{_SOURCE_WORD}\s?\#?\d{{1,4}}(?:\s?[,;–\-]\s?\d{{1,4}})*+\)
  | (?:(?<=[^\W\d_])|(?<=[.!?]))\s?\(\d{{1,2}}\)(?=\s*(?:[.,;:!?]|\Z|\n))
  | (?:(?<=[^\W\d_]{{3}})|(?<=[.,;:!?)\]"]))[{SUPERSCRIPT_DIGITS}]+
        (?=\s|\Z|[.,;:!?)\]"]+(?:\s|\Z))
"""
_LIST_MARK = r"""
    ^[ \t>]*+(?:[\-*+•‣◦▪·–]|\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})[.)])(?=[ \t]+\S)
  | ^[ \t>*_#]*(?:step|item|point)[ ]\d{1,2}[*_]*[.:)]
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
    \b(?:according[ ]to|based[ ](?:solely[ ]|only[ ]|purely[ ])?(?:on|upon)|as[ ]per|as[ ]{_SAID}[ ](?:in|by))
        [ ]{_SOURCE}\b
  | \b(?:from|in|per|within|by)[ ]{_STRONG_SOURCE}\b
  | \b{_DETERMINER}[ ](?:{_PROVIDED}[ ]){{0,3}}(?:{DOCUMENT_NOUNS})[ ](?:also[ ]|clearly[ ]|explicitly[ ])?
        (?:says?|states?|mentions?|indicates?|notes?|specif(?:y|ies)|explains?|suggests?|shows?|confirms?|reports?)\b
        (?:[ ]that\b)?
  | \b(?:this|that|it)[ ](?:is|was)[ ]{_SAID}[ ](?:in|by)[ ]{_SOURCE}\b
  | (?:^|(?<=[.!?:]\s)|(?<=\*\*)|(?<=[{MASK}]\s))[ \t>*_\#]{{0,12}}
        (?:in[ ](?:summary|short|brief|conclusion|other[ ]words|general)|to[ ](?:summari[sz]e|sum[ ]up)|
        to[ ]answer[ ](?:your|the)[ ]question|sure|certainly|of[ ]course|absolutely|(?:good|great)[ ]question|
        (?:short[ ]|final[ ]|direct[ ])?answer|
        summary|response|conclusion|sources?|references?|citations?|note|please[ ]note(?:[ ]that)?|hello|hi|hey|welcome|
        thank[ ]you|thanks|you're[ ]welcome|goodbye|sorry|(?:i[ ])?apologi[sz]e|yes|no)(?=[*_]*(?:[,:!.]|$))
  | \bhere(?:'s|[ ]is|[ ]are)[ ][^.:\n]{{0,60}}:
  | \b(?:i[ ]hope[ ](?:this|that)|let[ ]me[ ]know[ ]if|please[ ]let[ ]me[ ]know|feel[ ]free[ ]to|if[ ]you[ ]have[ ]any
        [ ](?:other|further|more|additional)[ ]questions)[^.!?\n]{{0,160}}
  | \b(?:sources?|references?):(?=\s*{MASK}|\s*$)
"""
_URL = r"(?P<url>(?:https?|ftp)://[^\s<>\[\]{}()]+)"
_MARKS = re.compile(rf"{_URL}|{_CITATION}|{_LIST_MARK}|{_HTML}", re.VERBOSE | re.IGNORECASE | re.MULTILINE)
_SCAFFOLDING = re.compile(_SCAFFOLD, re.VERBOSE | re.IGNORECASE | re.MULTILINE)

_CLAUSE_BREAK = re.compile(
    r"[;—\n]|,?\s\b(?:but|however|although|though|instead|aber|jedoch|mais|pero|sin embargo)\b", re.I
)
_TOLD = (
    r"(?:mention|say|state|specify|contain|include|provide|indicate|give|list|address|cover|describe|explain|discuss|tell|"
    r"reveal|clarify|define|have)"
)
_FOUND_NOTHING = r"(?:information|mention|details?|evidence|references?|answers?|data|indication|records?)"
# Every pattern of `_ABSTENTION` needs one of these; looking for them first saves most of the time.
_NEGATION = re.compile(r"n't\b|\b(?:not|no|cannot|unable|insufficient|nicht|keine?[nr]?|ne|n')", re.I)
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
    """Return the normalised answer with every mark and all scaffolding blanked, of the same length."""
    marked = _MARKS.sub(lambda match: match.group() if match["url"] else MASK * len(match.group()), text)
    return _SCAFFOLDING.sub(lambda match: MASK * len(match.group()), marked)


def abstained(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the clauses of the sentence `text[start:end]` that say that the sources do not tell something."""
    if not _NEGATION.search(text, start, end):
        return []
    clauses = []
    begin = start
    breaks = [match.start() for match in _CLAUSE_BREAK.finditer(text, start, end)]
    for stop in (*breaks, end):
        if _ABSTENTION.search(text[begin:stop].lstrip(" ,;—\n")):
            clauses.append((begin, stop))
        begin = stop
    return clauses

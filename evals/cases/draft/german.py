"""Questions that German statements and headings answer.

Only forms in which neither gender nor case has to be known: the verb of a German question comes first, and the rest
keeps its order. Not covered: tables, reasons, and sentences in which the reader is the object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.cases.draft.parts import Parts, Statement
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.sections import question_headings
from evals.cases.draft.vocabulary import Vocabulary

_SUBJECT = r"(?P<who>(?:(?:Der|Die|Das|Ein|Eine) )?(?:[\wäöüß-]+ ){0,3}?[A-ZÄÖÜ][\wäöüß-]*)"
_REFERENCE = re.compile(
    r"\b(?:dies\w*|jene\w*|er|es|sie|ihn|ihm|ihnen|ihre?\w*|sein\w*|dort|hier|dann|danach|dabei|dazu|dafür|davon|damit|"
    r"daher|deshalb|sich|auch|oben|unten|folgende\w*|solche\w*|beide\w*|andere\w*|wir|uns|unser\w*)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(rf"{_SUBJECT} ist (?P<what>(?:ein|eine|der|die|das) .+)$")
_MODAL = re.compile(
    rf"(?:Sie|{_SUBJECT}) (?P<verb>können|dürfen|müssen|kann|darf|muss|sollen|soll) (?P<what>[^,;:()]+)(?:[,;:(].*)?$"
)
_OF_READER = {"können": "kann", "dürfen": "darf", "müssen": "muss", "sollen": "soll"}
_POSSESSIVE = re.compile(r"\bIhr(?P<ending>e|en|em|er|es)?\b")
_OPEN = re.compile(
    rf"{_SUBJECT} (?P<verb>ist|sind|wird|werden) "
    r"(?:(?:am|ab|bis|vom|von|um|jeden|jede|jedes|im|in den|spätestens) "
    r"(?:\d[\w:.]*|(?:Mon|Diens|Donners|Frei|Sams|Sonn)tags?|Mittwochs?|ersten|letzten|Januar|Februar|März|April|Mai|"
    r"Juni|Juli|August|September|Oktober|November|Dezember|Monat|Quartal|Jahr)[^,;:()]*?) "
    r"(?P<state>geöffnet|geschlossen|besetzt|erreichbar|verfügbar|\w+t|\w+en)$"
)


def propose(parts: Parts, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Yield the questions that a German document answers."""
    del vocabulary  # German nouns keep their capitals.
    for statement in parts.statements:
        yield from _of_statement(statement)
    yield from question_headings(parts)


def _of_statement(statement: Statement) -> Iterator[Proposal]:
    text = statement.text.rstrip(".!")
    for template, question, subject in (*_definition(text), *_modal(text), *_when(text)):
        yield Proposal(question, template, ((statement.start, statement.end),), statement.text, subject=subject)


def _definition(text: str) -> Iterator[tuple[str, str, str]]:
    found = _DEFINITION.match(text)
    if found and not _REFERENCE.search(found["who"]) and len(found["what"].split()) >= 4:
        subject = _lowered(found["who"])
        yield "definition", f"Was ist {subject}?", subject


def _modal(text: str) -> Iterator[tuple[str, str, str]]:
    found = _MODAL.match(text)
    if found is None:
        return
    what = _POSSESSIVE.sub(lambda one: f"mein{one['ending'] or ''}", found["what"]).strip()
    if _REFERENCE.search(what) or re.search(r"\b(?:nur|nicht|Sie)\b", what) or not 3 <= len(what.split()) <= 14:
        return
    if found["who"] is None:
        yield "permission", f"{_OF_READER.get(found['verb'], found['verb']).capitalize()} ich {what}?", ""
    elif not _REFERENCE.search(found["who"]):
        subject = _lowered(found["who"])
        yield "state", f"{found['verb'].capitalize()} {subject} {what}?", subject


def _when(text: str) -> Iterator[tuple[str, str, str]]:
    found = _OPEN.match(text)
    if found and not _REFERENCE.search(found["who"]):
        subject = _lowered(found["who"])
        yield "state", f"Wann {found['verb']} {subject} {found['state']}?", subject


def _lowered(subject: str) -> str:
    return re.sub(r"^(?:Der|Die|Das|Ein|Eine)\b", lambda article: article[0].lower(), subject)

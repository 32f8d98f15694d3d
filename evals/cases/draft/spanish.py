"""Questions that Spanish statements and headings answer, in the forms that keep the order of words.

Not covered: tables, times and reasons, and sentences with "su", which is "mi" or "de usted" by what it refers to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.cases.draft.parts import Parts, Statement
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.sections import question_headings
from evals.cases.draft.vocabulary import Vocabulary

_SUBJECT = r"(?P<who>(?:(?:El|La|Los|Las|Un|Una) )?[\w-]+(?: (?:de |del |de la |a |en )?[\w-]+){0,3}?)"
_REFERENCE = re.compile(
    r"\b(?:él|ella|ellos|ellas|est[eao]s?|es[eao]s?|aquel\w*|ello|su|sus|aquí|allí|así|también|entonces|luego|le|les|lo|"
    r"se|otr[oa]s?|nuestr[oa]s?|nos|nosotros|usted|ustedes|vuestr[oa]s?)\b",
    re.IGNORECASE,
)
_DEFINITION = re.compile(rf"{_SUBJECT} es (?P<what>(?:un|una|el|la) .+)$")
_READER = re.compile(r"(?:Usted )?(?P<verb>[Pp]uede|[Dd]ebe) (?P<what>[^,;:()]+)(?:[,;:(].*)?$")
_MODAL = re.compile(rf"{_SUBJECT} (?P<verb>puede|pueden|debe|deben) (?P<what>[^,;:()]+)(?:[,;:(].*)?$")
_OF_READER = {"puede": "Puedo", "debe": "Debo"}


def propose(parts: Parts, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Yield the questions that a Spanish document answers."""
    for statement in parts.statements:
        yield from _of_statement(statement, vocabulary)
    yield from question_headings(parts)


def _of_statement(statement: Statement, vocabulary: Vocabulary) -> Iterator[Proposal]:
    text = statement.text.rstrip(".!")
    for template, question, subject in (*_definition(text, vocabulary), *_modal(text, vocabulary)):
        yield Proposal(question, template, ((statement.start, statement.end),), statement.text, subject=subject)


def _definition(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str, str]]:
    found = _DEFINITION.match(text)
    if found and not _REFERENCE.search(found["who"]) and len(found["what"].split()) >= 4:
        subject = _lowered(found["who"], vocabulary)
        yield "definition", f"¿Qué es {subject}?", subject


def _modal(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str, str]]:
    reader = _READER.match(text)
    found = reader or _MODAL.match(text)
    if found is None or _REFERENCE.search(found["what"]) or not 3 <= len(found["what"].split()) <= 14:
        return
    if re.search(r"\b(?:no|solo|sólo)\b", found["what"]):
        return
    if reader:
        yield "permission", f"¿{_OF_READER[found['verb'].lower()]} {found['what'].strip()}?", ""
    elif not _REFERENCE.search(found["who"]) and not found["who"].endswith(" no"):
        subject = _lowered(found["who"], vocabulary)
        yield "state", f"¿{subject[:1].upper()}{subject[1:]} {found['verb']} {found['what'].strip()}?", subject


def _lowered(subject: str, vocabulary: Vocabulary) -> str:
    first, space, rest = subject.partition(" ")
    if re.fullmatch(r"El|La|Los|Las|Un|Una", first) or vocabulary.is_common(first):
        first = first[:1].lower() + first[1:]
    return f"{first}{space}{rest}"

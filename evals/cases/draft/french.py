"""Questions that French statements and headings answer, in the forms with "est-ce que", which keep the order of words.

Not covered: tables, times and reasons, and sentences with "votre", whose "mon" or "ma" depends on the noun.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from evals.cases.draft.parts import Parts, Statement
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.sections import question_headings
from evals.cases.draft.vocabulary import Vocabulary

_SUBJECT = r"(?P<who>(?:Le |La |Les |L['’]|Un |Une |Des )?[\w’'-]+(?: (?:de |du |des |d['’]|à |en )?[\w’'-]+){0,3}?)"
_REFERENCE = re.compile(
    r"\b(?:il|elle|ils|elles|ce|cet|cette|ces|cela|ça|celui|celle|ceux|y|leur|leurs|son|sa|ses|ici|là|ainsi|aussi|alors|"
    r"ensuite|puis|donc|lui|notre|nos|nous|votre|vos|vous|se|autre|autres)\b|\b[csn]['’]",
    re.IGNORECASE,
)
_DEFINITION = re.compile(rf"{_SUBJECT} est (?P<what>(?:un|une|le|la|l['’]) ?.+)$")
_READER = re.compile(r"Vous (?P<verb>pouvez|devez) (?P<what>[^,;:()]+)(?:[,;:(].*)?$")
_MODAL = re.compile(rf"{_SUBJECT} (?P<verb>peut|peuvent|doit|doivent) (?P<what>[^,;:()]+)(?:[,;:(].*)?$")
_OF_READER = {"pouvez": "peux", "devez": "dois"}


def propose(parts: Parts, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Yield the questions that a French document answers."""
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
        yield "definition", f"Qu'est-ce {_that(subject)} ?", subject


def _modal(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str, str]]:
    reader, other = _READER.match(text), _MODAL.match(text)
    found = reader or other
    if found is None or _REFERENCE.search(found["what"]) or not 3 <= len(found["what"].split()) <= 14:
        return
    if re.search(r"\b(?:pas|ne|n['’]|que|seulement)\b", found["what"]):
        return
    if reader:
        yield "permission", f"Est-ce que je {_OF_READER[found['verb']]} {found['what'].strip()} ?", ""
    elif not _REFERENCE.search(found["who"]):
        subject = _lowered(found["who"], vocabulary)
        yield "state", f"Est-ce {_that(subject)} {found['verb']} {found['what'].strip()} ?", subject


def _that(subject: str) -> str:
    """Return "que" with a subject: "qu'un congé", but "que le congé"."""
    return f"qu'{subject}" if re.match(r"[aeiouyâàéèêîôûhAEIOUYÉÈÊ]", subject) else f"que {subject}"


def _lowered(subject: str, vocabulary: Vocabulary) -> str:
    first, space, rest = subject.partition(" ")
    if re.fullmatch(r"(?:Le|La|Les|Un|Une|Des)|L['’].+", first) or vocabulary.is_common(first):
        first = first[:1].lower() + first[1:]
    return f"{first}{space}{rest}"

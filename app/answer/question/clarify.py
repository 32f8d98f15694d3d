"""Ask what is meant by a question that names no topic: "How do I reset it?", "What is the limit?", "How do I apply?".

Two things are needed. The question, which begins a conversation, has no more than one content word, and a pronoun that
refers to nothing, a definite noun ("the limit"), or a verb or noun without its complement. The documents answer it in
several places about equally well: passages of different documents or sections with the content word. These are the
choices, in the user's words: "Reset: Passphrases (Passwords and multi-factor authentication)". Where one document has
the word in its title, that is the topic. A choice that is sent back is searched for with the question before it.

On the 32 underspecified questions of benchmarks/conversation and on their specified twins: docs/decisions.md.

Not covered: questions of more words with a pronoun ("how long is it valid for guests?"); verbs without an object in
German, French and Spanish; whether the question could be answered for all choices at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import islice

from app.answer.question.language import detect_question_language
from app.answer.question.rewrite import content_words, has_open_reference
from app.answer.types import Passage
from core.index import Bm25Encoder

CANDIDATES = 12
"""Passages among which the choices are sought."""
_FEWEST, _MOST = 2, 4
_CLOSE = 0.5
"""A choice has at least so much of the relevance of the best one."""
_CLOSE_FOR_REFERENCE = 0.35
"""The same for a question with a pronoun that refers to nothing: the best place is less likely to be what is meant."""
_CONTENT_WORDS = 1
_DEFINITE = re.compile(r"\b(?:the|der|die|das|den|dem|le|la|les|el|los|las)\s+\w+\W*$|\bl['’]\w+\W*$", re.IGNORECASE)
_VERB_ALONE = re.compile(
    r"^\W*(?:how|where|when|who|whom|what)\s+(?:do|does|can|could|should|must|may|to)\s+(?:(?:i|we|you)\s+)?\w+\W*$",
    re.IGNORECASE,
)
_RELATION_ALONE = re.compile(
    r"^\W*(?:how|where|when|who|do|can|could|may|must|should)\b.{0,16}\b(?:get|need|request|ask for)\s+(?:an?\s+)?"
    r"(?:access|approval|permission|help|more)\W*$|"
    r"^\W*who(?:'s|\s+is)\s+(?:responsible|in charge|affected|eligible|allowed)\W*$",
    re.IGNORECASE,
)
"""Nouns and adjectives that need a complement, without it: "How do I get access?", "Who is responsible?"."""
_AMOUNT_ALONE = re.compile(r"^\W*(?:how (?:many|much|long|often|far)|wie ?viele?|combien|cuánt[oa]s?)\b", re.IGNORECASE)
_ABOUT_THE_SERVICE = re.compile(r"\b(?:you|your|du|dein|sie|tu|vous|usted)\b", re.IGNORECASE)
"""Without a content word, a question that addresses the service: "what can you do?"."""
_IDENTIFIER = re.compile(r"\b\w*[A-Z]\w*[A-Z]\w*|\b\w*\d\w*|\b\w+_\w+\b")
_NAME = re.compile(r"(?<=\s)[A-Z]\w*")
"""A name or an identifier is a topic. In German every noun has a capital."""
_ANCHOR = re.compile(r"\s*\{\s*#[^}]*\}")
_LONGEST = 80
"""Characters of a heading in a choice."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an answer may be: a passage, its document's title and the heading that is nearest to it."""

    passage: Passage
    title: str
    heading: str


def lacks_topic(question: str) -> bool:
    """Whether a question that begins a conversation does not say what it is about."""
    words = content_words(question)
    if len(words) > _CONTENT_WORDS or len(question.split()) <= len(words) or _named(question, words):
        return False
    if not words:
        return not _ABOUT_THE_SERVICE.search(question) and (
            has_open_reference(question) or any(form.search(question) for form in (_AMOUNT_ALONE, _RELATION_ALONE))
        )
    forms = (_DEFINITE, _VERB_ALONE, _RELATION_ALONE)
    return has_open_reference(question) or any(form.search(question) for form in forms)


def choose_places(question: str, passages: Sequence[Passage], sparse: Bm25Encoder) -> tuple[str, ...]:
    """Return two to four choices for a question that lacks a topic, the most relevant first; none where one is clear.

    `passages` are the candidates of the question.
    """
    words = content_words(question)
    tokens = frozenset(sparse.query(" ".join(words)).indices)
    places = list(_places(passage for passage in passages if _has(passage.chunk.searchable_text, tokens, sparse)))
    refers = has_open_reference(question)
    titled = {one.title for one in places if tokens and _has(one.title, tokens, sparse)}
    if not refers and len(titled) == 1:
        return ()
    best = max((one.passage.score for one in places), default=0.0)
    least = best * (_CLOSE_FOR_REFERENCE if refers else _CLOSE)
    close = sorted((one for one in places if one.passage.score >= least), key=lambda one: -one.passage.score)
    amount = _AMOUNT_ALONE.match(question)
    asked = amount.group().strip() if amount else " ".join(words)
    chosen = tuple(_label(asked, one, tokens, sparse) for one in islice(_distinct(close), _MOST))
    return chosen if len(chosen) >= _FEWEST else ()


def _named(question: str, words: Sequence[str]) -> bool:
    found = _IDENTIFIER.findall(question)
    if detect_question_language(question) != "de":
        found += _NAME.findall(question)
    names = {name.casefold() for name in found}
    return any(word in names for word in words)


def _has(text: str, tokens: frozenset[int], sparse: Bm25Encoder) -> bool:
    return tokens <= sparse.tokens(text)


def _places(passages: Iterable[Passage]) -> Iterator[_Place]:
    """Yield the places of the passages, each once, and at most one of a document and heading."""
    seen: set[tuple[str, str]] = set()
    for passage in passages:
        title = _plain(passage.chunk.document_name)
        heading = _plain(passage.chunk.section[-1]) if passage.chunk.section else title
        if (title, heading) not in seen:
            seen.add((title, heading))
            yield _Place(passage, title, heading)


def _distinct(places: Sequence[_Place]) -> Iterator[_Place]:
    """Yield one place of each document, or of each heading where the places are all of one document."""
    single = len({one.title for one in places}) == 1
    seen: set[str] = set()
    for one in places:
        key = one.heading if single else one.title
        if key not in seen:
            seen.add(key)
            yield one


def _label(asked: str, place: _Place, tokens: frozenset[int], sparse: Bm25Encoder) -> str:
    """Return a choice: what was asked, where the heading does not say it, then the heading and the document."""
    where = place.heading if place.heading == place.title else f"{place.heading} ({place.title})"
    says_it = place.heading.casefold().startswith(asked.casefold()) or (tokens and _has(place.heading, tokens, sparse))
    return where if says_it else f"{asked.capitalize()}: {where}"


def _plain(heading: str) -> str:
    """Return a heading without anchors (`{ #install }`), entities and marks of emphasis."""
    text = " ".join(unescape(_ANCHOR.sub("", heading)).replace("`", "").replace("*", "").split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]}…"

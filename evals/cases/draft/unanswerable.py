"""Questions that the documents do not answer: about something that they have, a property that they do not say.

The subject is one that a document says something of, or the topic of a document by its name. A property belongs to
nouns of a kind, or to documents with certain words, and has signs: words and values without which no text says it. A
question is proposed only if no section of any document that has all the words of the subject has such a sign, and no
document with the subject in its name has one anywhere.

Not covered: a document that says it in words that are none of the signs; a person decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.grounding.text.language import Language
from evals.cases.draft.english.words import IMPERATIVES
from evals.cases.draft.parts import SourceText
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.screen import Places, stems
from evals.cases.draft.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class _Property:
    """A question with {} for the subject, what fits it, and the signs of an answer.

    `fits` is what the subject ends with, or for the topic of a document what its text has.
    """

    question: str
    fits: re.Pattern[str]
    signs: re.Pattern[str]


def _of_nouns(question: str, nouns: str, signs: str) -> _Property:
    kinds = rf"\b(?:{'|'.join(nouns.split())})$" if nouns else ""
    return _Property(question, re.compile(kinds, re.IGNORECASE), re.compile(signs, re.IGNORECASE))


def _of_topics(question: str, words: str, signs: str) -> _Property:
    return _Property(question, re.compile(words, re.IGNORECASE), re.compile(signs, re.IGNORECASE))


_MONEY = (
    r"[€$£]|\bcosts?\b|\bprices?\b|\bfees?\b|\bfree\b|\bpaid\b|\bpays?\b|\bEUR\b|\bUSD\b|\bbudget|\bcharge|\bexpens"
)
_YEAR = (
    r"\b(?:19|20)\d\d\b|\bintroduc|\blaunch|\bfound(?:ed|ing)|\bestablish|\bsince\b|\bstarted\b|\bbegan\b|\bcreated\b"
)
_BODIES = "team desk office department council committee board group bureau lab centre center clinic"
_THINGS = (
    "card app tool software laptop badge key account service course training workshop licence license machine plan"
)
_TEXTS = "guide handbook policy page template form checklist document library package code manual"
_CODE = "parameter function class method object decorator attribute option field header cookie dict variable type"
_EVENTS = "meeting course training review session interview workshop event program programme"
_OF_SUBJECTS: dict[Language, tuple[_Property, ...]] = {
    "en": (
        _of_nouns("How much does {} cost?", f"{_THINGS} library package", _MONEY),
        _of_nouns(
            "What is the phone number of {}?", _BODIES, r"phone|\bcall|\d{3,}[- ]\d{3,}|extension|\b\d{4,}\b|\btel"
        ),
        _of_nouns(
            "How many people work in {}?",
            _BODIES,
            r"\b(?:people|employees|staff|members|colleagues|engineers|persons|headcount)\b",
        ),
        _of_nouns(
            "Who wrote {}?",
            _TEXTS,
            r"\bwr[io]t|\bauthor|\bcreat|\bdevelop|\bowner|\bmaintain|\bbuil[td]\b|\bmade\b",
        ),
        _of_nouns("In which year was {} introduced?", f"{_BODIES} {_THINGS} {_TEXTS} {_EVENTS} system", _YEAR),
        _of_nouns(
            "Which company makes {}?",
            "app tool software laptop machine system",
            r"\bvendor|\bmade by|\bcompany|\bInc\b|\bby [A-Z]|\bmanufact|\bbuilt|\bGoogle|\bMicrosoft",
        ),
        _of_nouns(
            "In which version was {} added?",
            _CODE,
            r"\bversions?\b|\d+\.\d+|\badded\b|\bsince\b|\bintroduc|\breleas|\bnew\b",
        ),
        _of_nouns(
            "How long does {} last?",
            _EVENTS,
            r"\b(?:minutes?|hours?|days?|weeks?|months?|years?|hourly|daily|weekly|monthly|long)\b",
        ),
    ),
    "de": (
        _of_nouns("Wann wurde {} eingeführt?", "", r"\b(?:19|20)\d\d\b|eingeführt|gegründet|\bseit\b|\bbegann"),
        _of_nouns(
            "Was kostet {}?",
            "karte ausweis kurs schulung app dienst lizenz laptop gerät schlüssel",
            r"€|\bEuro|kost|preis|gebühr|bezahl|zahl",
        ),
    ),
    "fr": (_of_nouns("Depuis quand existe {} ?", "", r"\b(?:19|20)\d\d\b|depuis|fond|créé|lanc|mise? en place"),),
    "es": (_of_nouns("¿En qué año se introdujo {}?", "", r"\b(?:19|20)\d\d\b|desde|fund|cread|lanz|introdu"),),
}
_WORKPLACE = r"\b(?:employees?|colleagues?|supervisors?|team leads?|line managers?|new hires?)\b"
_VIDEO = _of_topics("Is there a video about {}?", "", r"\bvideos?\b|\bcourse|\bwatch\b|\byoutube")
_OF_WORKPLACE: tuple[_Property, ...] = (
    _of_topics("How much was spent on {} last year?", _WORKPLACE, r"\bspen[dt]|\bbudget|\btotal cost"),
    _of_topics("How many complaints about {} were there last year?", _WORKPLACE, r"\bcomplain|\bstatistic|\bsurvey"),
    _of_topics("Is there an app for {}?", _WORKPLACE, r"\bapps?\b|\bapplications?\b|\bsoftware\b|\btools?\b"),
    _of_topics(
        "Which outside company handles {} for us?",
        _WORKPLACE,
        r"\bvendor|\bcompany\b|\bcompanies\b|\bprovider|\bcontract|\bsupplier|\bagenc",
    ),
    _VIDEO,
)
_OF_CODE: tuple[_Property, ...] = (
    _VIDEO,
    _of_topics(
        "Since which version is there support for {}?", "", r"\bversions?\b|\d+\.\d+|\badded\b|\bsince\b|\bnew\b"
    ),
)
"""About the topics of English documents: of those for a workplace, and of those with code."""
_MOST_WORDS = 4
_PREPOSITION = re.compile(r"\b(?:for|in|on|at|with|by|to|from)\b")
_ATTRIBUTES = re.compile(r"\s*\{\s*[#.].*$")
_TOPIC = re.compile(r"[A-Za-z][a-z’'-]+(?: (?:and |of |for |the )?[A-Za-z][\w’'-]*){0,3}")
_NO_TOPIC = re.compile(
    r"^(?:\w+ing|get|set|use|make|welcome|guidelines|create|add|how|what|who|when|where|why|about|first|last|the|a|an|your|our|my|joining|using|getting)\b|"
    r"\b(?:index|home|glossary|questions|resources|dates|templates?|overview|introduction|faq|readme|guide|handbook|page|day|week|days|tutorial|reference|notes|playbook|"
    r"profile|polic(?:y|ies)|norms|conduct|code|file|license|requests?|details|"
    r"intro|contacts?|concepts?|information|principles|structure|types)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Corpus:
    """All sections of all documents as texts, and all documents by name: what an absence is verified against."""

    sections: Sequence[str]
    documents: Sequence[tuple[str, str]]
    places: Places


def propose_unanswerable(
    proposals: Sequence[Proposal], source: SourceText, vocabulary: Vocabulary, corpus: Corpus
) -> Iterator[Proposal]:
    """Yield questions about the topic of a document and the subjects of its proposals that no document answers."""
    language = source.language
    singular = {one.subject for one in proposals if one.subject and _is_singular(one, language)}
    for subject in sorted(singular):
        for asked in _OF_SUBJECTS.get(language, ()):
            if (
                _is_simple(subject, language)
                and asked.fits.search(subject)
                and _is_absent(subject, asked, language, corpus)
            ):
                yield _unanswerable(asked, subject)
    name = _ATTRIBUTES.sub("", source.name)
    if language == "en" and _is_topic(name) and vocabulary.writes_all(name):
        topic = _topic(name, vocabulary)
        for asked in _OF_CODE if "```" in source.text else _OF_WORKPLACE:
            is_fit = asked is _VIDEO or topic == topic.lower()
            if is_fit and asked.fits.search(source.text) and _is_absent(topic, asked, language, corpus):
                yield _unanswerable(asked, topic)


def _is_topic(name: str) -> bool:
    is_act = name.split()[0].casefold() in IMPERATIVES if name else True
    return not is_act and _TOPIC.fullmatch(name) is not None and not _NO_TOPIC.search(name)


def _is_simple(subject: str, language: Language) -> bool:
    """Say whether a subject is a few words with an article, which a question about a thing needs."""
    has_article = language != "en" or re.match(r"(?:an?|the|my) ", subject) is not None
    return has_article and len(subject.split()) <= _MOST_WORDS and not _PREPOSITION.search(subject)


def _topic(name: str, vocabulary: Vocabulary) -> str:
    """Return the name of a document within a sentence: in lower case, unless a word of it is a name."""
    lowered = vocabulary.lowered(name)
    return lowered if lowered == lowered.lower() else name


def _unanswerable(asked: _Property, subject: str) -> Proposal:
    question = asked.question.format(subject)
    return Proposal(question, f"absent: {asked.question}", (), kind="unanswerable", subject=subject)


def _is_singular(proposal: Proposal, language: Language) -> bool:
    if proposal.template not in ("definition", "state", "amount"):
        return False
    if language != "en":
        return proposal.template == "definition"
    return bool(re.search(rf"\b(?:is|was|does) {re.escape(proposal.subject)}\b", proposal.question))


def _is_absent(subject: str, asked: _Property, language: Language, corpus: Corpus) -> bool:
    wanted = stems(subject, language)
    named = [text for name, text in corpus.documents if wanted <= stems(name, language)]
    about = [corpus.sections[number] for number in corpus.places.of(wanted)]
    return bool(wanted) and not any(asked.signs.search(text) for text in (*about, *named))

"""Make the query of a question in a conversation.

Every question is searched for together with what it may refer to: the user's earlier questions and the words of the
last answers. How much they weigh depends on whether the question reads as if it depended on them ("And employees?",
"What does it cost?"): little where it does not, so that a question about something else finds what it finds alone. Of
an earlier turn, a value of a kind that the question has itself is left out: in "No, I meant 2023" the year 2023
replaces 2022.

The weights were chosen on the conversations of MTRAG (cloud) and the sample domain; docs/decisions.md has the figures.

Not covered: pronouns of languages other than English, German, French and Spanish; a topic that is named only in
earlier turns than the last four of the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from app.answer.question.language import detect_question_language
from app.answer.question.query import Query, QueryPart
from app.answer.question.small_talk import small_talk_of
from app.grounding.text.language import STOP_WORDS, Language
from core.types import Message

_ALWAYS = 0.15
"""Weight of the conversation for a question that does not seem to need it."""
_WHEN_DEPENDENT = 0.45
"""Its weight for one that does."""
_WHEN_CORRECTED = 1.0
"""Its weight for one that only replaces a value: "No, I meant 2023"."""
_OLDER = 0.7
"""A turn weighs so much of the one after it."""
_WORDS = 0.6
"""The words of an earlier question against its meaning: rare words of another topic mislead more than its vector."""
_ANSWER_WORDS = 0.4
"""The words of an answer. Its meaning is not used: it misleads a question about something else."""
_TURNS = 4
"""Questions before the last one that are used; the weights of earlier ones are below a tenth."""
_ANSWERS = 3
_MAX_QUESTION = 500
"""Characters of an earlier question; of a longer one, the last ones."""
_MAX_ANSWER = 1500
"""Characters of an answer, the first ones."""

_OPENING = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|oh|well|great|thanks?|thank you|no|yes|hm+|right|alright|good|ja|nein|gut|danke|oui|non|bien|"
    r"merci|sí|si|gracias)\W+)*"
    r"(?:and|or|but|so|then|also|plus|what about|how about|what if|i meant?|"
    r"und|oder|aber|dann|also|was ist mit|wie ist es mit|ich mein(?:t)?e|"
    r"et|mais|ou|donc|alors|qu'en est-il|je voulais dire|"
    r"y|pero|o|entonces|qué pasa con|quería decir)\b",
    re.IGNORECASE,
)
_CORRECTION = re.compile(r"^\W*(?:no|not|nein|nicht|non|pas)\b[\s,.!]*\S", re.IGNORECASE)
""""No, I meant 2023", "Not documents, attachments"."""
_MEANT = re.compile(
    r"^\W*(?:(?:no|sorry|nein|non|pardon|perdón)\W+)*"
    r"(?:i (?:meant?|was asking (?:about|for))|ich mein(?:t)?e|je (?:voulais dire|parle de)|"
    r"(?:quería|quise) decir)\b\W*",
    re.IGNORECASE,
)
_CORRECTED = 2
"""Content words. A correction with more of them is a question of its own."""
_REFERRING = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|that|these|those|he|she|him|her|his|both|either|neither|same|such|ones?|"
    r"instead|else|another|others?|"
    r"ihn|ihm|dies|diese[mnrs]?|dafür|dabei|damit|davon|dazu|darüber|dort|solche[mnrs]?|beide[mnrs]?|stattdessen|"
    r"ça|cela|ceci|celui|celle|ceux|celles|cette|ces|eux|"
    r"eso|esto|ese|esa|esos|esas|este|esta|estos|estas|ello|allí|mism[oa]s?|otr[oa]s?)\b",
    re.IGNORECASE,
)
_NOT_REFERRING = re.compile(
    r"\b(?:is|are|was|were) there\b|\bthere (?:is|are|was|were)\b|\b(?:that|this|it) (?:i|we|you|they|he|she)\b|"
    r"\bit (?:is|was) (?=\w+ (?:to|that)\b)|\b(?:is|was) it (?=\w+ (?:to|that|\w+ing)\b)|"
    r"\bit (?:takes?|costs?|means?|needs?) (?=to\b)|\b(?:when|if) it (?:rains|snows)\b",
    re.IGNORECASE,
)
"""Words of the list above where they refer to nothing."""
_ANTECEDENT = 2
"""So many content words before a pronoun are taken for what it refers to: "If my laptop breaks, who repairs it?"."""
_ELLIPTIC = 1
"""Content words. A question with no more of them ("How long?") names no topic."""
_WORD = re.compile(r"\w+")

_DAYS = (
    "mondays? tuesdays? wednesdays? thursdays? fridays? saturdays? sundays? montags? dienstags? mittwochs? "
    "donnerstags? freitags? samstags? sonntags? lundis? mardis? mercredis? jeudis? vendredis? samedis? dimanches? "
    "lunes martes miércoles jueves viernes sábados? domingos?"
)
_MONTHS = (
    "january february march april june july august september october november december januar februar märz juni juli "
    "oktober dezember janvier février mars avril juin juillet août septembre octobre novembre décembre enero febrero "
    "marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
)
_KINDS = tuple(
    re.compile(rf"\b(?:{'|'.join(alternatives.split())})\b", re.IGNORECASE)
    for alternatives in (r"(?:19|20)\d\d", _DAYS, _MONTHS, r"\d+(?:[.,]\d+)?")
)
"""Values of which a question has one at a time. Not "may", which is a verb more often."""


def rewrite(question: str, history: Sequence[Message]) -> Query:
    """Return the query of a question that follows the turns of `history`, oldest first."""
    earlier = list(_earlier_questions(history))
    if not earlier:
        return Query.of(question)
    corrects, chosen = is_correction(question), is_choice(question, history)
    dependent = corrects or chosen or is_follow_up(question)
    weight = _WHEN_CORRECTED if corrects else _WHEN_DEPENDENT if dependent else _ALWAYS
    searched = _MEANT.sub("", question) if corrects else question
    parts = _parts(searched, history[:-1] if chosen else history, weight)
    return Query(question, earlier[0] if dependent else "", parts, certain=corrects or chosen)


def standalone_query(question: str, history: Sequence[Message]) -> Query:
    """Return the query of a question that is known to name its topic, such as one that a model has rewritten."""
    return Query(question, "", _parts(question, history, _ALWAYS))


def _parts(question: str, history: Sequence[Message], weight: float) -> tuple[QueryPart, ...]:
    """Return the question and the turns before it, of which the latest has the weight."""
    parts = [QueryPart(question, 1.0, 1.0)]
    for age, turn in enumerate(_earlier_questions(history)):
        text = _without_replaced(turn, question)
        parts.append(QueryPart(text, weight * _OLDER**age, weight * _WORDS * _OLDER**age))
    for age, text in enumerate(_answers(history)):
        parts.append(QueryPart(text, 0.0, weight * _ANSWER_WORDS * _OLDER**age))
    return tuple(parts)


def is_follow_up(question: str) -> bool:
    """Whether a question reads as if it depended on the turns before it."""
    if _OPENING.search(question) or _CORRECTION.search(question):
        return True
    return len(content_words(question)) <= _ELLIPTIC or has_open_reference(question)


def is_choice(question: str, history: Sequence[Message]) -> bool:
    """Whether a turn is one of the choices that the last answer lists: it says what the question before it meant."""
    last = history[-1] if history else None
    if last is None or last.role != "assistant":
        return False
    return question.strip() in [line.strip().removeprefix("- ") for line in last.content.splitlines()]


def begins_conversation(history: Sequence[Message]) -> bool:
    """Whether the user has asked nothing before."""
    return next(_earlier_questions(history), None) is None


def has_open_reference(question: str) -> bool:
    """Whether a question has a pronoun for something that it does not name before."""
    text = _NOT_REFERRING.sub(" ", question)
    # The first pronoun decides: before a later one are at least as many words.
    first = _REFERRING.search(text)
    return first is not None and len(content_words(text[: first.start()])) < _ANTECEDENT


def is_correction(question: str) -> bool:
    """Whether a turn only replaces a value of the question before it."""
    meant = _MEANT.sub("", question)
    return meant != question and 0 < len(content_words(meant)) <= _CORRECTED


def content_words(text: str) -> list[str]:
    """Return the words of a text, in lower case, that are no stop words of English or of its own language."""
    languages: tuple[Language, ...] = ("en", detect_question_language(text) or "en")
    words = _WORD.findall(text.casefold())
    return [word for word in words if len(word) > 1 and not any(word in STOP_WORDS[one] for one in languages)]


def _earlier_questions(history: Sequence[Message]) -> Iterator[str]:
    """Yield the user's last turns, the latest first, without small talk."""
    turns = (turn.content.strip() for turn in reversed(history) if turn.role == "user")
    return islice((_ending(turn) for turn in turns if turn and small_talk_of(turn) is None), _TURNS)


def _answers(history: Sequence[Message]) -> Iterator[str]:
    """Yield the last answers, the latest first."""
    turns = (turn.content[:_MAX_ANSWER] for turn in reversed(history) if turn.role == "assistant")
    return islice((turn for turn in turns if turn.strip()), _ANSWERS)


def _without_replaced(turn: str, question: str) -> str:
    """Return an earlier turn without its values of the kinds that the question has."""
    for kind in _KINDS:
        if kind.search(question):
            turn = kind.sub("", turn)
    return " ".join(turn.split())


def _ending(text: str) -> str:
    if len(text) <= _MAX_QUESTION:
        return text
    end = text[-_MAX_QUESTION:]
    # Begin with a whole word, in scripts that separate words by spaces.
    return end.partition(" ")[2] or end

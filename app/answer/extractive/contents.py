"""What a sentence contains and how it begins, recognised by its words: numbers, dates, people, references to others.

The words are English, German, French and Spanish. They are evidence for a choice and nothing more: the weights of the
features decide how much they count.

Not covered: other languages, and names in lower case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.answer.question.kind import Wanted


def _any(words: str) -> str:
    """Return the expression for any of the words, which are separated by blanks; `_` stands for a blank in one."""
    return rf"\b(?:{'|'.join(words.split()).replace('_', ' ')})\b"


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


_MONTHS = _any(
    """
    jan(?:uary)? feb(?:ruary)? mar(?:ch)? apr(?:il)? may june? july? aug(?:ust)? sep(?:t(?:ember)?)? oct(?:ober)?
    nov(?:ember)? dec(?:ember)? januar februar märz mai juni juli oktober dezember janvier février mars avril juin
    juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre
    octubre noviembre diciembre
    """
)
_WEEKDAYS = _any(
    """
    (?:mon|tues|wednes|thurs|fri|satur|sun)days? (?:mon|diens|donners|frei|sams|sonn)tags? mittwochs? lundi mardi
    mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo
    """
)
_SPANS_OF_TIME = _any(
    """
    seconds? minutes? hours? days? weeks? weekly daily months? monthly quarters? years? yearly annual(?:ly)? noon
    midnight immediately tage?n? wochen? monate?n? jahre?n? stunden? minuten? täglich jours? semaines? mois ans?
    années? heures? días? semanas? mes(?:es)? años? horas? minutos?
    """
)
_NUMERALS = _any(
    """
    one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty hundred half once twice zwei
    drei vier fünf sechs sieben acht neun zehn zwölf deux trois quatre cinq sept huit neuf dix douze dos tres cuatro
    cinco seis siete ocho nueve diez doce
    """
)
_CURRENCIES = r"\d\s*(?:eur|usd|gbp|chf|dollars?|euros?|per ?cent|prozent|pour ?cent|por ciento)\b"
_ROLES = (
    r"\b(?:[Tt]eams?|[Ll]eads?|[Mm]anagers?|[Hh]ead of|[Dd]irectors?|[Oo]fficers?|[Dd]esk|[Ss]upervisors?|[Oo]ffice|HR|"
    r"[Ss]taff|[Cc]olleagues?|[Ee]mployees?|[Ee]verybody|[Ee]veryone|[Aa]nyone)\b"
)
_DECISIONS = _any(
    """
    not? never may must can(?:not)? can't need allowed permitted required forbidden prohibited only unless always every
    all any eligible entitled nicht kein\\w* darf dürfen muss müssen nur pas peut doit ne puede debe solo nunca
    """
)
_FIRST_WORDS_OF_A_STEP = (
    r"\A(?:\W|\d)*(?:first|then|next|to \w+,|click|select|open|go|enter|choose|use|run|create|add|send|write|ask|fill|"
    r"submit|request|contact|email|make|set|sign|log|call|navigate|follow|install|book|check|report)\b"
)
_PLACES = _any(
    """
    floor building hall street office address at_the in_the on_the under beside page portal folder tab menu channel
    console settings
    """
)
_DEFINING = _any(
    """
    is are means? refers?_to stands?_for known_as called describes? consists?_of ist sind bedeutet est sont signifie es
    son significa
    """
)
_REASONS = _any(
    """
    because since so_that in_order due_to reason therefore thus to_(?:avoid|ensure|prevent|protect|make_sure)
    as_a_result weil damit da denn parce afin car porque para_que
    """
)

_CONTAINS: Mapping[Wanted, re.Pattern[str]] = {
    "number": _pattern(r"\d", _NUMERALS),
    "amount": _pattern(r"[€$£¥%]", _CURRENCIES, r"\bfree\b"),
    "time": _pattern(
        _MONTHS,
        _WEEKDAYS,
        _SPANS_OF_TIME,
        r"\b\d{1,2}[:.]\d{2}\b",
        r"\b\d{1,2}(?:st|nd|rd|th)\b",
        r"\b(?:19|20)\d\d\b",
    ),
    "person": re.compile(rf"{_ROLES}|(?<=[a-z,] )[A-Z][a-z]+ [A-Z][a-z]+|@"),
    "contact": _pattern(
        r"\S@\S",
        r"https?://",
        r"\bwww\.",
        r"(?<!\w)#[a-z]",
        r"\+?\d[\d /()-]{5,}\d",
        r"\b(?:ext(?:ension|\.)|call|e-?mail|\d{4})\b",
    ),
    "place": _pattern(_PLACES, r"https?://", r"`/"),
    "yes_no": _pattern(_DECISIONS, r"n't\b"),
    "steps": _pattern(_FIRST_WORDS_OF_A_STEP, r"\b(?:you (?:can|must|should|need)|by \w+ing|steps?)\b"),
    "definition": _pattern(_DEFINING),
    "reason": _pattern(_REASONS),
}
RECOGNISED = frozenset(_CONTAINS)
"""The kinds of answer that a sentence can be seen to contain."""

_REFERRING = _pattern(
    r"\A\W*(?:it|its|they|them|their|this|these|those|that|he|she|his|her|such|both|either|neither|otherwise|however|"
    r"instead|also|then|therefore|thus|in (?:that|this|such) case|if (?:so|not)|for (?:example|instance)|but|and|or|so|"
    r"the (?:same|former|latter|others?)|another|here|there|er|sie|es|dies\w*|das|dann|danach|dabei|dafür|außerdem|"
    r"jedoch|il|elle|ils|elles|cela|ce|cette|ces|ensuite|toutefois|este|esta|esto|estos|estas|eso|además|entonces)\b"
)
_REFERRING_TO_NOTHING = _pattern(
    r"\A\W*(?:there (?:is|are|was|were|will)|that said|this (?:page|guide|document|section)|"
    r"it is (?:important|possible|recommended))\b"
)
_POINTER = _pattern(
    r"\A\W*(?:see|refer to|check out|visit|read (?:more|about|the)|learn more|for (?:more|further|full|details)|"
    r"this (?:page|guide|section|document|chapter|article)|"
    r"there (?:is|are) (?:an? )?[\w -]{0,60}(?:guide|page|list|document)|"
    r"you can (?:see|read|find|review|learn|check)|below|the following (?:page|section)|"
    r"in (?:this|the next) (?:page|section))\b",
    r"\b(?:siehe|voir|véase)\b",
)


def contains(kind: Wanted, text: str) -> bool:
    """Say whether a text seems to contain what a question of this kind wants; False for kinds not RECOGNISED."""
    pattern = _CONTAINS.get(kind)
    return pattern is not None and pattern.search(text) is not None


def is_dependent(text: str) -> bool:
    """Say whether a sentence begins with a word that refers to the sentence before it."""
    return bool(_REFERRING.match(text)) and not _REFERRING_TO_NOTHING.match(text)


def is_pointer(text: str) -> bool:
    """Say whether a sentence says where to read, and not what."""
    return _POINTER.search(text) is not None

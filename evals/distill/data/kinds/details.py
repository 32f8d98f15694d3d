"""Questions about a detail of a subject: how much it costs, how long it takes, whether it is for interns.

A detail has signs, words and values without which no text says it. Where no passage that is shown has one, the student
is to refuse; where one statement has it, that is the answer. Both are asked in the same forms: a student for which a
form is always refused learns the form, and refuses every question that sounds like it.

Not covered: passages that say a detail in words that are none of the signs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.cases.draft.screen import stems
from evals.distill.data.corpus import Corpus, words_of
from evals.distill.data.group import Group, Said
from evals.distill.data.questions.asked import Asked
from evals.distill.data.questions.english import things_in, topics_of


@dataclass(frozen=True, slots=True)
class _Detail:
    """A detail that may be asked for.

    forms   of the question, with a place for the subject
    signs   of which a text that says it has one, and many others
    said    what a statement that answers has
    """

    forms: tuple[str, ...]
    signs: str
    said: str


_SPAN = r"(?:\d+|one|two|three|four|five|six|seven|eight|ten|twelve|thirty|sixty|ninety)"
_BEGUN = r"(?:introduced|launched|founded|established|started|began|created)"
_DETAILS = (
    _Detail(
        ("how much does {} cost", "what is the fee for {}", "how expensive is {}", "what do I pay for {}"),
        r"[€$£]|\bcost|\bprice|\bfees?\b|\bfree\b|\bpaid\b|\bpay|\bUSD\b|\bbudget|\bcharge|\bexpens|\bfund|\bmoney",
        r"[€$£]\s?\d|\d (?:EUR|USD|dollars|euros)\b|\bfree of charge\b",
    ),
    _Detail(
        ("in which year was {} introduced", "since when is there {}", "when was {} first used"),
        r"\b(?:19|20)\d\d\b|\bintroduc|\blaunch|\bfound|\bestablish|\bsince\b|\bstarted\b|\bbegan\b|\bcreated\b",
        rf"\b{_BEGUN}\b.*\b(?:19|20)\d\d\b|\b(?:since|in) (?:\w+ )?(?:19|20)\d\d\b.*\b{_BEGUN}\b"
        r"|\bsince (?:\w+ )?(?:19|20)\d\d\b",
    ),
    _Detail(
        ("what is the phone number for {}", "which number do I call about {}", "is there a hotline for {}"),
        r"phone|\bcall|\d{3,}|extension|\btel|hotline",
        r"\b\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b|\+\d[\d ]{8,}|\bextension \d|\bhotline\b",
    ),
    _Detail(
        ("how long does {} take", "how many days does {} take", "how much time does {} need"),
        r"\b(?:second|minute|hour|day|week|month|quarter|year)s?\b|\b(?:daily|weekly|monthly|yearly|annual|long)\b",
        rf"\b{_SPAN}[- ](?:(?:business|working|calendar) )?(?:minute|hour|day|week|month|year)s?\b",
    ),
    _Detail(
        ("who invented {}", "who wrote {}", "who came up with {}"),
        r"\bwr[io]t|\bauthor|\bcreat|\bdevelop|\binvent|\bby\b",
        r"\b(?:written|invented|authored|created|developed) by\b",
    ),
    _Detail(
        ("is there a video about {}", "where is the video about {}"),
        r"\bvideos?\b|\bwatch\b|\byoutube|\brecord",
        r"\bvideos?\b|\byoutube\b",
    ),
    _Detail(
        ("does {} also apply to interns", "what about {} for interns", "is {} different for trainees"),
        r"\bintern|\btrainee|\bstudent|\bapprentice",
        r"\b(?:interns?|trainees?|apprentices?)\b",
    ),
    _Detail(
        ("is {} allowed for my spouse", "can my family use {}", "does my partner get {} too"),
        r"\bspouse|\bpartner|\bfamil|\bchild|\bdependent",
        r"\bspouses?\b|\bfamily\b|\bdependents\b",
    ),
    _Detail(
        ("what is the penalty for {}", "what is the fine for {}", "how is a breach of {} punished"),
        r"\bpenal|\bfine[sd]?\b|\bdisciplin|\bpunish|\bviolat|\bconsequence",
        r"\bpenalt(?:y|ies)\b|\bdisciplin(?:e|ed|ary)\b|\bpunish|\bconsequences\b",
    ),
    _Detail(
        ("can I get {} in Spanish", "is {} available in other languages", "is there a translation of {}"),
        r"\bSpanish|\bFrench|\bGerman|\blanguage|\btranslat",
        r"\bSpanish\b|\bFrench\b|\bGerman\b|\btranslat(?:e|ed|ion|ions)\b",
    ),
    _Detail(
        ("how many people used {} last year", "how many people have {}", "how often was {} used last year"),
        r"\b\d+\b|\bpeople\b|\bmany\b|\bstatistic|\boften\b",
        r"\b\d+ (?:people|employees|colleagues|users|members|staff)\b",
    ),
    _Detail(
        ("what happens with {} on public holidays", "is there {} on weekends", "{} at the weekend"),
        r"\bholiday|\bweekend|\bSaturday|\bSunday|\bbusiness day|\bworking day",
        r"\bholidays?\b|\bweekends?\b",
    ),
    _Detail(
        ("which floor is {} on", "what is the street address of {}", "in which building is {}"),
        r"\bfloor|\bbuilding|\broom|\baddress|\bstreet|\boffice|\bNW\b",
        r"\b(?:first|second|third|\d+(?:st|nd|rd|th)) floor\b|\b\d+ (?:\w+ )?(?:Street|Avenue|St|Ave)\b",
    ),
    _Detail(
        ("where can I appeal a decision about {}", "how do I object to {}", "to whom do I complain about {}"),
        r"\bappeal|\bobject|\bcomplain|\bdisput|\bgrievance",
        r"\bappeals?\b|\bcomplain|\bgrievances?\b|\bdisputes?\b",
    ),
    _Detail(
        ("what is the password for {}", "what is the code for {}", "which login do I use for {}"),
        r"\bpassword|\bcode\b|\blogin|\blog in|\bPIN\b|\bcredential|\bsign in",
        r"\bpasswords?\b|\bcredentials\b|\bPIN\b",
    ),
)


_WITH_TOPIC = 0.6
"""Share of the questions that name two things of the passages: most words of such a question are in them."""
FORM_WORDS = frozenset(word.casefold() for detail in _DETAILS for form in detail.forms for word in words_of(form))
"""The words of the forms in which details are asked for."""


def absent_questions(group: Group, corpus: Corpus, draw: random.Random) -> Iterator[Asked]:
    """Yield questions about details that no passage of the group has, in random order."""
    text = "\n".join(f"{one.chunk.heading}\n{one.chunk.lead}\n{one.chunk.text}" for one in group.passages)
    leading = [said for said in group.said if said.passage.index == group.leading + 1]
    subjects = _subjects(draw.choice(leading), corpus) if leading else []
    if not subjects:
        return
    for detail in draw.sample(_DETAILS, len(_DETAILS)):
        if not re.search(f"{detail.signs}|{detail.said}", text, re.IGNORECASE):
            yield Asked(_question(detail, subjects, draw), "unanswerable", f"absent: {detail.forms[0]}")


def present_questions(group: Group, corpus: Corpus, draw: random.Random) -> Iterator[tuple[Asked, Said]]:
    """Yield questions about details that one statement of the group has, with that statement, in random order."""
    for detail in draw.sample(_DETAILS, len(_DETAILS)):
        found = [said for said in group.said if re.search(detail.said, said.statement.asked, re.IGNORECASE)]
        if len(found) != 1 or found[0].statement.kind not in ("sentence", "item"):
            continue
        subjects = [one for one in _subjects(found[0], corpus) if not re.search(detail.said, one, re.IGNORECASE)]
        words = stems(found[0].statement.asked, "en")
        if subjects := [one for one in subjects if stems(one, "en") & words]:
            yield Asked(_question(detail, subjects, draw), "fact", f"detail: {detail.forms[0]}"), found[0]


def _subjects(said: Said, corpus: Corpus) -> list[str]:
    """Return what a detail of a statement may be asked about: its headings, and things that it names."""
    chunk = said.passage.chunk
    return [*topics_of(chunk.section, chunk.document_name, corpus), *things_in(said.statement, corpus)[:3]]


def _question(detail: _Detail, subjects: Sequence[str], draw: random.Random) -> str:
    subject = draw.choice(subjects)
    others = [one for one in subjects if one != subject]
    if others and draw.random() < _WITH_TOPIC:
        subject = f"{subject} {draw.choice(('for', 'in', 'with'))} {draw.choice(others)}"
    question = draw.choice(detail.forms).format(subject)
    return f"{question[:1].upper()}{question[1:]}?"

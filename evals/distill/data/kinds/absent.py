"""Questions about a detail that no passage of the prompt has, although it has the subject: the student is to refuse.

A detail has signs, words and values without which no text says it. It is asked for where no passage that is shown has
one.

Not covered: passages that say it in words that are none of the signs.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from evals.distill.data.corpus import Corpus
from evals.distill.data.group import Group
from evals.distill.data.questions.asked import Asked
from evals.distill.data.questions.english import things_in, topics_of

_DETAILS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("how much does {} cost", "what is the fee for {}", "how expensive is {}", "what do I pay for {}"),
        r"[€$£]|\bcost|\bprice|\bfees?\b|\bfree\b|\bpaid\b|\bpay|\bUSD\b|\bbudget|\bcharge|\bexpens|\bfund|\bmoney",
    ),
    (
        ("in which year was {} introduced", "since when is there {}", "when was {} first used"),
        r"\b(?:19|20)\d\d\b|\bintroduc|\blaunch|\bfound|\bestablish|\bsince\b|\bstarted\b|\bbegan\b|\bcreated\b",
    ),
    (
        ("what is the phone number for {}", "which number do I call about {}", "is there a hotline for {}"),
        r"phone|\bcall|\d{3,}|extension|\btel|hotline",
    ),
    (
        ("how long does {} take", "how many days does {} take", "how much time does {} need"),
        r"\b(?:second|minute|hour|day|week|month|quarter|year)s?\b|\b(?:daily|weekly|monthly|yearly|annual|long)\b",
    ),
    (
        ("who invented {}", "who wrote {}", "who came up with {}"),
        r"\bwr[io]t|\bauthor|\bcreat|\bdevelop|\binvent|\bby\b",
    ),
    (("is there a video about {}", "where is the video about {}"), r"\bvideos?\b|\bwatch\b|\byoutube|\brecord"),
    (
        ("does {} also apply to interns", "what about {} for interns", "is {} different for trainees"),
        r"\bintern|\btrainee|\bstudent|\bapprentice",
    ),
    (
        ("is {} allowed for my spouse", "can my family use {}", "does my partner get {} too"),
        r"\bspouse|\bpartner|\bfamil|\bchild|\bdependent",
    ),
    (
        ("what is the penalty for {}", "what is the fine for {}", "how is a breach of {} punished"),
        r"\bpenal|\bfine[sd]?\b|\bdisciplin|\bpunish|\bviolat|\bconsequence",
    ),
    (
        ("can I get {} in Spanish", "is {} available in other languages", "is there a translation of {}"),
        r"\bSpanish|\bFrench|\bGerman|\blanguage|\btranslat",
    ),
    (
        ("how many people used {} last year", "how many people have {}", "how often was {} used last year"),
        r"\b\d+\b|\bpeople\b|\bmany\b|\bstatistic|\boften\b",
    ),
    (
        ("what happens with {} on public holidays", "is there {} on weekends", "{} at the weekend"),
        r"\bholiday|\bweekend|\bSaturday|\bSunday|\bbusiness day|\bworking day",
    ),
    (
        ("which floor is {} on", "what is the street address of {}", "in which building is {}"),
        r"\bfloor|\bbuilding|\broom|\baddress|\bstreet|\boffice|\bNW\b",
    ),
    (
        ("where can I appeal a decision about {}", "how do I object to {}", "to whom do I complain about {}"),
        r"\bappeal|\bobject|\bcomplain|\bdisput|\bgrievance",
    ),
    (
        ("what color is {}", "how heavy is {}", "how big is {}", "what brand is {}"),
        r"\bcolou?r|\bweigh|\bpound|\binch|\bsize|\bbrand|\blarge|\bsmall",
    ),
    (
        ("what is the password for {}", "what is the code for {}", "which login do I use for {}"),
        r"\bpassword|\bcode\b|\blogin|\blog in|\bPIN\b|\bcredential|\bsign in",
    ),
    (
        ("who won {} last year", "what did {} look like ten years ago", "what will change about {} next year"),
        r"\blast year|\bnext year|\bhistor|\bfuture|\bwill\b|\bwon\b",
    ),
)


_WITH_TOPIC = 0.6
"""Share of the questions that name two things of the passages: most words of such a question are in them."""


def absent_questions(group: Group, corpus: Corpus, draw: random.Random) -> Iterator[Asked]:
    """Yield questions about details that no passage of the group has, in random order."""
    text = "\n".join(f"{one.chunk.heading}\n{one.chunk.lead}\n{one.chunk.text}" for one in group.passages)
    chunk = group.passages[group.first].chunk
    statements = [said.statement for said in group.said if said.passage.index == group.first + 1]
    subjects = [*topics_of(chunk.section, chunk.document_name, corpus)]
    if statements:
        subjects += things_in(draw.choice(statements), corpus)[:3]
    if not subjects:
        return
    for forms, signs in draw.sample(_DETAILS, len(_DETAILS)):
        if not re.search(signs, text, re.IGNORECASE):
            subject = draw.choice(subjects)
            others = [one for one in subjects if one != subject]
            if others and draw.random() < _WITH_TOPIC:
                subject = f"{subject} {draw.choice(('for', 'in', 'with'))} {draw.choice(others)}"
            question = draw.choice(forms).format(subject)
            yield Asked(f"{question[:1].upper()}{question[1:]}?", "unanswerable", f"detail: {forms[0]}")

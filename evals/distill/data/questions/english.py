"""Questions about an English statement: words of the statement behind the head of a question.

The documents' own sentences rarely turn into a grammatical question by rules (evals/cases/draft makes those that do,
two for a page). A reader's questions are not grammatical either. Here

    words   of the statement are taken in a row: what one does ("request leave in advance"), or names of things
    head    asks for something that the rest of the statement has: a number, a date, a person, a place, a decision
    topic   the heading, the name of the document, or nothing

What the head asks for is never among the words, so that a question does not contain its answer.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.answer.extractive.contents import contains
from app.answer.question.kind import Wanted
from app.grounding.text.language import STOP_WORDS
from evals.cases.draft.english.words import COUNT, IMPERATIVES, NUMBER, UNIT, WHEN, as_reader
from evals.distill.data.corpus import Corpus, words_of
from evals.distill.data.questions.asked import Asked
from evals.distill.data.statements import Statement

_STOP = STOP_WORDS["en"]
_HEADS: Mapping[Wanted, tuple[str, ...]] = {
    "amount": ("how much is", "how much money for", "what does it cost for", "what is paid for", "what amount for"),
    "number": ("how many for", "how much for", "what is the number for", "what is the limit for"),
    "time": ("when is", "how long for", "by when", "what is the deadline for", "how soon", "what time for"),
    "person": ("who is responsible for", "who handles", "who decides about", "whom do I ask about", "who does"),
    "contact": ("how do I reach someone about", "who is the contact for", "where do I write about"),
    "place": ("where is", "where do I find", "where do I look for", "where to go for"),
    "reason": ("why", "what is the reason for"),
    "definition": ("what is", "what is meant by", "explain", "what does it mean:"),
}
_BY_TOPIC: tuple[Wanted, ...] = ("amount", "time", "person", "contact", "place", "reason")
_OF_THINGS = (
    "what about", "what is said about", "what should I know about", "what are the rules for", "what is the policy on",
    "is there anything on", "how is it with", "what do we do about", "what happens with",
)  # fmt: skip
_HEADS_OF_ACTS: Mapping[Wanted, tuple[str, ...]] = {
    "amount": ("how much does it cost to", "how much do I get to"),
    "number": ("how many times can I", "how much can I"),
    "time": ("when do I", "by when do I have to", "how long do I have to", "when can I", "how soon should I"),
    "person": ("who do I ask to", "who helps me", "who can", "who has to"),
    "contact": ("who do I contact to", "who do I write to", "where do I write to"),
    "place": ("where do I", "where can I", "where should I"),
}
_OF_ACTS = (
    "how do I", "how can I", "how to", "what do I do to", "what do I need to", "what is the way to", "how would I",
    "what should I do to",
)  # fmt: skip
_VERBS = r"approv|decid|handl|manag|overse|review|sign|maintain|organi[sz]|coordinat|run|own"
_SAYS: Mapping[Wanted, re.Pattern[str]] = {
    "time": re.compile(rf"\b{WHEN}|\b{NUMBER}[- ]{UNIT}\b"),
    "person": re.compile(
        rf"\b(?:is|are) (?:responsible|accountable|in charge)\b|[A-Z][\w&]+ (?:will )?(?:{_VERBS})(?:e?s)?\b|"
        rf"\b(?:team|lead|manager|director|officer|supervisor|office|staff)s? (?:will )?(?:{_VERBS})(?:e?s)?\b|"
        rf"\b(?:{_VERBS})e?d by\b"
    ),
    "contact": re.compile(
        r"\S@\S|(?<!\w)#[a-z]|\d{3}[-. ]\d{4}\b|\b(?:e-?mail|call|contact|reach out to|ask|ping) [A-Z#]"
    ),
    "place": re.compile(
        r"\b(?:located|found|stored|kept|posted|listed|available) (?:in|on|at|under)\b|\bfloor\b|"
        r"\b(?:go|log in|navigate|head) to (?:the )?[A-Z]"
    ),
    "reason": re.compile(r"\b(?:because|so that|in order to|due to|the reason|that(?: i|['’])s why)\b", re.IGNORECASE),
}
"""What a statement has that says when, who, how to reach someone, where or why: more than a word of that kind."""
_IS = r"\W{0,3}\s(?:is|are|means?|refers? to|stands? for)\b"
_ACT = re.compile(
    r"(?:\byou(?:['’]ll)?(?: (?:can(?:not)?|may|must|should|will|need to|have to|are required to|are allowed to|"
    r"want to|would like to))?"
    r"(?: not| also| always| then| only| never| likely| still)*|\b(?:to|please|and|or|must|should|can)) "
    r"(?P<act>[a-z]+ .+)"
)
_DENIAL = re.compile(r"\A\s*(?:please )?(?:do not|don['’]t|never)\b", re.IGNORECASE)
_COUNTED = re.compile(
    rf"(?<![\w.,:])(?:{COUNT}|\d+(?:[.,]\d+)*)[- ](?P<noun>(?:[a-z]+ )?[a-z]{{2,}}s|percent|days?|hours?)\b"
)
_MONEY = re.compile(r"[$€£]\s?\d|\b\d[\d,.]* ?(?:dollars|euros|USD|EUR)\b")
_VALUE = re.compile(
    r"[$€£]?\d[\d,.:/-]*|%|\S+@\S+|https?://\S+|#[a-z][\w-]+|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|"
    r"twelve|fifteen|twenty|thirty)\b|\b(?:January|February|March|April|June|July|August|September|October|November|"
    r"December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)s?\b",
    re.IGNORECASE,
)
_NO_TOPIC = re.compile(
    r"\W*(?:who|whom|what|when|where|why|how|which|is|are|am|do|does|did|can|could|may|should|will|i|you|see also|"
    r"related|frequently|faqs?|index|overview|introduction|summary|next steps|resources)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[,;:()“”\"!?]|\.\s|\s[–—-]\s")
_SHORTEST, _LONGEST = 1, 7
"""Words of a run."""
_FEWEST_RARE = 5.5
"""Sum of the IDFs of a run's content words below which it says too little by itself, and gets a topic."""


@dataclass(frozen=True, slots=True)
class _Run:
    """Words in a row, and whether they begin with what one does."""

    words: tuple[str, ...]
    is_act: bool
    weight: float

    @property
    def text(self) -> str:
        return " ".join(self.words)


def ask_about(statement: Statement, name: str, corpus: Corpus, draw: random.Random) -> Iterator[Asked]:
    """Yield questions about a statement in the document of this name, in random order, without end of wording."""
    if statement.kind == "row":
        yield from _about_row(statement, name, corpus, draw)
        return
    runs = _runs(statement.asked, corpus)
    if statement.label:
        runs = runs or [_Run(tuple(_lowered(statement.label, corpus).split()[:_LONGEST]), False, 0.0)]
    for whole in sorted(runs, key=lambda run: -run.weight * draw.uniform(0.4, 1.0)):
        run = _shortened(whole, draw)
        template, head = _head(statement, run, draw)
        yield Asked(_with_topic(head, run, statement, name, corpus, draw), _kind(statement), template)


def ask_by_topic(
    statement: Statement, others: Sequence[Statement], name: str, corpus: Corpus, draw: random.Random
) -> Asked | None:
    """Return a question in which the headings stand for the statement: how long, how much, who, where.

    None where another statement has what is asked for, too, so that the question would not say which one is meant.
    """
    topics = topics_of(statement.section, name, corpus)
    wanted = [
        kind for kind in _BY_TOPIC if _has(kind, statement.asked) and not any(_has(kind, o.asked) for o in others)
    ]
    if not topics or not wanted:
        return None
    kind = draw.choice(wanted)
    question = f"{draw.choice(_HEADS[kind])} {draw.choice(topics[:2])}"
    return Asked(f"{question[:1].upper()}{question[1:]}?", "fact", f"topic: {kind}")


def _has(kind: Wanted, text: str) -> bool:
    return _MONEY.search(text) is not None if kind == "amount" else contains(kind, text)


def _shortened(run: _Run, draw: random.Random) -> _Run:
    """Return the first words of a run up to a function word; a reader names few words of an answer."""
    ends = [
        end
        for end in range(1 + run.is_act, len(run.words) + 1)
        if end == len(run.words) or run.words[end].casefold() in _STOP
    ]
    words = _trimmed(run.words[: draw.choice(ends)], is_act=run.is_act) if ends else []
    return _Run(tuple(words), run.is_act, run.weight * len(words) / len(run.words)) if words else run


def _kind(statement: Statement) -> str:
    if statement.kind == "list" and statement.label:
        return "steps"
    return "fact"


def _head(statement: Statement, run: _Run, draw: random.Random) -> tuple[str, str]:
    """Return the template's name, and the question with the run."""
    rest = re.sub(re.escape(run.text), " ", statement.asked, flags=re.IGNORECASE)
    if not statement.label:
        if _MONEY.search(rest) and draw.random() < 0.8:
            return "words: amount", f"{draw.choice((_HEADS_OF_ACTS if run.is_act else _HEADS)['amount'])} {run.text}"
        if (counted := _COUNTED.search(rest)) and draw.random() < 0.8:
            noun = counted["noun"]
            return "words: count", draw.choice(
                (f"how many {noun} {'to' if run.is_act else 'for'} {run.text}", f"{run.text}: how many {noun}")
            )
        heads = _HEADS_OF_ACTS if run.is_act else _HEADS
        wanted = [kind for kind in heads if kind in _SAYS and _SAYS[kind].search(rest)]
        if not run.is_act and re.match(
            rf"\W*(?:(?:the|an?) )?{re.escape(run.text)}{_IS}", statement.asked, re.IGNORECASE
        ):
            return "words: definition", f"{draw.choice(heads['definition'])} {run.text}"
        if wanted and draw.random() < 0.75:
            kind = draw.choice(wanted)
            return f"words: {kind}", f"{draw.choice(heads[kind])} {run.text}"
    if draw.random() < 0.15:
        return "words: none", run.text
    return "words: general", f"{draw.choice(_OF_ACTS if run.is_act else _OF_THINGS)} {run.text}"


def _with_topic(question: str, run: _Run, statement: Statement, name: str, corpus: Corpus, draw: random.Random) -> str:
    topics = [topic for topic in topics_of(statement.section, name, corpus) if not _shares(topic, run.text)]
    is_vague = run.weight < _FEWEST_RARE
    if topics and draw.random() < (0.95 if is_vague else 0.5):
        topic = topics[0] if draw.random() < 0.7 else draw.choice(topics)
        question = draw.choice(
            (f"{question} ({topic})", f"{topic}: {question}", f"{question} in {topic}", f"{question} for {topic}")
        )
    return f"{question[:1].upper()}{question[1:]}?"


def topics_of(section: Sequence[str], name: str, corpus: Corpus) -> list[str]:
    """Return the headings above a statement, the nearest first, and the document's name, as within a sentence.

    Left out are headings that are questions, or are about no subject.
    """
    headings = [heading for heading in (*reversed(section), name) if not _NO_TOPIC.match(heading)]
    found = [" ".join(words_of(_lowered(heading, corpus))) for heading in headings]
    return [topic for topic in dict.fromkeys(found) if 1 <= len(topic.split()) <= _LONGEST]


def _shares(one: str, two: str) -> bool:
    content = {word for word in one.casefold().split() if word not in _STOP}
    return bool(content) and len(content & set(two.casefold().split())) * 2 >= len(content)


def _runs(text: str, corpus: Corpus) -> list[_Run]:
    """Return runs of words that name no value, what one does first."""
    found: dict[str, _Run] = {}
    for part in _BREAK.split(text):
        for piece in _VALUE.split(_lowered(part.strip(" ."), corpus)):
            if piece is None:
                continue
            for words, is_act in _candidates(piece):
                trimmed = _trimmed(words, is_act=is_act)
                if any("'" in word or "’" in word for word in trimmed if not word.endswith(("'s", "’s"))):
                    continue
                read = as_reader(" ".join(trimmed)).split() if trimmed else []
                weight = sum(corpus.idf(word) for word in words_of(" ".join(read)) if word.casefold() not in _STOP)
                if read and weight > 0 and (len(read) > 1 or is_act or _names_a_thing(read[0])):
                    run = _Run(tuple(read), is_act, weight)
                    found.setdefault(run.text, run)
    return list(found.values())


def _names_a_thing(word: str) -> bool:
    return len(word) > 2 and not word.endswith(("ed", "ing", "ly", "n’t", "n't"))


def _candidates(piece: str) -> Iterator[tuple[list[str], bool]]:
    # "Do not share it": what one does is "share it".
    words = _DENIAL.sub("", piece).split()
    if words and words[0].casefold() in IMPERATIVES:
        yield words[:_LONGEST], True
    if (act := _ACT.search(piece)) and act["act"].split()[0] in IMPERATIVES:
        yield act["act"].split()[:_LONGEST], True
    run: list[str] = []
    for word in (*words, ""):
        # Names of things: words up to the next two function words.
        if word and (word.casefold() not in _STOP or (run and word.casefold() in ("of", "and", "to", "the", "for"))):
            run.append(word)
            continue
        if run:
            yield run[:_LONGEST], False
        run = []


def _trimmed(words: Sequence[str], *, is_act: bool) -> list[str]:
    kept = list(words)
    while kept and (kept[-1].casefold() in _STOP or kept[-1] in ("-", "–")):
        kept.pop()
    while kept and not is_act and kept[0].casefold() in _STOP:
        kept.pop(0)
    return kept if _SHORTEST + is_act <= len(kept) else []


def _lowered(text: str, corpus: Corpus) -> str:
    return corpus.vocabulary.lowered(" ".join(text.split()))


def _about_row(statement: Statement, name: str, corpus: Corpus, draw: random.Random) -> Iterator[Asked]:
    label = _lowered(statement.label, corpus)
    titles = statement.asked.removeprefix(statement.label).split()
    title = _lowered(" ".join(titles), corpus)
    topics = topics_of(statement.section, name, corpus)
    forms = [f"what is the {title} for {label}", f"{label} {title}", f"{title} of {label}", f"what about {label}"]
    draw.shuffle(forms)
    for form in forms:
        question = f"{form} ({topics[0]})" if topics and draw.random() < 0.4 else form
        yield Asked(f"{question[:1].upper()}{question[1:]}?", "table", "row")


HEAD_WORDS = frozenset(
    word.casefold()
    for head in (
        *(one for heads in (_HEADS, _HEADS_OF_ACTS) for forms in heads.values() for one in forms),
        *_OF_THINGS,
        *_OF_ACTS,
    )
    for word in words_of(head)
)
"""The words with which questions ask, whatever they are about."""


def things_in(statement: Statement, corpus: Corpus) -> list[str]:
    """Return names of things in a statement, the rarest first."""
    runs = [run for run in _runs(statement.asked, corpus) if not run.is_act and len(run.words) <= 5]
    return [run.text for run in sorted(runs, key=lambda run: -run.weight)]

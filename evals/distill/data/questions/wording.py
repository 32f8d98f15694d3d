"""A reader's wording: other words for the same, small letters, slips of the keyboard, no question mark.

The pairs of words are general English of work and computing, and are no words of any evaluation's questions by choice.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SAME = """
    request/ask for/apply for; obtain/get; receive/get; purchase/buy; submit/hand in/send in; complete/fill in/fill
    out; contact/get in touch with/reach; notify/let know/alert; inform/let know; supervisor/boss/manager;
    manager/boss/supervisor; employee/staff member/colleague; employees/staff/people; colleague/coworker;
    colleagues/coworkers; telework/work from home; remote work/work from home; reimbursement/getting money back;
    reimburse/pay back; expenses/costs; salary/pay; laptop/computer; computer/machine/laptop; required/needed;
    permitted/allowed; prohibited/forbidden; assist/help; assistance/help; begin/start; terminate/end;
    modify/change; update/change; create/make/set up; schedule/plan; attend/go to; locate/find; utilize/use;
    ensure/make sure; verify/check; provide/give; approval/permission/sign-off; approve/sign off/ok; travel/trip;
    meeting/call; training/course; documentation/docs; document/paper/file; information/info; application/app;
    applications/apps; password/login; credentials/login; website/site; repository/repo; issue/problem;
    incident/problem; error/failure; delete/remove/get rid of; remove/take out/delete; install/set up; configure/set
    up; download/get; additional/more/extra; immediately/right away; prior to/before; regarding/about;
    annual/yearly; monthly/every month; weekly/every week; children/kids; spouse/partner; vehicle/car; hire/recruit;
    hiring/recruiting; retirement/pension; resign/quit/leave the job; illness/being sick; sick/ill;
    vacation/holiday; team/group; purpose/point; benefits/perks; insurance/cover; policy/rules; policies/rules;
    guidelines/rules; procedure/process; process/procedure; participate/take part; conduct/do/run;
    select/choose/pick; review/look over/check; share/pass on; store/keep; discuss/talk about; report/let someone
    know about; feedback/comments; customer/client; customers/clients; client/customer; vendor/supplier;
    event/gathering;
    equipment/gear; phone/mobile; photo/picture; onboarding/first days; new hire/newcomer; access/get into;
    permission/approval; maximum/most; minimum/least
"""
_OTHER_WORDS = {word: others for word, *others in (" ".join(one.split()).split("/") for one in _SAME.split(";"))}
_ANY = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, _OTHER_WORDS), key=len, reverse=True))})\b", re.IGNORECASE)
_OPENINGS = (
    "quick question: {}", "hi, {}", "I would like to know {}", "do you know {}", "question: {}",
    "hello! {}", "I'm new here, {}", "{} thanks", "not sure about this: {}", "just wondering: {}",
)  # fmt: skip
_SMALL_WORD = re.compile(r"\b[a-z]{4,}\b")
_LONG_WORD = re.compile(r"\b[a-z]{6,}\b")
_OTHER, _NEAR = 0.45, 0.2
"""Shares of the words that have other ones, here and by the documents, that are replaced."""
_SMALL, _UNMARKED, _OPENED, _SLIP = 0.35, 0.25, 0.1, 0.06
"""Shares of the questions."""


@dataclass(frozen=True, slots=True)
class Wording:
    """Puts questions into a reader's wording. `others` are further words for the documents' words."""

    others: Mapping[str, Sequence[str]]

    def reworded(self, question: str, draw: random.Random) -> str:
        """Return a question in a reader's wording, which may be the same."""
        text = _ANY.sub(lambda found: _other(found[0], _OTHER_WORDS, _OTHER, draw), question)
        text = _SMALL_WORD.sub(lambda found: _other(found[0], self.others, _NEAR, draw), text)
        if draw.random() < _SLIP:
            text = _with_slip(text, draw)
        if draw.random() < _OPENED:
            opening = draw.choice(_OPENINGS)
            text = opening.format(text if opening.startswith("{") else f"{text[:1].lower()}{text[1:]}")
        if draw.random() < _SMALL:
            text = text.lower()
        return text.rstrip("?") if draw.random() < _UNMARKED else text


def _other(word: str, others: Mapping[str, Sequence[str]], share: float, draw: random.Random) -> str:
    known = others.get(word.lower())
    if not known or draw.random() >= share:
        return word
    other = draw.choice(known)
    return f"{other[:1].upper()}{other[1:]}" if word[:1].isupper() else other


def _with_slip(text: str, draw: random.Random) -> str:
    """Return the text with two letters of a long word exchanged, or one left out."""
    words = list(_LONG_WORD.finditer(text))
    if not words:
        return text
    place = draw.choice(words).start() + draw.randint(1, 4)
    if draw.random() < 0.5:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place + 1 :]

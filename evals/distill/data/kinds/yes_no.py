"""Yes or no: an answer says it first where the statement decides the question, and only then.

    You may request leave by e-mail.      Can I request leave by e-mail?          Yes. You may …
    You must lock your laptop.            Do I have to lock my laptop?            Yes. You must …
    You may not share your password.      Am I allowed to share my password?      No. You may not …
    Do not tape the doors of the lab.     Is it ok to tape the doors of the lab?  No. Do not tape …
    You do not need to call the desk.     Do I need to call the desk?             No. You do not need …

A statement decides nothing where it has a condition or a bound ("if", "only", "until"), where it refers to another one,
where it says more about what is done than the question ("for official purchases"), and where the question asks for
another thing than it says: one may do what one need not do.

Not covered: statements about others than the reader, and languages other than English.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Literal, TypeAlias

from evals.cases.draft.english.words import as_reader
from evals.distill.data.group import Group, Said
from evals.distill.data.questions.asked import Asked

Decision: TypeAlias = Literal["Yes", "No"]
_Sense: TypeAlias = Literal["allowed", "necessary", "advised"]
_HEADS: Mapping[str, _Sense] = {
    "can I": "allowed",
    "may I": "allowed",
    "am I allowed to": "allowed",
    "is it ok to": "allowed",
    "do I have to": "necessary",
    "do I need to": "necessary",
    "should I": "advised",
}
_NOT = r"(?:not|n['’]t)"
_SAYS: tuple[tuple[str, _Sense, Decision], ...] = (
    (rf"can(?:not|['’]t)|(?:can|may|must) ?{_NOT}|are(?: ?{_NOT}) (?:allowed|permitted) to", "allowed", "No"),
    (rf"do ?{_NOT} (?:have|need) to|need ?{_NOT}|are ?{_NOT} required to", "necessary", "No"),
    (rf"should ?{_NOT}", "advised", "No"),
    (r"can|may|are (?:allowed|permitted|able|free|welcome) to", "allowed", "Yes"),
    (r"must|have to|need to|are required to", "necessary", "Yes"),
    (r"should", "advised", "Yes"),
)
_ACT = r"(?P<act>[a-z]+\b.*)"
_STATEMENTS: list[tuple[re.Pattern[str], _Sense, Decision]] = [
    # A short one depends on the sentence before it: "Do not use your card."
    (re.compile(rf"(?:Please )?(?:do ?{_NOT}|never) (?P<act>[a-z]+(?:\s\S+){{4,}})", re.IGNORECASE), "allowed", "No"),
    *(
        (re.compile(rf"You (?:also |always |still )?(?:{modal}) (?:also )?{_ACT}", re.DOTALL), sense, decision)
        for modal, sense, decision in _SAYS
    ),
]
_RESTRICTED = re.compile(
    r"\b(?:if|unless|only|except|until|till|when|whenever|while|once|as long as|provided|without|depending|either|"
    r"otherwise|but|however|not|never|no|up to|at most|at least|may have to|might)\b|n['’]t\b",
    re.IGNORECASE,
)
_UNCLEAR = re.compile(
    r"(?:be|have|experience|receive|get|see|find|expect|notice|forget|worry|hesitate)\b|.*\b(?:it|this|that|these|those|they|them|here|there|above|"
    r"below|earlier|too|we|us)\b",
    re.IGNORECASE | re.DOTALL,
)
"""What happens to one rather than what one does ("You may be asked"), and what refers to another sentence."""
_QUESTION = re.compile(rf"(?:^|:\s)(?P<head>{'|'.join(_HEADS)}) (?P<act>[^?()]+?)(?: \([^()]*\))?\?*\Z", re.IGNORECASE)
_TOPIC = re.compile(r"(?:in|for)\b")
_ENDS = re.compile(r"[.,;:!]?\Z|[.,;:!]\s|(?:by|and|within|before|each|every)\b", re.IGNORECASE)
"""What may follow what the question has of a statement that says "Yes": how, when, and what else one does."""
_LONGEST_ACT = 12
"""Words of a question that is made here."""


def decide(question: str, sentence: str) -> Decision | None:
    """Return whether a sentence says yes or no to a question; None where that is not certain."""
    asked = _QUESTION.search(question.strip())
    read = _read(sentence)
    if asked is None or read is None:
        return None
    act, sense, decision = read
    if _HEADS[_head(asked["head"])] != sense:
        return None
    ours, theirs = asked["act"].split(), as_reader(act).split()
    shared = 0
    while shared < min(len(ours), len(theirs)) and _folded(ours[shared]) == _folded(theirs[shared]):
        shared += 1
    said, rest = " ".join(ours[shared:]), " ".join(theirs[shared:])
    # The heading may follow what is asked about: "… in Travel".
    if shared < 2 or (said and not _TOPIC.match(said)):
        return None
    is_whole = not rest or theirs[shared - 1][-1] in ".,;:!"
    return decision if is_whole or (decision == "Yes" and _ENDS.match(rest)) else None


def begins_with(decision: Decision | None, answer: str) -> str:
    """Return an answer with the decision before it."""
    if decision is None:
        return answer
    return f"{decision}.\n{answer}" if answer.startswith("- ") else f"{decision}. {answer}"


def whether(group: Group, draw: random.Random) -> tuple[Asked, Said] | None:
    """Return a question that a short statement of a group decides; None for none."""
    for said in draw.sample(group.said, len(group.said)):
        statement = said.statement
        read = _read(statement.asked) if statement.kind != "row" and statement.lines[0] == statement.asked else None
        if read is None:
            continue
        act, sense, decision = read
        words = as_reader(act.rstrip(".!")).split()
        head = draw.choice([head for head, asked in _HEADS.items() if asked == sense])
        question = f"{head[:1].upper()}{head[1:]} {' '.join(words)}?"
        if len(words) <= _LONGEST_ACT and decide(question, statement.asked) == decision:
            return Asked(question, "yes_no", f"whether: {decision.lower()}"), said
    return None


def _read(sentence: str) -> tuple[str, _Sense, Decision] | None:
    """Return what a sentence says may, must or should be done, and how it decides; None for a restricted one."""
    for pattern, sense, decision in _STATEMENTS:
        found = pattern.fullmatch(sentence.strip())
        if found is not None:
            act = found["act"]
            return None if _RESTRICTED.search(act) or _UNCLEAR.match(act) else (act, sense, decision)
    return None


def _head(written: str) -> str:
    return next(head for head in _HEADS if head.casefold() == written.casefold())


def _folded(word: str) -> str:
    return word.casefold().strip(".,;:!?")

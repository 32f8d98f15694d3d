"""Questions about single English statements: a rule for each form of sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

from evals.cases.draft.english.words import (
    COUNT,
    DATE,
    IMPERATIVES,
    NOUN_PHRASE,
    NUMBER,
    UNIT,
    WHEN,
    as_reader,
    cut,
    is_clause,
    is_subject,
    lowered,
    refers,
)
from evals.cases.draft.parts import Statement
from evals.cases.draft.proposal import Proposal
from evals.cases.draft.vocabulary import Vocabulary

_FEWEST, _MOST = 5, 45
"""Words of a statement that is asked about."""
_Asked: TypeAlias = Iterator[tuple[str, str, str]]
"""Question, answer (the statement itself for ""), and subject."""
_POLITE = re.compile(
    r"^(?:please|however|additionally|also|finally|then|first|next|note that|remember that|in addition),?\s+",
    re.IGNORECASE,
)
_PEOPLE = (
    r"(?:team|managers?|leads?|head|director|office|department|supervisors?|committee|officers?|council|board|desk|group|"
    r"staff|coordinator|partner|finance|payroll|facilitator|approver|owner|authors?|community)"
)
_CONDITION = re.compile(r"(?P<word>If|When) (?P<if>[^,;:()]+), (?:then )?(?P<then>.+)$")
_VAGUE_CONDITION = re.compile(
    r"\bprefer\b|^(?:that|this|the (?:matter|answer|problem|question)) |"
    r"\b(?:not|n't|n’t|only|need help|trouble|like|will|why|having|curious|interested|unsure|not sure|possible|"
    r"applicable|necessary|needed)\b"
)
_POINTER = re.compile(
    r"(?:please )?(?:(?:see|refer|read|check|follow|visit|consult|review|go to|take a look)\b.*\b(?:docs?|"
    r"documentation|instructions?|guide|guides|guidance|guidelines|pages?|sections?|tutorial|steps|here|chapters?|readme)\b|"
    r"(?:see|refer)\b)",
    re.IGNORECASE,
)
"""A clause that points to another place, in place of an answer."""
_AIM = re.compile(r"you(?: want|'d like| would like| need|’d like) to (?P<aim>.+)$")
_TO_DO = re.compile(
    rf"(?:please\b|you (?:should|must|need to|will need|[’']ll need|have to)\b|(?:{'|'.join(sorted(IMPERATIVES))})\b)"
)
_CONSEQUENCE = re.compile(
    r"you (?:are|get|lose|receive|keep|will (?!find|learn|see|probably|automatically))\b|"
    r"(?:the|an?|your|all|no) [^,;]*?\b(?:is|are|will be|gets?) [a-z]+(?:ed|en|st)\b"
)
_PURPOSE = re.compile(r"(?:In order to|To) (?P<what>[a-z]+ [^,;:()]+), (?P<then>(?P<first>[A-Za-z]+)\b.*)$")
_NO_AIM = frozenset("learn help ensure see find know understand read avoid do".split())
"""Verbs of aims that a document meets by pointing to another place."""
_CONTACT = re.compile(
    r"(?P<verb>Contact|Email|Ask|Call|Notify|Inform|Write to|Reach out to|Talk to|Talk with|Speak to|Speak with|"
    r"Check with|Consult|Consult with) (?P<who>[^,;:()]{3,60}?) (?P<link>if|when|about|before|regarding|for) "
    r"(?P<rest>[^,;:()]+)$"
)
_PERMISSION = re.compile(
    r"You (?P<aux>can(?:not|['’]t)?|may(?: not)?|must(?: not)?|should(?: not)?|need to|have to|are allowed to|"
    r"do(?: not|n['’]t) (?:need|have) to)(?: also| always| then| probably| actually| simply| even)? (?P<what>[a-z].+)$"
)
_NO_ACT = frozenset(
    """
    be only not see have want also find then always still even now think expect learn read strive go use know imagine
    create notice start get just do make look never directly
    """.split()
)
"""First words after "you can" that ask nothing by themselves: "you can use X to do Y"."""
_COUNTED = re.compile(rf"\b{COUNT}\b")
_BY_DOING = re.compile(r"(?P<what>[^,;:()]+?) by (?P<how>[a-z]+ing\b.+)$")
_ORDER = re.compile(r"(?P<verb>[A-Z][a-z]+) (?P<rest>.+)$")
_NO_ORDER = frozenset(
    """
    add allow ask check choose click contact define describe discuss do enable enter explain find follow get give go let
    look reach read see select take test try update use visit work
    """.split()
)
_TIME_LIMIT = re.compile(
    rf"\s(?P<how>within|by|before|no later than|at least)\s(?:the\s)?(?:\d|{NUMBER}\s{UNIT}|{DATE}|end\b|first|last)"
)
_PLACE = re.compile(r"(?P<what>[^,;:()]+?) (?P<where>(?:in|through|via|on|at) (?:the )?[A-Z#][^,;:()]*)$")
_USE_TO = re.compile(r"You (?:can|could|should|may) (?:also )?use (?P<tool>[^,;:()]+?) to (?P<what>[a-z].+)$")
_USED_FOR = re.compile(rf"(?P<who>{NOUN_PHRASE}) (?P<aux>is|are) used (?:to|for|by|in|when) .+$")
_DEFAULT = re.compile(r"The default (?P<what>[a-z][^,;:()]*?) is (?P<value>[^,;:()]+)$")
_AMOUNT = re.compile(
    rf"(?P<who>You|{NOUN_PHRASE}) (?P<verb>have|has|receives?|gets?|earns?|needs?|requires?|takes?|lasts?) "
    rf"(?:up to |at least |about |around |a minimum of |a maximum of )?{COUNT} "
    r"(?P<what>[a-z][\w'’-]*s(?: of [a-z][\w -]*?)?|(?:[a-z-]+ ){1,2}[a-z]+s)"
    r"(?=\s*[,;:(]|\s(?:in|to|for|a|per|after|before|from|if|when|of|at|on|and)\b|$)"
)
_STATE = re.compile(rf"(?P<who>{NOUN_PHRASE}) (?P<aux>is|are|was|were|can|may|must|should|will|cannot) (?P<rest>.+)$")
_AGENT = re.compile(
    rf"(?:be )?(?P<done>[a-z]+(?:ed|en|t|wn)) by (?P<agent>(?:the |a |an |your )?[\w' -]*?\b{_PEOPLE})\b"
)
_LOCATED = re.compile(
    r"(?:be )?(?P<done>located|kept|stored|found|held|published|posted|listed|documented|recorded|tracked|hosted|"
    r"maintained|managed|available(?! in [A-Z])|submitted|filed|announced) (?:in|on|at|through|via) (?:the |our |a )?"
    r"(?!.*\b(?:time|case|writing|addition|order|basis)\b)[A-Za-z#\"“]"
)
_PRICE = re.compile(
    r"(?:about |up to |currently |limited to |capped at )?(?:[€$£]\s?\d|\d[\d,.]*\s?(?:EUR|USD|euros|dollars|per cent|"
    r"percent|%))"
)
_TEMPORAL = re.compile(rf"(?:^|\s)(?P<when>{WHEN}|from \d)")
_REASON = re.compile(
    rf"(?P<who>{NOUN_PHRASE}) (?P<aux>is|are|was|were|must|should|cannot) (?P<what>[^,;:()]+?),? because "
    r"(?P<why>[^()]+)$"
)
_DEFINITION = re.compile(rf"(?P<who>{NOUN_PHRASE})(?: \([A-Z][A-Za-z&-]+\))? (?P<aux>is|are) (?P<what>(?:an?|the) .+)$")
_NO_DEFINITION = re.compile(
    r"the (?:same|best|only|first|main|most|one|case|right|ones|default|last|next|time|place|way|result|following|key|"
    r"reason|exception|law|sum)\b|an? (?:good|great|lot|bit|few|little|must|better|big|valid|common|requirement|way|"
    r"matter|subset|much|bad|couple|pain|problem|very|really|chance|number|variety|exception|longer|security|fun)\b"
)
_ACRONYM = re.compile(r"(?P<long>(?:[\w'’&-]+ ){1,6}[\w'’&-]+) \((?P<short>[A-Z][A-Z&]{1,6})\)")
_SMALL_WORDS = frozenset("of and the for in to &".split())


def ask_about_statement(statement: Statement, vocabulary: Vocabulary) -> Iterator[Proposal]:
    """Yield the questions that a statement answers."""
    polite = _POLITE.match(statement.text)
    text = statement.text[polite.end() :] if polite else statement.text
    if not _FEWEST <= len(text.split()) <= _MOST or not text.endswith((".", "!", ")")):
        return
    text = text[:1].upper() + text[1:] if polite else text
    for name, rule in _RULES.items():
        for question, answer, subject in rule(text.rstrip(".!"), vocabulary):
            yield Proposal(
                question, name, ((statement.start, statement.end),), answer or statement.text, subject=subject
            )


def _condition(text: str, _: Vocabulary) -> _Asked:
    """ "If you lose your badge, call …": what to do, or what happens, then."""
    found = _CONDITION.match(text)
    if found is None or len(found["if"].split()) < 3 or refers(found["if"]):
        return
    if _POINTER.match(found["then"]) or re.match(r"(?:in|on|at|under|for|with|to)\b", found["if"]):
        return
    condition, word = as_reader(found["if"]), found["word"].lower()
    then = found["then"][:1].lower() + found["then"][1:]
    to_do = _TO_DO.match(then) is not None
    if aim := _AIM.match(found["if"]):
        if to_do and is_clause(aim["aim"]) and aim["aim"].split()[0] not in _NO_AIM:
            yield f"How do I {as_reader(aim['aim'])}?", "", ""
    elif _VAGUE_CONDITION.search(condition):
        return
    elif to_do:
        yield f"What should I do {word} {condition}?", "", ""
    elif _CONSEQUENCE.match(then) and found["if"].startswith("you "):
        yield f"What happens {word} {condition}?", "", ""


def _purpose(text: str, _: Vocabulary) -> _Asked:
    """ "To request leave, open …": how."""
    found = _PURPOSE.match(text)
    if found is None or found["what"].split()[0] in ("be", "the") or refers(found["what"]):
        return
    then = found["first"].lower()
    if found["what"].split()[0] in _NO_AIM or _POINTER.match(found["then"]):
        return
    if len(found["what"].split()) >= 3 and (then in ("you", "please", "first") or then in IMPERATIVES):
        yield f"How do I {as_reader(found['what'])}?", "", ""


def _contact(text: str, _: Vocabulary) -> _Asked:
    """ "Contact the desk if …": whom."""
    found = _CONTACT.match(text)
    if found is None or refers(found["rest"]) or len(found["rest"].split()) < 2:
        return
    if re.search(r"\b(?:yourself|question|that|to|number|help|us|me)\b", found["who"].lower()):
        return
    if re.match(r"(?:more|details|help|assistance|next|support|the code)\b", found["rest"]) or " or " in found["rest"]:
        return
    yield f"Who should I {found['verb'].lower()} {found['link']} {as_reader(found['rest'])}?", f"{found['who']}.", ""


def _permission(text: str, _: Vocabulary) -> _Asked:
    """ "You may work from abroad …": whether, how, or by when."""
    found = _PERMISSION.match(text)
    if found is None or refers(cut(found["what"])):
        return
    aux, what = found["aux"].replace("’", "'"), found["what"]
    if by := _BY_DOING.match(what):
        head = as_reader(cut(by["what"]))
        if is_clause(head) and head.split()[0] not in ("be", "only", "not", "use", "find", "do"):
            yield f"How can I {head}?", "", ""
        return
    head, tail = as_reader(cut(what)), what[len(cut(what)) :]
    if what.split()[0] in _NO_ACT or not is_clause(head) or head.split()[1] == "that" or len(head.split()) < 3:
        return
    if _COUNTED.search(head) or re.search(r"\bdirectly\b|^\w+ to worry\b|^worry\b", head):
        return
    limit = re.match(r"\s(by|before|within|no later than|until)\b", tail)
    if limit and aux in ("must", "need to", "have to", "should"):
        yield f"{'How soon' if limit[1] == 'within' else 'By when'} do I have to {head}?", "", ""
    elif not re.search(r"\w", tail) and aux in ("can", "may", "should", "are allowed to"):
        return  # The quote would say no more than the question.
    elif aux.endswith(("need to", "have to")) or aux == "must":
        yield f"Do I {'need' if 'need' in aux else 'have'} to {head}?", "", ""
    else:
        asked = "May" if "may" in aux or aux == "must not" else "Should" if "should" in aux else "Can"
        yield f"{asked} I {head}?", "", ""


def _deadline(text: str, _: Vocabulary) -> _Asked:
    """ "Report the theft within two days": by when."""
    order = _order(text)
    limit = _TIME_LIMIT.search(order) if order else None
    if order is None or limit is None:
        return
    head = as_reader(order[: limit.start()])
    if is_clause(head) and "," not in head and ":" not in head and len(head.split()) >= 3:
        asked = {"within": "How soon", "at least": "How far ahead"}.get(limit["how"], "By when")
        yield f"{asked} do I have to {head}?", "", ""


def _where(text: str, _: Vocabulary) -> _Asked:
    """ "Request leave in the People portal": where."""
    order = _order(text)
    found = _PLACE.match(order) if order else None
    if found is None or re.search(DATE, found["where"]) or re.search(r"\b(?:with|if)\b", found["what"]):
        return
    head = as_reader(found["what"])
    if is_clause(head) and head.split()[1] not in ("through", "in", "on", "at", "to", "note", "section", "article"):
        yield f"Where do I {head}?", "", ""


def _order(text: str) -> str | None:
    """Return an imperative sentence in lower case; None for another sentence."""
    found = _ORDER.match(text)
    verb = found["verb"].lower() if found else ""
    if (
        found is None
        or verb not in IMPERATIVES
        or verb in _NO_ORDER
        or re.search(r"\b(?:must|is|are|can)\b", found["rest"])
    ):
        return None
    return f"{verb} {found['rest']}"


def _use(text: str, vocabulary: Vocabulary) -> _Asked:
    """ "You can use a form to …", "The form is used for …", "The default limit is …": what for, what."""
    if found := _USE_TO.match(text):
        head = as_reader(cut(found["what"]))
        if is_clause(head) and not refers(found["tool"]):
            yield f"What can I use to {head}?", "", ""
    elif (found := _USED_FOR.match(text)) and is_subject(found["who"], vocabulary):
        subject = lowered(found["who"], vocabulary)
        yield f"What {found['aux']} {subject} used for?", "", subject
    elif (found := _DEFAULT.match(text)) and not refers(found["what"]):
        yield f"What is the default {as_reader(found['what'])}?", f"{found['value']}.", ""


def _amount(text: str, vocabulary: Vocabulary) -> _Asked:
    """ "Every colleague has 25 days": how many."""
    found = _AMOUNT.match(text)
    if found is None or (found["who"] != "You" and not is_subject(found["who"], vocabulary)):
        return
    verb, what = found["verb"], found["what"]
    base = {"has": "have"}.get(verb, verb.removesuffix("s"))
    does = "do" if verb == base else "does"
    if found["who"] == "You":
        if not re.fullmatch(UNIT, what):
            yield f"How many {what} do I {base}?", "", ""
        return
    subject = lowered(found["who"], vocabulary)
    if base not in ("take", "last"):
        yield f"How many {what} {does} {subject} {base}?", "", subject
    elif re.match(UNIT, what):
        yield f"How long {does} {subject} {base}?", "", subject


def _state(text: str, vocabulary: Vocabulary) -> _Asked:
    """ "The desk is open from 8 to 17": by whom, where, when, how much, or whether."""
    found = _STATE.match(text)
    if found is None or not is_subject(found["who"], vocabulary):
        return
    subject, aux, rest = lowered(found["who"], vocabulary), found["aux"], found["rest"]
    be = "" if aux in ("is", "are", "was", "were") else "be "
    if (agent := _AGENT.match(rest)) and aux not in ("may", "cannot"):
        yield f"Who {aux} {subject} {be}{agent['done']} by?", f"{agent['agent']}.", subject
    elif (place := _LOCATED.match(rest)) and not re.search(WHEN, rest) and " " in subject:
        yield f"Where {aux} {subject} {be}{place['done']}?", "", subject
    elif when := _TEMPORAL.search(rest):
        yield from _when(subject, aux, rest[: when.start()].strip(), when["when"])
    elif not be and _PRICE.match(rest):
        yield f"How much {aux} {subject}?", "", subject
    elif be and aux != "will" and " " in subject and not re.match(r"(?:all|each|every|any)\b", subject):
        yield from _whether(subject, aux, rest)


def _when(subject: str, aux: str, what: str, when: str) -> _Asked:
    if aux == "cannot" or len(what.split()) > 8 or "," in what or (what and refers(what)):
        return
    if re.search(r"\b(?:not|no|only|never|an?|the|due|approximately|about|each)\b", what) or re.search(
        r"\b(?:to|for|of)$", what
    ):
        return
    if not what and aux not in ("is", "are", "was", "were"):
        return
    asked = (
        "Until when"
        if when.startswith(("until", "till"))
        else "How often"
        if when.startswith(("every", "once", "twice"))
        else "How soon"
        if when.startswith("within")
        else "When"
    )
    yield f"{asked} {aux} {subject}{f' {what}' if what else ''}?", "", subject


def _whether(subject: str, aux: str, rest: str) -> _Asked:
    head = cut(rest)
    is_vague = re.match(
        r"(?:be )?(?:found|seen|also|only|not|see|include|have|required|used|needed|available|able|necessary|asked|"
        r"some|more|you|show|look|contain|return|sound|seem|vary|change|differ|help|make|reload|detail|take)\b",
        rest,
    )
    if is_clause(head) and not is_vague and " or " not in head:
        yield f"{aux.removesuffix('not').capitalize()} {subject} {as_reader(head)}?", "", subject


def _reason(text: str, vocabulary: Vocabulary) -> _Asked:
    """ "The door is locked because …": why."""
    found = _REASON.match(text)
    if found is None or not is_subject(found["who"], vocabulary) or refers(found["what"]):
        return
    if len(found["what"].split()) > 8:
        return
    subject = lowered(found["who"], vocabulary)
    yield f"Why {found['aux']} {subject} {as_reader(found['what'])}?", f"Because {found['why']}.", subject


def _definition(text: str, vocabulary: Vocabulary) -> _Asked:
    """ "A field campaign is a visit …": what it is."""
    found = _DEFINITION.match(text)
    if found is None or not is_subject(found["who"], vocabulary) or len(found["what"].split()) < 5:
        return
    if found["who"].isdecimal() or re.search(r"\bvariables?\b", found["who"]):
        return
    first = found["who"].split()[0].casefold()
    words = found["who"].split()
    if _NO_DEFINITION.match(found["what"]) or first in ("your", "our") or (first == "the" and len(words) < 3):
        return
    if " or " in found["who"] or " in " in found["who"]:
        return
    subject = lowered(found["who"], vocabulary)
    # A common noun without an article is a term of the document's, which is asked for as a word.
    is_term = found["aux"] == "is" and subject == subject.lower() and first not in ("a", "an", "the")
    is_term = is_term and vocabulary.is_common(words[-1])
    yield f'What does "{subject}" mean?' if is_term else f"What {found['aux']} {subject}?", "", subject


def _acronym(text: str, _: Vocabulary) -> _Asked:
    """ "time off in lieu (TOIL)": what it stands for."""
    for found in _ACRONYM.finditer(text):
        letters = found["short"].replace("&", "").casefold()
        words = found["long"].split()
        for count in range(len(letters), min(len(words), len(letters) + 3) + 1):
            tail = words[-count:]
            initials = "".join(word[0] for word in tail if word.casefold() not in _SMALL_WORDS).casefold()
            everything = "".join(word[0] for word in tail).casefold()
            if letters in (initials, everything) and tail[0].casefold() not in _SMALL_WORDS:
                long = " ".join(tail)
                yield f"What does {found['short']} stand for?", f"{long[:1].upper()}{long[1:]}.", found["short"]
                break


_RULES: dict[str, Callable[[str, Vocabulary], _Asked]] = {
    "condition": _condition,
    "purpose": _purpose,
    "contact": _contact,
    "permission": _permission,
    "deadline": _deadline,
    "where": _where,
    "use": _use,
    "amount": _amount,
    "state": _state,
    "reason": _reason,
    "definition": _definition,
    "acronym": _acronym,
}

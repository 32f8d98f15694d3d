"""English words that decide whether and how a sentence becomes a question."""

from __future__ import annotations

import re

from evals.cases.draft.vocabulary import Vocabulary

_LONGEST = 20
"""Words of a question. Chosen: a longer one is a sentence with a question mark."""
NUMBER = (
    r"(?:\d[\d,.]*|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|"
    r"sixty|ninety|half)"
)
COUNT = NUMBER.replace("an?|", "").replace("|half", "")
UNIT = r"(?:(?:working|business|calendar|full)\s)?(?:minute|hour|day|week|month|quarter|year)s?"
DATE = (
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|January|February|March|April|May|June|July|August|September|"
    r"October|November|December|noon|midnight)\b"
)
WHEN = (
    r"(?:(?:by|on|in|at|from|until|within|before|after|every|no later than|at the (?:end|beginning) of|between)\s"
    rf"(?:the\s)?(?:\d|{DATE}|(?:first|second|third|fourth|fifth|last|end of|beginning of)\b|{NUMBER}\s{UNIT}|"
    r"(?:hour|day|week|month|quarter|year)\b)|(?:once|twice)\s(?:a|per|every)\s)"
)
"""The beginning of an adverbial of time."""
NOUN_PHRASE = r"(?:[A-Z][\w'’&/.-]*|\d[\w-]*)(?:\s[\w'’&/.-]+){0,6}?"
"""At most seven words from the beginning of a sentence; `is_subject` says whether they are a subject."""
IMPERATIVES = frozenset(
    """
    add allow apply ask attach attend avoid book bring call cancel change check choose claim click close come complete
    configure confirm consider contact coordinate copy create cut declare define delete describe discuss do download
    draft edit email enable ensure enter explain feel fill file find follow forward get give go hand hold identify
    import include inform install invite join keep leave let lock log look mail make notify open order pay pick plan
    post prepare print provide pull push put read record register remove reach reply report request reserve reset
    return review run save say schedule search see select send set share show sign speak start state stay stop submit
    take talk test try turn type update upload use verify visit wait wear work write
    """.split()
)
HOW_TO_VERBS = IMPERATIVES - frozenset(
    """
    avoid call close come consider do draft feel follow get give go hand hold include keep leave let look plan put reach
    say see show speak start state stay stop take talk try turn work
    """.split()
)
"""Verbs of headings that say how something is done."""
GERUNDS = {
    **{f"{verb}ing": verb for verb in HOW_TO_VERBS if not verb.endswith("e")},
    **{f"{verb[:-1]}ing": verb for verb in HOW_TO_VERBS if verb.endswith("e")},
    **{f"{verb}{verb[-1]}ing": verb for verb in ("submit", "set", "run", "log", "cancel", "cut")},
    "donating": "donate",
    "buying": "buy",
    "purchasing": "purchase",
    "transferring": "transfer",
    "renewing": "renew",
    "extending": "extend",
    "building": "build",
    "overriding": "override",
    "tracking": "track",
    "accessing": "access",
    "returning": "return",
    "customizing": "customize",
    "joining": "join",
}
_REFERENCE = re.compile(
    r"\b(?-i:(?!IT\b|US\b))(?:it|its|it's|itself|this|that's|these|those|they|them|their|theirs|themselves|he|she|his|"
    r"her|him|such|above|"
    r"below|following|former|latter|here|there|same|so|also|both|either|otherwise|instead|then|thus|therefore|other|"
    r"others|another|one|ones|we|us|our|ours|previous|next section|earlier|i've|let's|example|e\.g|i\.e|etc|something|"
    r"anything|any that|more information|questions|what|how|whether)\b",
    re.IGNORECASE,
)
"""Words that refer to another sentence, or leave open what is meant."""
_DANGLING = re.compile(
    r"\b(?:a|an|the|of|to|for|with|in|on|at|by|from|and|or|as|your|my|be|is|are|was|were|not|that|than|any|all|each|"
    r"every|into|about|who|when|where|which|why|only|just|more|very|have|has|do|does|can|may|must|should|will|i|need|"
    r"want|sure|ensure|using|like|including|via|per|even|no|because|before|after|through|whatever|also)$",
    re.IGNORECASE,
)
_NO_SUBJECT = re.compile(
    r"\b(?:that|which|who|whom|whose|if|when|where|why|because|you|is|are|was|were|be|been|has|have|had|can|may|must|"
    r"should|will|would|could|do|does|did|but|while|although|as|not|no|nobody|most|some|many|few|everything|nothing|"
    r"someone|everyone|everybody|anyone|goal|purpose|idea|result|reason|answer|difference|things?|way|point|problem|"
    r"note|steps?|part|rest|first|second|third|last|only|best|main|default|case|question|none|typical|total|"
    r"introduction|overview|exception)\b|(?:^| )-(?: |$)",
    re.IGNORECASE,
)
_NO_FIRST_WORD = frozenset(
    """
    and or so for in on at with by after before to from since during now yes until unlike like under over through once
    without within despite next please thanks depending sometimes often usually currently generally typically today
    remember
    """.split()
)
_AFTER_GERUND = re.compile(r" (?:an?|the|your|my|in|on|at|to|up|from|for|with|out|off|over|by|digital)\b")
_BARE_DEFINITE = re.compile(r"(?:the|a|an) [\w'’-]+", re.IGNORECASE)
_OF_EVERYBODY = frozenset("company office handbook government organisation organization agency internet".split())
"""Nouns that are definite without having been named before."""
_DETERMINERS = frozenset("the a an each every all any your our some no my".split())
_CUT = re.compile(
    rf"\s*[,;:(]|\s[—–-]\s|\s{WHEN}|\s(?:if|when|unless|within|until|till|at least|at most|up to|for up to|no later "
    r"than|no more than|provided|so that|because|since|but|which|who|whether|while|except|as long as|once|by default|"
    r"in order|depending|and (?:you|then|we|they|it|the|use|make|click|check|ask|send|add|do|get|see|include|please)|"
    rf"for {NUMBER}\s)\b"
)
_GOES_ON = re.compile(
    r"\s*(?:and (?:the|you|they|it|a|we|then|is|are)|but|so|if|unless|which|who|where|for example|for instance|such as|"
    r"even|as|by|with|provided|including|up to|at|in|from|to|because|though|although|not|usually|normally|until|when|"
    r"while|without|before|after|just|only|except|like|either|since|exactly|you|it|this|that|they|we|the)\b"
)
"""After a comma: a further clause, and not the next item of an enumeration."""
_YOU_AS_SUBJECT = re.compile(
    r"\byou(?= (?:are|were|have|had|can|may|must|need|want|do|don't|don’t|did|will|would|should|could|cannot|can't|"
    r"can’t|won't|haven't|aren't|already|still|also|never|ever|just|accept|add|arrive|ask|attend|become|believe|book|"
    r"bring|build|buy|call|cancel|change|choose|come|complete|create|decide|declare|define|deploy|drive|enter|exit|"
    r"expect|experience|extend|fail|fall|feel|find|fly|forget|get|give|go|hear|hold|import|install|join|keep|know|leave|"
    r"like|live|look|lose|make|miss|move|notice|open|own|pass|pay|plan|prefer|put|reach|read|receive|request|require|"
    r"return|run|see|send|set|sign|spend|start|stay|submit|suspect|take|telework|think|travel|try|upgrade|use|"
    r"work|write)\b)",
    re.IGNORECASE,
)

_YOU_AFTER = re.compile(
    r"\b(where|wherever|when|whenever|what|whatever|that|which|how|if|day|time|because|while|until|unless|since|once|"
    r"as) you\b",
    re.IGNORECASE,
)


def as_reader(text: str) -> str:
    """Return words to a reader as the reader would say them: "your laptop" becomes "my laptop"."""
    text = re.sub(r"\byou(?:['’]re| are)\b", "I am", text, flags=re.IGNORECASE)
    text = re.sub(r"\byou['’](ve|ll|d)\b", r"I'\1", text, flags=re.IGNORECASE)
    text = re.sub(r"\byourself\b", "myself", text, flags=re.IGNORECASE)
    text = re.sub(r"\byours\b", "mine", text, flags=re.IGNORECASE)
    text = re.sub(r"\byour\b", "my", text, flags=re.IGNORECASE)
    text = _YOU_AFTER.sub(r"\1 I", text)
    text = _YOU_AS_SUBJECT.sub("I", re.sub(r"^you\b", "I", text, flags=re.IGNORECASE))
    return re.sub(r"\byou\b", "me", text, flags=re.IGNORECASE)


def cut(clause: str) -> str:
    """Return a clause up to its first condition, time, amount or further clause.

    "" for an enumeration, and for a clause that is explained in brackets.
    """
    found = _CUT.search(clause)
    if found is None:
        return clause
    mark = clause[found.start() : found.end()].strip()[:1]
    if mark == "(" or (mark == "," and not _GOES_ON.match(clause, found.end())):
        return ""
    return clause[: found.start()]


def refers(text: str) -> bool:
    """Say whether a text refers to another sentence, or leaves open what is meant."""
    return _REFERENCE.search(text) is not None


def is_clause(head: str) -> bool:
    """Say whether words from a verb on are complete enough to be asked about."""
    return 2 <= len(head.split()) <= 14 and not _DANGLING.search(head) and not refers(head)


def is_subject(phrase: str, vocabulary: Vocabulary) -> bool:
    """Say whether a noun phrase can be the subject of a question that is read alone."""
    words = phrase.split()
    first = words[0].casefold()
    if _NO_SUBJECT.search(phrase) or refers(phrase) or _DANGLING.search(phrase) or first.endswith("ly"):
        return False
    if first in _NO_FIRST_WORD or (first.endswith("ing") and _AFTER_GERUND.match(phrase, len(first))):
        return False
    if _BARE_DEFINITE.fullmatch(phrase) and words[1].casefold() not in _OF_EVERYBODY and not words[1][0].isupper():
        return False
    return len(words) > 1 or (len(phrase) > 2 and (first.endswith("s") or not vocabulary.is_common(phrase)))


def lowered(phrase: str, vocabulary: Vocabulary) -> str:
    """Return a noun phrase as it is written within a sentence, in the words of a reader."""
    first, _, rest = phrase.partition(" ")
    is_name = (rest[:1].isupper() or rest[:1].isdigit()) and first.casefold() not in _DETERMINERS
    is_name = is_name or (vocabulary.is_name(first) if rest or first.endswith("s") else not vocabulary.is_common(first))
    if first.casefold() in _DETERMINERS or not is_name:
        first = first[:1].lower() + first[1:]
    return as_reader(f"{first} {rest}" if rest else first)


def reads_well(question: str) -> bool:
    """Say whether a question is of a usual length, complete, and without marks and repetitions."""
    words = question.rstrip("?").split()
    if not 3 <= len(words) <= _LONGEST or "  " in question or question.count("?") != 1:
        return False
    if re.search(r"\b(\w+) \1\b|[{}<>|\\\[\]]|\.\s|\bI (?:is|are)\b|\b(?:by|from|to) (?:by|on|at)\b", question):
        return False
    body = question.rstrip("?")
    final = re.search(r"\b(?:for|by|to|with|do|about|have)$", body)
    return final is not None or not _DANGLING.search(body)

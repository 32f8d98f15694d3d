"""What the check of an answer against its sources means, in words for a terminal.

The web page has the same lines (`app/ui/src/state/verdict.ts`); `testing/verdicts.json` holds both to the same reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

from app.grounding.reasons import CONTRADICTED

Outcome: TypeAlias = Literal["contradicted", "absent", "doubtful"]


UNJUDGED: Mapping[str, str] = {
    "from_question": "only the question says this",
    "abstention": "it says what the sources do not have",
    "question": "a question to the reader",
    "unsupported_script": "in a script that the check cannot read",
    "unsupported_language": "in a language that the check does not know",
    "other_language": "in another language than its sources",
}
"""Why a part was not checked, or the whole answer, by `UnjudgedReason`."""

_CLAIMS_NOTHING = ("abstention", "question")
_UNREAD = ("other_language", "unsupported_language", "unsupported_script")
_MOSTLY = 0.5
"""The share of a sentence's characters from which on it counts as unchecked: its names and figures may be checked."""


def summary(report: Mapping[str, Any]) -> str:
    """Return one line on a report. Sentences are counted, each for the gravest thing that is wrong with it."""
    counts = Counter(_outcomes(report))
    if counts:
        return " ".join(_SENTENCES[outcome](counts[outcome]) for outcome in _SENTENCES if counts[outcome])
    if _all_covered(report, _UNREAD) and report["unjudged"]:
        reason = next(part["reason"] for part in report["unjudged"] if part["reason"] in _UNREAD)
        return f"Not checked: the answer is {unjudged_words(reason)}."
    if _all_covered(report, _CLAIMS_NOTHING):
        return "There was nothing to check here."
    if all(part["reason"] in _CLAIMS_NOTHING for part in report["unjudged"]):
        return "Everything here is in the sources."
    return "Everything that could be checked is in the sources."


def listed(flags: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return the flags without those that only repeat of a word what another one says of its whole sentence."""
    sentences = [flag for flag in flags if flag["reason"] == "sentence_unsupported"]
    return [
        flag
        for flag in flags
        if flag["reason"] != "term_absent"
        or not any(one["start"] <= flag["start"] and flag["end"] <= one["end"] for one in sentences)
    ]


def not_checked(answer: str, report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the parts of an answer that were not checked, each with the reason; none where that is all of it."""
    parts = report["unjudged"]
    if not report["flags"] and (_all_covered(report, _UNREAD) or _all_covered(report, _CLAIMS_NOTHING)):
        return []
    return [(answer[part["start"] : part["end"]], unjudged_words(part["reason"])) for part in parts]


def unjudged_words(reason: str) -> str:
    """Return why something was not checked; of a reason of a newer service its name with blanks."""
    return UNJUDGED.get(reason, reason.replace("_", " "))


def _contradicted(count: int) -> str:
    return "1 statement contradicts the sources." if count == 1 else f"{count} statements contradict the sources."


def _absent(count: int) -> str:
    return "1 statement is not in the sources." if count == 1 else f"{count} statements are not in the sources."


def _doubtful(count: int) -> str:
    return f"{count} statement{'' if count == 1 else 's'} may not be fully in the sources."


_SENTENCES: Mapping[Outcome, Callable[[int], str]] = {
    "contradicted": _contradicted,
    "absent": _absent,
    "doubtful": _doubtful,
}


def _outcomes(report: Mapping[str, Any]) -> Iterator[Outcome]:
    """Yield what is wrong with each flagged sentence."""
    for sentence in report["sentences"]:
        flags = [flag for flag in report["flags"] if sentence["start"] <= flag["start"] < sentence["end"]]
        hard = {flag["reason"] for flag in flags if flag["severity"] == "hard"}
        if hard & CONTRADICTED:
            yield "contradicted"
        elif hard:
            yield "absent"
        elif flags:
            yield "doubtful"


def _all_covered(report: Mapping[str, Any], reasons: Collection[str]) -> bool:
    """Whether every sentence is mostly covered by parts that were not checked for one of these reasons."""
    parts = [part for part in report["unjudged"] if part["reason"] in reasons]
    return all(
        sum(max(0, min(sentence["end"], part["end"]) - max(sentence["start"], part["start"])) for part in parts)
        >= _MOSTLY * (sentence["end"] - sentence["start"])
        for sentence in report["sentences"]
    )

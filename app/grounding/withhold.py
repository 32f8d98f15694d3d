"""Which sentences of an answer are kept back, because the contexts do not support them.

`SentenceFilter` passes an answer on sentence by sentence, while it is written; `unsupported` names the sentences of a
whole answer. What is done with them is decided elsewhere (`app/answer/policy.py`, `app/guard/check.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from app.grounding.reasons import FlagReason
from app.grounding.report import Flag, Report, SentenceScore
from app.grounding.stream import CheckedSentence, report_on


@dataclass(frozen=True, slots=True)
class Withheld:
    """A sentence that no context supports and that is not shown. `reasons` are those of its flags, each once.

    The text is for records and logs, never for the reader of the answer.
    """

    text: str
    reasons: tuple[FlagReason, ...]


def exempts_nothing(_: str) -> bool:
    """Return False: every unsupported sentence is kept back."""
    return False


class SentenceFilter:
    """Passes the supported sentences of an answer on, one by one, and collects the others in `withheld`.

    `is_exempt` is given a sentence without the white space before it, and says whether it is shown in any case.
    """

    def __init__(self, is_exempt: Callable[[str], bool] = exempts_nothing) -> None:
        self._is_exempt = is_exempt
        self._gap = ""
        self.shown: list[CheckedSentence] = []
        self.withheld: list[Withheld] = []

    def feed(self, sentence: CheckedSentence) -> str:
        """Return the sentence with the white space that separates it from what is shown; "" when it is withheld."""
        text = sentence.text.lstrip()
        self._gap = _wider(self._gap, sentence.text.removesuffix(text))
        if not sentence.supported and not self._is_exempt(text):
            self.withheld.append(_withheld(text, sentence.report.flags))
            return ""
        start = self.shown[-1].end if self.shown else 0
        self.shown.append(sentence.moved(start, self._gap if self.shown else ""))
        self._gap = ""
        return self.shown[-1].text

    @property
    def text(self) -> str:
        """What is shown so far."""
        return "".join(sentence.text for sentence in self.shown)

    def report(self) -> Report:
        """Return the report on what is shown, with offsets into it."""
        return report_on(self.shown)


def unsupported(text: str, report: Report) -> tuple[Withheld, ...]:
    """Return the sentences of a whole answer that its report calls unsupported."""
    return tuple(
        _withheld(text[sentence.start : sentence.end], _overlapping(report.flags, sentence))
        for sentence in report.sentences
        if not sentence.supported
    )


def _overlapping(flags: Iterable[Flag], sentence: SentenceScore) -> Iterable[Flag]:
    return (flag for flag in flags if flag.start < sentence.end and flag.end > sentence.start)


def _withheld(text: str, flags: Iterable[Flag]) -> Withheld:
    return Withheld(text.strip(), tuple(dict.fromkeys(flag.reason for flag in flags)))


def _wider(gap: str, blanks: str) -> str:
    """The white space between two sentences when the text between them is removed: the wider break of the two."""
    if blanks.count("\n") >= gap.count("\n"):
        return blanks
    _, line_break, indentation = blanks.rpartition("\n")
    return "\n" * gap.count("\n") + (indentation if line_break else "")

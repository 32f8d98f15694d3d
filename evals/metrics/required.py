"""Required and forbidden tokens: whether an answer has the words and numbers that it must have, and none of the others.

A check that needs neither a judge nor a reference in full sentences. A token is found as whole words, whatever the
letter case, the layout and the form of dashes and quotation marks: "27" is neither in "127" nor in "27.5". Tokens are
of the answer alone; its citations do not count. A refusal and a question back have no token.

    required tokens                     pooled: of all required tokens, the share that the answers have
    answers with all required tokens    over the questions with required tokens
    answers with a forbidden token      over the questions with forbidden tokens

Not covered: other forms of a word or of a number ("6 months" for "six months"), unless the case lists them as
alternatives; a token that the answer negates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.grounding.text.normalise import normalise as unified
from evals.metrics.contribution import Contribution, Contributions
from evals.quotes import normalise
from evals.response import CaseResponse

_CELL = " ¦ "
"""Keeps the cells of a table apart: a token is in one of them."""


def find_required(response: CaseResponse) -> Contributions:
    """Look for the required and the forbidden tokens of the case."""
    case, answer = response.case, response.answer_text
    measured: dict[str, Contribution] = {}
    if case.required:
        found = sum(contains_any(answer, alternatives) for alternatives in case.required)
        measured["required tokens"] = Contribution(found, len(case.required))
        measured["answers with all required tokens"] = Contribution(float(found == len(case.required)))
    if case.forbidden:
        measured["answers with a forbidden token"] = Contribution(float(contains_any(answer, case.forbidden)))
    return measured


def contains_any(answer: str, tokens: Sequence[str]) -> bool:
    """Say whether the answer has at least one of the tokens."""
    text = _comparable(answer.replace("|", _CELL))
    return any(_pattern(_comparable(token)).search(text) for token in tokens)


def _comparable(text: str) -> str:
    return unified(normalise(text)).text.casefold()


def _pattern(token: str) -> re.Pattern[str]:
    """Return the pattern of whole words: a number does not go on behind a decimal point or a separator."""
    before = r"(?<!\w)(?<!\d[.,:])" if token[0].isalnum() else ""
    after = r"(?!\w)(?![.,:]\d)" if token[-1].isalnum() else ""
    return re.compile(before + re.escape(token) + after)

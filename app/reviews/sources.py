"""Where reviews come from, and what can be said of them. Imports nothing, so that the command line can name them."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

AnswerSource: TypeAlias = Literal["spot_check", "flagged", "feedback"]
"""Why an answer is in the queue: it was drawn at random, has a hard flag or withheld sentences, or was rated down.

An answer is in the queue once, by the first of them: a flagged answer is no spot check even if it was drawn, and a
spot check stays one when it is rated down.
"""
ItemSource: TypeAlias = Literal["case", "pair", "example"]
"""What was posted to the queue: a drafted gold case, two answers to one question, or a training example."""
ReviewSource: TypeAlias = Literal[AnswerSource, ItemSource]
ITEM_SOURCES: tuple[ItemSource, ...] = get_args(ItemSource)
State: TypeAlias = Literal["open", "done"]
ReviewVerdict: TypeAlias = Literal["right", "wrong", "partly"]
"""Of an answer."""
ItemVerdict: TypeAlias = Literal["accept", "reject"]
"""Of a case or an example."""
CaseKind: TypeAlias = Literal["answerable", "unanswerable", "follow_up", "underspecified"]
"""Of a gold case (`evals/cases/case.py`)."""
Preference: TypeAlias = Literal["a", "b", "tie"]
"""Of the answers of a pair."""

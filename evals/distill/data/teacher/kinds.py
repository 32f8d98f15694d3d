"""The kinds of questions that a teacher is asked for, with the words that describe them to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

TeacherKind: TypeAlias = Literal[
    "fact", "table", "steps", "yes_no", "comparison", "follow_up", "unanswerable", "conflict"
]
KINDS: Mapping[TeacherKind, str] = {
    "fact": "about a fact that one sentence says",
    "table": "about a value that a table has",
    "steps": "how something is done, where the sources list the steps",
    "yes_no": "whether something is so or allowed",
    "comparison": "about two things that two sources say",
    "follow_up": "a question that is understood only after another one",
    "conflict": "about something on which two sources disagree; only where they do",
    "unanswerable": "near to the sources, about a detail that none of them says",
}

"""Follow-ups: a second question about the same passages, which leaves out what the first one named."""

from __future__ import annotations

import random

from core.types import Message
from evals.distill.data.corpus import Corpus
from evals.distill.data.group import Group, Said
from evals.distill.data.questions.asked import Asked
from evals.distill.data.questions.english import ask_about, things_in
from evals.distill.data.questions.wording import Wording

_FORMS = (
    "and {}", "what about {}", "and what about {}", "and for {}", "and how is it with {}", "ok, and {}", "and {} then",
    "what if it is about {}", "does it say something about {} too",
)  # fmt: skip


def follow_up(group: Group, corpus: Corpus, wording: Wording, draw: random.Random) -> tuple[Asked, Said] | None:
    """Return a second question, with the first one and its answer as history; None for fewer than two statements."""
    short = [said for said in group.said if said.statement.kind != "list"]
    if len(short) < 2:
        return None
    first, second = draw.sample(short, 2)
    if first.statement.text == second.statement.text or first.passage.index != second.passage.index:
        return None
    name = first.passage.chunk.document_name
    opened = next(ask_about(first.statement, name, corpus, draw), None)
    things = things_in(second.statement, corpus)
    if opened is None or not things:
        return None
    history = (
        Message("user", wording.reworded(opened.text, draw)),
        Message("assistant", first.statement.answer(first.passage.index)),
    )
    question = draw.choice(_FORMS).format(things[0])
    return Asked(f"{question[:1].upper()}{question[1:]}?", "follow_up", "next statement", history), second

"""Conflicts: two passages that say the same with another number, which the prompt points out; the answer gives both.

Documents that disagree are rare. Here a sentence with a number is copied into the text of another passage with another
number. The app's own detection decides whether the two are a conflict. `source` of the example says what was changed.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

from app.answer.retrieval.conflicts import Conflict, find_conflicts
from app.answer.types import Passage
from evals.distill.group import Group, Said
from evals.distill.statements import Statement, cited

_NUMBER = re.compile(r"(?<![\w.,#/:-])[1-9]\d{0,2}(?![\w/:-]|[.,]\d)")
_KEPT = 400
"""Characters of the other passage that are kept behind the sentence."""


def contradicted(
    group: Group, draw: random.Random
) -> tuple[Said, tuple[Passage, ...], tuple[Conflict, ...], str] | None:
    """Return a statement, the passages with one that contradicts it, the conflicts, and the answer; None for none."""
    for said in draw.sample(group.said, len(group.said)):
        statement = said.statement
        found = _NUMBER.search(statement.asked)
        if statement.kind != "sentence" or found is None or statement.lines[0] != statement.asked:
            continue
        others = [one for one in group.passages if one.index != said.passage.index]
        # The text of another document, in the place of a passage of the same one.
        sources = [one for one in (*others, *group.near) if one.chunk.document_id != said.passage.chunk.document_id]
        if not others or not sources:
            continue
        changed = _changed(statement, found, draw)
        source = draw.choice(sources)
        other = source if source in others else replace(source, index=draw.choice(others).index)
        text = f"{changed} {other.chunk.text[:_KEPT].rsplit(' ', 1)[0]}"
        altered = replace(other, chunk=replace(other.chunk, text=text, end=other.chunk.start + len(text), lead=""))
        passages = tuple(altered if one.index == other.index else one for one in group.passages)
        conflicts = find_conflicts(passages)
        if len(conflicts) == 1 and {conflicts[0].a.passage.index, conflicts[0].b.passage.index} == {
            said.passage.index,
            other.index,
        }:
            answer = f"{cited(statement.asked, said.passage.index)} {cited(changed, other.index)}"
            return said, passages, conflicts, answer
    return None


def _changed(statement: Statement, found: re.Match[str], draw: random.Random) -> str:
    number = int(found[0])
    other = number + draw.choice((1, 2, 5)) if number < 20 else number + draw.choice((5, 10, 20, -10))
    return f"{statement.asked[: found.start()]}{other}{statement.asked[found.end() :]}"

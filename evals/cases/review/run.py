"""Review drafts: `groundwork eval review`.

The file of drafts is written after each key, as a whole, so that an ended session goes on where it was. Accepted cases
are appended to the file of cases when the session ends, and at the next start if it was killed before that. A session
without input decides nothing and appends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from app.reviews.cases import add_cases
from evals.cases.case import Case, Gold
from evals.cases.draft.draft import Draft, accepted, read_drafts, write_drafts
from evals.cases.leak import has_leak
from evals.cases.review.session import Session
from evals.cases.write import case_row
from evals.prompter import Prompter
from evals.quotes import contains_quote
from evals.service import Connect, read_document_rows

KEYS: Mapping[str, str] = {
    "a": "accept",
    "e": "edit",
    "r": "reject",
    "s": "skip",
    "u": "undo",
    "q": "quit",
}


class Terminal(Prompter, Protocol):
    """Shows drafts to a person and reads what they answer. `EOFError`: the input has ended."""

    def show(self, session: Session, texts: Mapping[str, str]) -> None:
        """Show the current draft, with its gold quotes in the texts of their documents, by document id."""
        ...


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What a session ended with. `added` cases were new to the file of cases."""

    accepted: int
    rejected: int
    undecided: int
    added: int


async def read_documents(drafts: Sequence[Draft], connect: Connect) -> dict[str, str]:
    """Return the texts of the documents that undecided drafts quote; those that are no longer indexed are left out."""
    wanted = {gold.document_id for draft in drafts if draft.decision is None for gold in draft.case.gold}
    if not wanted:
        return {}
    async with connect() as client:
        indexed = {row["id"] for row in await read_document_rows(client)}
        return {
            document_id: (await client.get(f"/v1/documents/{quote(document_id)}"))["text"]
            for document_id in sorted(wanted & indexed)
        }


def review_drafts(file: Path, into: Path, texts: Mapping[str, str], terminal: Terminal) -> Reviewed:
    """Let a person decide on the drafts of a file until its end, or until they quit.

    Raises ConfigurationError for a file that is none of drafts or cannot be written, and Conflict for a file of cases
    that is none.
    """
    session = Session(read_drafts(file))
    is_reviewed = True
    try:
        is_reviewed = _review(session, file, texts, terminal)
    finally:
        added = add_cases(into, [case_row(case) for case in accepted(session.drafts)]) if is_reviewed else 0
    counts = session.counts
    return Reviewed(counts["accept"], counts["reject"], counts[None], added)


def _review(session: Session, file: Path, texts: Mapping[str, str], terminal: Terminal) -> bool:
    """Return whether a person was there: not if the input ended before the first key."""
    acts: Mapping[str, Callable[[], object]] = {
        "a": lambda: session.decide("accept"),
        "r": lambda: session.decide("reject"),
        "s": session.skip,
    }
    is_there = session.current is None
    try:
        while (draft := session.current) is not None:
            terminal.show(session, texts)
            key = terminal.ask_key()
            is_there = True
            if key == "q":
                break
            if key in acts:
                acts[key]()
            elif key == "e":
                _edit(session, draft.case, texts, terminal)
            elif key == "u":
                if not session.undo():
                    terminal.say("Nothing was decided in this session that could be undone.")
            else:
                terminal.say(f"Type one of: {', '.join(f'{key} ({name})' for key, name in KEYS.items())}.")
            write_drafts(file, session.drafts)
    except EOFError:
        terminal.say("The input has ended.")
    return is_there


def _edit(session: Session, case: Case, texts: Mapping[str, str], terminal: Terminal) -> None:
    question = terminal.ask_text("Question", case.question)
    gold = tuple(_edited_quote(one, texts, terminal) for one in case.gold)
    answer = terminal.ask_text("Answer", case.answer) if gold else case.answer
    session.edit(replace(case, question=question, gold=gold, answer=answer))
    if gold and has_leak(question, answer, [one.quote for one in gold]):
        terminal.say("The question has the answer in it. Ask in other words, without those of the answer.")


def _edited_quote(gold: Gold, texts: Mapping[str, str], terminal: Terminal) -> Gold:
    """Return the quote as the person wants it; asked for again until the document has it."""
    while True:
        words = terminal.ask_text(f"Quote from {gold.document_id}", gold.quote)
        if words == gold.quote or contains_quote(texts.get(gold.document_id, ""), words):
            return replace(gold, quote=words)
        terminal.say(f"{gold.document_id} does not have these words. Copy them from the passage above.")

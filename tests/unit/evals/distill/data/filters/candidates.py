"""Candidates over a few passages of a handbook, and a context that finds them, for the tests of the filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from app.answer.types import Passage, Question, Retrieval
from core.types import Chunk, Document, Message
from evals.cases.case import Case, Gold
from evals.distill.data.filters import Candidate, FilterContext, Limits, Place
from ingest.units import sentence_units
from serving.distill.examples import TrainingExample
from testing.builders import document_of
from testing.hash_embedder import HashEmbedder

REFUSAL = "I could not find this in the handbook. Please ask your manager."
LEAVE = (
    "Every colleague has 25 days of annual leave a year. Unused days expire on 31 March of the next year, unless your "
    "manager has agreed in writing to a later date. Book your holiday in the calendar at least two weeks ahead."
)
EXPENSES = (
    "Hand in an expense claim by the tenth of the following month, with every receipt. Meals are reimbursed up to "
    "30 EUR a day. Trains are booked in second class, and flights shorter than three hours are not reimbursed."
)
LAPTOPS = (
    "Report a lost laptop to the security desk within one hour. The desk erases the disk remotely and orders a new "
    "machine, which arrives after about three working days."
)
TEXTS = {"leave.md": LEAVE, "expenses.md": EXPENSES, "laptops.md": LAPTOPS}
QUESTION = "When do unused days of annual leave expire?"
EXPIRES = "Unused days expire on 31 March of the next year"
ANSWER = f"{EXPIRES}, unless your manager has agreed in writing to a later date [1]."
BOOKING = "Book your holiday in the calendar at least two weeks ahead"


def passage(number: int, document_id: str, text: str | None = None, start: int = 0) -> Passage:
    """Return a passage that is a chunk of its document, from `start` on."""
    text = TEXTS[document_id] if text is None else text
    chunk = Chunk(
        document_id=document_id,
        document_name=Path(document_id).stem.capitalize(),
        source="handbook",
        content_hash=f"hash of {document_id}",
        ordinal=0,
        text=text,
        start=start,
        end=start + len(text),
        sentences=sentence_units(text),
    )
    return Passage(number, chunk, 0.9)


PASSAGES = tuple(passage(number, name) for number, name in enumerate(TEXTS, start=1))


def place_of(sentence: str, document_id: str = "leave.md") -> Place:
    """Return where a sentence is in its document."""
    start = TEXTS[document_id].index(sentence)
    return Place(document_id, start, start + len(sentence))


def candidate(
    answer: str = ANSWER,
    *,
    question: str = QUESTION,
    history: tuple[Message, ...] = (),
    passages: tuple[Passage, ...] = PASSAGES,
    places: tuple[Place, ...] | None = None,
    kind: str = "fact",
    template: str = "template",
) -> Candidate:
    """Return a candidate; by default a good one, whose answer is a sentence of the first passage."""
    shown = "\n".join(f"[{one.index}] {one.chunk.text}" for one in passages)
    messages = (Message("system", "Answer from the sources."), Message("user", f"{shown}\n\nQuestion: {question}"))
    documents = tuple(one.chunk.document_id for one in passages)
    example = TrainingExample(id=question, kind=kind, messages=messages, answer=answer, documents=documents)
    found = (place_of(EXPIRES),) if places is None else places
    return Candidate(example, Question(question, history), passages, found, template)


def refused(question: str, withheld: str, *document_ids: str, places: tuple[Place, ...] = ()) -> Candidate:
    """Return a refusal over the passages of some documents, from which the answer was withheld."""
    passages = tuple(passage(number, name) for number, name in enumerate(document_ids, start=1))
    good = candidate(REFUSAL, question=question, passages=passages, places=places, kind="unanswerable")
    return replace(good, is_refusal=True, withheld=withheld)


def case_of(question: str, quote: str = "", document_id: str = "leave.md") -> Case:
    """Return a case of the evaluation."""
    gold = (Gold(document_id, quote),) if quote else ()
    return Case("case", question, "answerable" if quote else "unanswerable", gold, "test")


def context(
    *,
    found: Sequence[Passage] = PASSAGES,
    answerability: float = 0.9,
    held_out: Sequence[str] = (),
    cases: Sequence[Case] = (),
    limits: Limits | None = None,
) -> FilterContext:
    """Return a context whose search finds these passages for every question."""
    documents: list[Document] = [
        document_of(text, document_id=f"held-{number}.md") for number, text in enumerate(held_out)
    ]
    return FilterContext.of(
        lambda question: Retrieval(question.text, tuple(found), answerability),
        HashEmbedder(256).embed,
        held_out=documents,
        cases=cases,
        refusals=(REFUSAL,),
        refuse_below=0.15,
        limits=limits,
    )

"""What is searched for: a question, and with less weight what it may refer to.

    Query("And employees?", "Where do visitors park?",
          (QueryPart("And employees?", 1.0, 1.0), QueryPart("Where do visitors park?", 0.45, 0.27), …))

The encoders turn the parts into one vector, the weighted sum of theirs, and one set of weighted terms, so that a
conversation costs no second search. A passage about both the question and its topic comes before one about either.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QueryPart:
    """A text with the weight of its meaning (its vector) and that of its words (its BM25 terms), 0 to 1 each."""

    text: str
    meaning: float
    words: float


@dataclass(frozen=True, slots=True)
class Query:
    """`parts` are what is encoded, the question first, with the weights 1.

    `previous` is the earlier question that the question seems to depend on; "" for none. `certain`: it does depend on
    it, whatever is found.
    """

    question: str
    previous: str
    parts: tuple[QueryPart, ...]
    certain: bool = False

    @property
    def text(self) -> str:
        """The query as people read it, with the earlier question before the question."""
        return f"{self.previous} {self.question.strip()}" if self.previous else self.question

    @classmethod
    def of(cls, question: str) -> Query:
        """Return the query of a question that needs no conversation."""
        return cls(question, "", (QueryPart(question, 1.0, 1.0),))

"""Judges the model while it is trained: loss on all held-out examples, and answers to a few of their prompts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .attention import Branches
from .evaluate import choose, generate, held_out_loss, stored
from .order import pack
from .points import Point
from .scores import score
from .tokens import Tokenized

REFUSING = "unanswerable"


class Judge:
    """The examples that are held out, and the prompts among them that are answered."""

    def __init__(
        self, job: dict[str, Any], tokenizer: Any, branches: Branches, data: Tokenized, *, shares: bool
    ) -> None:
        self.work, self.shares = Path(job["work"]), shares
        self._job, self._tokenizer, self._branches = job, tokenizer, branches
        self._rows = pack(data.validation, job["row_tokens"], shares=shares)
        self._asked = choose(data.validation, data.rows, job["evaluation_prompts"])
        self._wanted = [data.rows[example.number]["answer"] for example in self._asked]
        self._refusals = frozenset(row["answer"].strip() for row in data.rows if row["kind"] == REFUSING)
        self._ids = [data.rows[example.number]["id"] for example in self._asked]

    @property
    def can(self) -> bool:
        """Whether there is anything to judge by."""
        return bool(self._rows)

    def point(self, model: Any, step: int, examples: int, tokens: int, elapsed: float) -> Point:
        """Return the point of a step."""
        bfloat16 = self._job["bfloat16"]
        with stored(model, bfloat16=bfloat16) as judged:
            loss = held_out_loss(judged, self._branches, self._rows, bfloat16=bfloat16)
            answers = generate(judged, self._tokenizer, self._asked, self._job["max_answer_tokens"], bfloat16=bfloat16)
        said = tuple((name, answer.text) for name, answer in zip(self._ids, answers, strict=True))
        return Point(step, examples, tokens, elapsed, loss, score(self._wanted, answers, self._refusals), said)

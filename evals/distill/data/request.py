"""What is asked for, and what was made."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.settings import without_password
from evals.cases.case import Case
from evals.distill.data.filters import Dropped
from evals.distill.data.teacher.client import Teacher
from evals.distill.data.teacher.write import Taught
from evals.prompts import HELD_OUT_SHARE
from serving.distill.examples import TrainingExample


@dataclass(frozen=True, slots=True)
class DataRequest:
    """How many examples to make at most, the seed of every choice, and the share of the documents that is held out.

    `cases` are further questions that no example may ask, beside those of the domain. `teacher` is the model that
    writes the questions and the answers; None: rules make them. `recipe` is the one that the student is served with.
    """

    number: int = 2000
    seed: int = 1
    held_out: float = HELD_OUT_SHARE
    cases: tuple[Case, ...] = ()
    teacher: Teacher | None = None
    recipe: str = "default"

    def command(self, exclude: Sequence[Path]) -> str:
        """Return the command that makes the same examples again, with the names of the files of `cases`."""
        words = ["groundwork", "model", "distill", "data", "--number", str(self.number), "--seed", str(self.seed)]
        words += ["--held-out", str(self.held_out), "--recipe", self.recipe]
        for path in exclude:
            words += ["--exclude", path.name]
        if self.teacher is not None:
            words += ["--teacher-url", without_password(self.teacher.address)]
            words += ["--teacher-model", self.teacher.model] if self.teacher.model else []
        return shlex.join(words)


@dataclass(frozen=True, slots=True)
class MadeExamples:
    """The examples, and where they come from.

    documents   ids of the documents that examples were made from
    held_out    ids of those that no example has a text of
    candidates  examples before the filters
    dropped     the examples that a filter dropped, and why
    taught      what a teacher wrote; None without one
    """

    examples: tuple[TrainingExample, ...]
    documents: tuple[str, ...]
    held_out: tuple[str, ...]
    candidates: int = 0
    dropped: Sequence[Dropped] = field(default=(), repr=False)
    taught: Taught | None = field(default=None, repr=False)

    @property
    def by_kind(self) -> Mapping[str, int]:
        """Return how many examples there are of each kind, in alphabetical order."""
        return dict(sorted(Counter(example.kind for example in self.examples).items()))

    @property
    def dropped_by_filter(self) -> Mapping[str, int]:
        """Return how many candidates each filter dropped, with its reason, the most frequent first."""
        return dict(Counter(f"{one.filter}: {one.reason}" for one in self.dropped).most_common())

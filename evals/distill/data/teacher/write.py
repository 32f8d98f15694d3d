"""Let a teacher write candidates: questions about groups of passages, then an answer to each served prompt.

For a group the teacher is asked once for questions of all kinds, and then for each question with the messages that a
student is served: what it replies is what the student learns. A reply is dropped, and counted by reason, when

    unreadable      it has not the form that was asked for
    not verbatim    the passages do not have the quote, word for word
    no topic        the question speaks of "this passage"
    one source      a comparison or a conflict quotes one source
    refused         the teacher refuses a question that it has written with a quote
    answered        it answers one that it has written as unanswerable
    no answer       it fails, or is cut at the limit of tokens

What remains goes through the filters like every other candidate: answers that are not grounded or cite nothing are
dropped there.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any, TypeAlias

from app.answer.ground import Grounder
from app.answer.types import Question
from core.recipe import Recipe
from core.types import Message
from evals.distill.data.candidates import Maker
from evals.distill.data.filters import Candidate
from evals.distill.data.group import Group
from evals.distill.data.questions.asked import Asked
from evals.distill.data.teacher.client import Teacher, TeacherClient, TeacherUsage, connected
from evals.distill.data.teacher.form import Written, instructions, read_questions

ReportProgress: TypeAlias = Callable[[int, int], None]
"""Called with the number of candidates that were written and the number wanted."""
TEMPLATE = "teacher"
_QUESTIONS = 6
"""Questions about a group: one of most kinds, so that the passages are not asked for the same again."""
_RECIPE = Recipe(temperature=0.0, max_tokens=1000)


@dataclass(frozen=True, slots=True)
class Taught:
    """The candidates, the teacher's name, its requests, and the replies that were dropped, by reason."""

    candidates: tuple[Candidate, ...]
    model: str
    usage: TeacherUsage
    dropped: Mapping[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return what the data card says of the teacher."""
        return {"model": self.model, **asdict(self.usage), "dropped": dict(self.dropped)}


def write_candidates(
    groups: Iterable[Group],
    number: int,
    teacher: Teacher,
    maker: Maker,
    refusals: Sequence[str],
    progress: ReportProgress,
) -> Taught:
    """Return at least `number` candidates, or all that the groups have. `refusals` are the domain's in all languages.

    Raises GenerationError where the server fails several times in a row; what it replied until then is kept.
    """
    return asyncio.run(_Writer(maker, refusals, progress).write(groups, number, teacher))


@dataclass(slots=True)
class _Writer:
    maker: Maker
    refusals: Sequence[str]
    progress: ReportProgress
    candidates: list[Candidate] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    async def write(self, groups: Iterable[Group], number: int, teacher: Teacher) -> Taught:
        waiting = iter(groups)
        async with connected(teacher) as client:
            while len(self.candidates) < number and (some := list(islice(waiting, teacher.at_once))):
                try:
                    async with asyncio.TaskGroup() as tasks:
                        written = [tasks.create_task(self._of_group(group, client)) for group in some]
                except ExceptionGroup as errors:
                    raise errors.exceptions[0] from errors
                # In the order of the groups, whichever was written first.
                self.candidates += [candidate for task in written for candidate in task.result()]
                self.progress(min(len(self.candidates), number), number)
        if missing := client.usage.failed + client.usage.cut:
            self.dropped["no answer"] = missing
        return Taught(tuple(self.candidates), client.name, client.usage, dict(sorted(self.dropped.items())))

    async def _of_group(self, group: Group, client: TeacherClient) -> list[Candidate]:
        """Return the candidates of a group."""
        shown = self.maker.search.prompt(Question(""), group.passages)[-1].content.rsplit("Question:", 1)[0].strip()
        asked = (Message("system", instructions(_QUESTIONS)), Message("user", shown))
        reply = await client.ask(asked, _RECIPE)
        if reply is None:
            return []
        questions = []
        for found in read_questions(reply, group.passages):
            if isinstance(found, Written):
                questions.append(found)
            else:
                self.dropped[found] += 1
        made = [await self._answered(group, written, client) for written in questions]
        return [candidate for candidate in made if candidate is not None]

    async def _answered(self, group: Group, written: Written, client: TeacherClient) -> Candidate | None:
        question = Question(written.question, written.history)
        reply = await client.ask(self.maker.search.prompt(question, group.passages), self.maker.search.fitted)
        if reply is None:
            return None
        answer = reply.strip()
        is_refusal = Grounder(question.text, group.passages, *self.refusals).is_refusal(answer)
        if is_refusal != (written.kind == "unanswerable"):
            self.dropped["refused" if is_refusal else "answered"] += 1
            return None
        return self.maker.made(
            group,
            Asked(written.question, written.kind, TEMPLATE, written.history),
            question,
            self.maker.refusal if is_refusal else answer,
            written.places,
            refused=is_refusal,
        )


def distinct(groups: Iterable[Group]) -> Iterator[Group]:
    """Yield groups, none with the passages of one before: the teacher has asked all about them."""
    seen: set[frozenset[tuple[str, int]]] = set()
    for group in groups:
        passages = frozenset((one.chunk.id, one.chunk.start) for one in group.passages)
        if passages not in seen:
            seen.add(passages)
            yield group

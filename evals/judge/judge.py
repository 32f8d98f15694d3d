"""Judge answers: three questions, each as a value or as the cause why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from evals.cases.case import Case
from evals.judge.client import JudgeClient
from evals.judge.questions import JudgeQuestion, ask_better, ask_correct, ask_faithful
from evals.judge.verdict import Preference, Verdict


class Judge(Protocol):
    """Judges answers. A question that fails has a verdict without a value; GenerationError where all would fail."""

    async def is_correct(self, case: Case, answer: str) -> Verdict:
        """Say whether an answer is correct by the case's reference answer and gold quotes."""
        ...

    async def is_faithful(self, question: str | None, answer: str, contexts: Sequence[str]) -> Verdict:
        """Say whether the contexts say everything that an answer asserts."""
        ...

    async def prefers(self, case: Case, first: str, second: str) -> Preference:
        """Say which of two answers is better, shown in this order."""
        ...


class ModelJudge:
    """A judge that asks a model."""

    def __init__(self, client: JudgeClient) -> None:
        self._client = client

    async def is_correct(self, case: Case, answer: str) -> Verdict:
        """See Judge."""
        return await self._verdict(ask_correct(case, answer))

    async def is_faithful(self, question: str | None, answer: str, contexts: Sequence[str]) -> Verdict:
        """See Judge."""
        return await self._verdict(ask_faithful(question, answer, contexts))

    async def prefers(self, case: Case, first: str, second: str) -> Preference:
        """See Judge."""
        reply = await self._client.ask(ask_better(case, first, second))
        if reply.values is None:
            return Preference(None, reply.cause)
        return Preference(reply.values["better"], reply.values["reason"])

    async def _verdict(self, question: JudgeQuestion) -> Verdict:
        reply = await self._client.ask(question)
        if reply.values is None:
            return Verdict(None, reply.cause)
        return Verdict(reply.values[question.name], reply.values["reason"])

"""Cases and a model for the search: how well it answers depends on the prompt alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from evals.cases.case import Case, Gold, Split
from evals.migrate.candidate import Candidate
from evals.run.case_result import CaseResult
from tests.unit.evals.responses import gold_passage, result_of

GOLD = Gold("leave.md", "Everybody has 25 days.")
PRESENT = Candidate("present", "present", "standard", "Answer. {refusal} [1]", "the prompt as it is")


def candidate(name: str, template: str = "") -> Candidate:
    """Return a candidate with a template of its own."""
    return Candidate(name, "rule", "standard", template or f"{name}: {{refusal}} [1]", name)


def cases_of(count: int, split: Split) -> list[Case]:
    """Return answerable cases."""
    return [Case(f"{split}-{n}", f"Question {n}?", "answerable", (GOLD,), split) for n in range(count)]


def answered(case: Case, *, right: bool) -> CaseResult:
    """Return the result of a right or of a wrong answer."""
    content = f"{GOLD.quote} [1]" if right else "Ask somebody else."
    return result_of(case, content=content, cited=[gold_passage(GOLD)] if right else [])


class PromptedModel:
    """Answers a share of the cases right, which the candidate decides; `asked` has what it was asked."""

    def __init__(self, share: Callable[[Candidate], float]) -> None:
        self._share = share
        self.asked: list[tuple[str, str]] = []

    async def ask(self, candidate: Candidate, case: Case) -> CaseResult:
        """Answer. Cases differ in how difficult they are, the same for all candidates."""
        self.asked.append((candidate.name, case.id))
        difficulty = hashlib.sha256(case.id.encode()).digest()[0] / 256
        return answered(case, right=difficulty < self._share(candidate))

"""Where a review is: the drafts, which one is shown, and what can be undone. Does no input and no output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from evals.cases.case import Case
from evals.cases.draft.draft import Decision, Draft


class Session:
    """A review of drafts, from the first undecided one on. A skipped draft stays undecided, for another session."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self._drafts = list(drafts)
        self._before: list[tuple[int, Draft]] = []
        self._position = 0
        self._go_to_undecided()

    @property
    def drafts(self) -> tuple[Draft, ...]:
        """All drafts with the decisions so far, in order."""
        return tuple(self._drafts)

    @property
    def current(self) -> Draft | None:
        """The draft to decide on; None at the end."""
        return self._drafts[self._position] if self._position < len(self._drafts) else None

    @property
    def number(self) -> int:
        """The number of the current draft, from 1."""
        return self._position + 1

    @property
    def counts(self) -> Counter[Decision | None]:
        """How many drafts are accepted, rejected, and undecided (None)."""
        return Counter(draft.decision for draft in self._drafts)

    def decide(self, decision: Decision) -> None:
        """Accept or reject the current draft, and go to the next undecided one."""
        self._change(replace(self._drafts[self._position], decision=decision))
        self._position += 1
        self._go_to_undecided()

    def edit(self, case: Case) -> None:
        """Replace the case of the current draft, which stays the current one."""
        self._change(replace(self._drafts[self._position], case=case))

    def skip(self) -> None:
        """Leave the current draft undecided, and go to the next undecided one."""
        self._change(self._drafts[self._position])
        self._position += 1
        self._go_to_undecided()

    def undo(self) -> bool:
        """Take the last decision, edit or skip of this session back, and show its draft; False where there is none."""
        if not self._before:
            return False
        self._position, draft = self._before.pop()
        self._drafts[self._position] = draft
        return True

    def _change(self, draft: Draft) -> None:
        self._before.append((self._position, self._drafts[self._position]))
        self._drafts[self._position] = draft

    def _go_to_undecided(self) -> None:
        while self._position < len(self._drafts) and self._drafts[self._position].decision is not None:
            self._position += 1

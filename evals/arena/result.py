"""The result of an arena: the standings by each source, how far two sources agree, and every decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.arena.decide import Decision
from evals.arena.standings import Standings
from evals.arena.votes import Posted
from evals.judge.agreement import Agreement, Pair, measure_agreement
from evals.judge.measure import judge_sentence

PEOPLE = "people"
_NO_VOTES = "No person has voted on these answers yet. Post pairs with --queue N, and let people decide them on /admin."


@dataclass(frozen=True, slots=True)
class Arena:
    """What was compared, and what came out.

    models      the run of each model, by its name
    questions   those that at least two models were asked
    judge       the judge and what it was asked; None where none was
    standings   by each source, the judge or metric first, people last
    agreement   of the judge or metric with people, on the matches that both decided; None without votes
    decisions   by source, in the order of `standings`
    posted      what became of the pairs that were posted to the review queue; None where none were
    folder      where the result is written
    lacks_votes votes were to be read, and there are none
    """

    models: Mapping[str, Path]
    questions: int
    judge: Mapping[str, Any] | None
    standings: tuple[Standings, ...]
    agreement: Agreement | None
    decisions: Mapping[str, Sequence[Decision]]
    posted: Posted | None
    folder: Path
    lacks_votes: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the decisions as JSON values, for scripts."""
        return {
            "folder": str(self.folder),
            "models": {name: str(folder) for name, folder in self.models.items()},
            "questions": self.questions,
            "judge": dict(self.judge) if self.judge else None,
            "standings": [standings.to_dict() for standings in self.standings],
            "agreement": self.agreement.to_dict() if self.agreement else None,
            "posted": {"added": self.posted.added, "known": self.posted.known} if self.posted else None,
        }

    def notes(self) -> list[str]:
        """Return what a reader of the standings has to know, in sentences."""
        judge = [judge_sentence(self.judge)] if self.judge else []
        return (
            judge
            + ([_NO_VOTES] if self.lacks_votes else [])
            + [note for standings in self.standings for note in _notes(standings)]
            + [
                *(self.agreement.sentences("The decisions and the votes of people") if self.agreement else ()),
                *self._unchecked(),
            ]
        )

    def _unchecked(self) -> list[str]:
        if self.judge is None or self.agreement is not None:
            return []
        return [
            "How far this judge agrees with people is unknown here: no vote is on these answers. Post pairs with "
            "--queue N, let people vote, and read the votes with --votes."
        ]


def compare_with_votes(decisions: Sequence[Decision], votes: Sequence[Decision]) -> Agreement | None:
    """Return the agreement on the matches with a vote; None without votes. Undecided matches are not judged."""
    decided = {_key(decision): decision.outcome for decision in decisions}
    pairs = [Pair(decided.get(_key(vote)), str(vote.outcome), vote.match.case.id) for vote in votes]
    return measure_agreement(pairs) if pairs else None


def decision_row(source: str, decision: Decision) -> dict[str, Any]:
    """Return the line of `decisions.jsonl` for a decision."""
    match = decision.match
    answers = match.answers
    return {
        "source": source,
        "case": match.case.id,
        "question": match.case.question,
        "a": {"model": match.a, "answer": answers[0] if answers else None},
        "b": {"model": match.b, "answer": answers[1] if answers else None},
        "outcome": decision.outcome,
        "reason": decision.reason,
        "replies": list(decision.replies),
    }


def _key(decision: Decision) -> tuple[str, str, str]:
    return decision.match.a, decision.match.b, decision.match.case.id


def _notes(standings: Standings) -> list[str]:
    notes: list[str] = []
    if len(standings.groups) > 1:
        names = "; ".join(", ".join(one.model for one in group) for group in standings.groups)
        notes.append(
            f"By {standings.source}, these groups of models are connected by no match, and cannot be compared: {names}."
        )
    bias = standings.position_bias
    if bias is not None:
        notes.append(
            f"Position bias: in {bias.inconsistent} of {bias.asked} matches ({bias.share:.0%}) the judge's replies in "
            f"both orders disagree, which counts as a tie. Of its replies {bias.first} preferred the first answer, "
            f"{bias.second} the second, {bias.tie} neither."
        )
    if standings.longer_won or standings.shorter_won:
        won = standings.longer_won + standings.shorter_won
        notes.append(f"Length: by {standings.source}, the longer answer won {standings.longer_won} of {won} matches.")
    for cause, count in standings.undecided.items():
        notes.append(f"Not decided by {standings.source}: {count} ({cause})")
    return notes

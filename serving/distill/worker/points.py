"""The evaluations of a training, the best of them, and when there is no use in going on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import reduce
from typing import Any

from .scores import Scores


@dataclass(frozen=True, slots=True)
class Point:
    """One evaluation.

    examples, tokens   seen until then; an example counts each time, with all its tokens
    loss               on all held-out examples
    answers            an example's id and the answer to its prompt
    """

    step: int
    examples: int
    tokens: int
    seconds: float
    loss: float
    scores: Scores
    answers: tuple[tuple[str, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return one object with the scores among the other figures."""
        return {
            "step": self.step,
            "examples": self.examples,
            "tokens": self.tokens,
            "seconds": round(self.seconds, 1),
            "loss": round(self.loss, 5),
            **self.scores.to_dict(),
            "answers": [list(pair) for pair in self.answers],
        }

    @staticmethod
    def from_dict(values: dict[str, Any]) -> Point:
        """Return the point of an object that `to_dict` made."""
        own = {name: values[name] for name in ("step", "examples", "tokens", "seconds", "loss")}
        scores = Scores(**{field.name: values[field.name] for field in fields(Scores)})
        return Point(**own, scores=scores, answers=tuple((name, text) for name, text in values["answers"]))


def best(points: Sequence[Point]) -> Point:
    """Return the point whose weights are kept after these evaluations; the untrained model's is none of them."""
    trained = (point for point in points if point.step)
    return reduce(lambda kept, point: point if is_better(point, kept) else kept, trained)


def is_better(point: Point, kept: Point) -> bool:
    """Return whether a point replaces the one that is kept.

    Its score is higher by more than a standard error, or not lower by more than that and its loss is lower: a few
    answers distinguish neighbouring checkpoints by chance only, while the loss is over many more tokens.
    """
    difference = point.scores.score - kept.scores.score
    return difference > kept.scores.error or (difference >= -kept.scores.error and point.loss < kept.loss)


def is_exhausted(points: Sequence[Point], patience: int) -> bool:
    """Return whether neither the loss nor the score was better in the last `patience` evaluations than before."""
    before, recent = points[:-patience], points[-patience:]
    if not before:
        return False
    lower = min(point.loss for point in recent) < min(point.loss for point in before)
    higher = max(point.scores.score for point in recent) > max(point.scores.score for point in before)
    return not (lower or higher)


def described(point: Point) -> str:
    """Return a point in a line."""
    parts = [f"step {point.step}", f"{point.examples} examples", f"held-out loss {point.loss:.3f}"]
    scores = point.scores
    parts += [
        f"{name} {value:.2f}"
        for name, value in (
            ("F1", scores.f1),
            ("cited", scores.cited),
            ("refused", scores.refused),
            ("wrongly refused", scores.overrefused),
            ("loops", scores.loops),
            ("score", scores.score),
        )
        if value is not None
    ]
    return ", ".join(parts)

"""The figures of one checker on each set, each with its bar where the project has set itself one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from benchmarks.grounding.cases import Case
from benchmarks.grounding.checkers import Outcome
from benchmarks.grounding.measures import Floats, any_overlap, auroc, character_counts, f1, interval, ratio

Figures = dict[str, float]
Outcomes = Mapping[str, Sequence[Outcome]]

# Kinds of the perturbation set that change nothing, and must not be flagged.
UNTOUCHED, HARMLESS = "verbatim", "benign_edit"


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure has to reach: at least `value`, or at most where `is_ceiling`."""

    value: float
    is_ceiling: bool = False

    def is_met(self, figure: float) -> bool:
        """Say whether a figure reaches the bar; a missing figure (NaN) does not."""
        return figure <= self.value if self.is_ceiling else figure >= self.value


BARS: dict[tuple[str, str], Bar] = {
    ("equivalence", "flagged"): Bar(0.01, is_ceiling=True),
    ("equivalence", "flagged hard"): Bar(0.002, is_ceiling=True),
    ("contrast", "caught"): Bar(0.97),
    ("contrast", "both of a pair right"): Bar(0.96),
    ("perturbation", "recall, mean of the kinds"): Bar(0.88),
    ("perturbation", "verbatim flagged"): Bar(0.003, is_ceiling=True),
    ("perturbation", "harmless edit flagged hard"): Bar(0.03, is_ceiling=True),
    ("quintd", "AUROC"): Bar(0.75),
    ("quintd", "character F1"): Bar(0.42),
    ("quintd", "clean answers flagged hard"): Bar(0.10, is_ceiling=True),
}


def is_clean(case: Case) -> bool:
    """Say whether people read the answer and marked nothing."""
    return not case.spans


def is_caught(outcome: Outcome) -> bool:
    """Say whether some flag overlaps what was changed."""
    return any_overlap(outcome.ranges, outcome.case.errors)


def hard_alone(outcomes: Outcomes) -> dict[str, list[Outcome]]:
    """Return the outcomes of a checker that has the hard flags only; its score says whether there is one."""
    return {
        name: [replace(one, marks=tuple(m for m in one.marks if m.hard), score=float(not one.hard)) for one in ones]
        for name, ones in outcomes.items()
    }


def all_figures(outcomes: Outcomes) -> dict[str, Figures]:
    """Return the figures of every set that `outcomes` has."""
    figures: dict[str, Figures] = {}
    for name, ones in outcomes.items():
        if name == "equivalence":
            figures[name] = _flagged(ones)
        elif name == "contrast":
            figures[name] = contrast_figures(ones, outcomes.get("equivalence", ()))
        elif name == "perturbation":
            figures[name] = perturbation_figures(ones)
        elif name == "quintd":
            figures[name] = _human_marked(_columns(ones), np.ones(len(ones)))
        else:
            figures[name] = supported_figures(ones)
    return figures


def human_marked_intervals(outcomes: Sequence[Outcome]) -> dict[str, tuple[float, float]]:
    """Return the 95% intervals of the human-marked set's figures, over the sources of its answers."""
    return interval(partial(_human_marked, _columns(outcomes)), [one.case.source for one in outcomes])


def contrast_figures(contrast: Sequence[Outcome], equivalence: Sequence[Outcome]) -> Figures:
    """Return how many wrong forms are caught, and for how many pairs the equal form is also left alone."""
    wrong = {one.case.pair for one in equivalence if one.marks}
    caught = [one for one in contrast if is_caught(one)]
    both = sum(one.case.pair not in wrong for one in caught)
    figures = {"caught": ratio(len(caught), len(contrast))}
    return {**figures, "both of a pair right": ratio(both, len(contrast))} if equivalence else figures


def perturbation_figures(outcomes: Sequence[Outcome]) -> Figures:
    """Return the recall of each kind of change, their plain mean, and the false alarms where nothing was changed."""
    kinds = dict.fromkeys(one.case.kind for one in outcomes)
    by_kind = {kind: [one for one in outcomes if one.case.kind == kind] for kind in kinds}
    untouched, harmless = by_kind.pop(UNTOUCHED, []), by_kind.pop(HARMLESS, [])
    recall = {kind: ratio(sum(map(is_caught, ones)), len(ones)) for kind, ones in by_kind.items()}
    return {
        "recall, mean of the kinds": ratio(sum(recall.values()), len(recall)),
        **{f"  {kind}": value for kind, value in recall.items()},
        **{f"verbatim {name}": value for name, value in _flagged(untouched).items()},
        **{f"harmless edit {name}": value for name, value in _flagged(harmless).items()},
    }


def supported_figures(outcomes: Sequence[Outcome]) -> Figures:
    """Return the alarms on answers that are supported as a whole, though no one checked their spans."""
    answers = len(outcomes)
    return {
        "flags per answer": ratio(sum(len(one.marks) for one in outcomes), answers),
        "hard flags per answer": ratio(sum(len(one.hard) for one in outcomes), answers),
        **{f"answers {name}": value for name, value in _flagged(outcomes).items()},
        "mean score": ratio(sum(one.score for one in outcomes), answers),
    }


def _flagged(outcomes: Sequence[Outcome]) -> Figures:
    return {
        "flagged": ratio(sum(bool(one.marks) for one in outcomes), len(outcomes)),
        "flagged hard": ratio(sum(bool(one.hard) for one in outcomes), len(outcomes)),
    }


def _human_marked(columns: dict[str, Floats], weights: Floats) -> Figures:
    """Return the figures of human-marked answers, each counted `weights` times.

    Answers with an error (a label Incorrect or NotCheckable) are told from clean ones (no label at all); those with
    other labels only count in the character figures and as places where a hard flag may be right.
    """
    marked, clean, flagged, has_hard = (columns[name] * weights for name in ("marked", "clean", "flagged", "has hard"))
    true = (columns["marked"] * flagged).sum()
    right, false, missed = ((columns[name] * weights).sum() for name in ("right", "false", "missed"))
    judged = (columns["marked"] + columns["clean"]) > 0
    return {
        "AUROC": auroc(columns["unsupported"][judged], columns["marked"][judged] > 0, weights[judged]),
        "example F1": f1(true, (columns["clean"] * flagged).sum(), marked.sum() - true),
        "character F1": f1(right, false, missed),
        "character precision": ratio(right, right + false),
        "character recall": ratio(right, right + missed),
        "hard flags that overlap a label": ratio(
            (columns["hard right"] * weights).sum(), (columns["hard"] * weights).sum()
        ),
        "marked answers flagged hard": ratio((columns["marked"] * has_hard).sum(), marked.sum()),
        "clean answers flagged hard": ratio((columns["clean"] * has_hard).sum(), clean.sum()),
        "clean answers flagged": ratio((columns["clean"] * flagged).sum(), clean.sum()),
        "flags per clean answer": ratio((columns["clean"] * columns["flags"] * weights).sum(), clean.sum()),
    }


def _columns(outcomes: Sequence[Outcome]) -> dict[str, Floats]:
    """Return what the figures are made of, one number for each answer."""
    rows = []
    for one in outcomes:
        labels = [span.range for span in one.case.spans]
        right, false, missed = character_counts(len(one.case.answer), one.ranges, one.case.errors)
        rows.append(
            {
                "marked": bool(one.case.errors),
                "clean": is_clean(one.case),
                "flagged": bool(one.marks),
                "flags": len(one.marks),
                "unsupported": 1 - one.score,
                "right": right,
                "false": false,
                "missed": missed,
                "hard": len(one.hard),
                "hard right": sum(any_overlap([place], labels) for place in one.hard),
                "has hard": bool(one.hard),
            }
        )
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}

"""How good the grounding checker is on real answers: by set, and by reason.

    python -m benchmarks.grounding.real DATA_FOLDER [--alarms N] [--misses N] [--reason REASON] [--seed N] [--set NAME]

DATA_FOLDER has the folder `grounding_real`: answers of models and people over retrieved text, judged by people. The
naive checker takes the share of an answer's content words whose stem no context has. AUROC tells answers with an
unsupported part from supported ones; the best F1 is that of the threshold chosen on the other four fifths of the
sources.
Intervals are 95% bootstrap intervals over sources. Prints at random alarms and misses of hard flags to read.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text
from sklearn.model_selection import GroupKFold

from benchmarks.grounding.cases import REAL_SETS, Case, read_real_cases
from benchmarks.grounding.checkers import Checker, Mark, Outcome, any_word, groundwork
from benchmarks.grounding.measures import Floats, any_overlap, auroc, f1, interval, ratio
from benchmarks.grounding.worst import nearest_sentence

JUDGED_SETS = REAL_SETS[:3]
"""The sets that decide whether a reason is hard: hagrid_dev, gensearch_dev, mtrag_human."""
_FOLDS = 5
_FEWEST_FLAGS = 20
_WIDTH = 170
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Flagged:
    """One flag of one answer; `right` is None where people disagreed about what it touches."""

    outcome: Outcome
    mark: Mark
    right: bool | None


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    console = Console(width=_WIDTH)
    cases = {name: read_real_cases(arguments.folder, name) for name in REAL_SETS}
    naive, ours = run(any_word, cases), run(groundwork, cases)
    console.print(set_table(naive, ours))
    console.print(reason_table(ours))
    chance = random.Random(arguments.seed)
    chosen = {name: ones for name, ones in ours.items() if arguments.set in ("", name)}
    for flagged in _sample(alarms(chosen, arguments.reason), arguments.alarms, chance):
        console.print(_alarm(flagged))
    for outcome in _sample(misses(chosen), arguments.misses, chance):
        console.print(_miss(outcome))


def run(checker: Checker, cases: dict[str, list[Case]]) -> dict[str, list[Outcome]]:
    """Return the outcomes of a checker on every set."""
    return {name: checker(ones) for name, ones in cases.items()}


def set_table(naive: dict[str, list[Outcome]], ours: dict[str, list[Outcome]]) -> Table:
    """Return the figures of each set."""
    table = Table(title="Real answers, by set")
    for column in (
        "set",
        "unsupported / supported",
        "AUROC naive",
        "ours",
        "95%",
        "difference, 95%",
        "best F1 naive",
        "ours",
        "hard flags on supported",
        "95%",
        "hard flags that touch a label",
        "95%",
        "unsupported with a hard flag",
    ):
        table.add_column(column, justify="left" if column == "set" else "right")
    for name, ones in ours.items():
        judged = [place for place, one in enumerate(ones) if one.case.unsupported is not None]
        theirs, own = [naive[name][place] for place in judged], [ones[place] for place in judged]
        sources = [one.case.source for one in own]
        both = interval(partial(_set_figures, theirs, own), sources)
        figures = _set_figures(theirs, own, np.ones(len(own)))
        positive = sum(_truth(own))
        table.add_row(
            name,
            f"{positive} / {len(own) - positive}",
            _figure(figures["naive"]),
            _figure(figures["ours"]),
            _range(both["ours"]),
            _range(both["difference"]),
            _figure(best_f1(doubts(theirs), _truth(own), sources)),
            _figure(best_f1(doubts(own), _truth(own), sources)),
            _figure(figures["alarms"]),
            _range(both["alarms"]),
            _figure(figures["precision"]),
            _range(both["precision"]),
            _figure(figures["recall"]),
        )
    return table


def _set_figures(naive: Sequence[Outcome], ours: Sequence[Outcome], weights: Floats) -> dict[str, float]:
    truth = _truth(ours)
    has_hard = np.array([bool(one.hard) for one in ours])
    flags = np.array([sum(f.right is not None for f in hard_flags(one)) for one in ours], dtype=np.float64)
    right = np.array([sum(f.right is True for f in hard_flags(one)) for one in ours], dtype=np.float64)
    areas = auroc(doubts(naive), truth, weights), auroc(doubts(ours), truth, weights)
    return {
        "naive": areas[0],
        "ours": areas[1],
        "difference": areas[1] - areas[0],
        "alarms": ratio(float((weights * ~truth * has_hard).sum()), float((weights * ~truth).sum())),
        "precision": ratio(float((weights * right).sum()), float((weights * flags).sum())),
        "recall": ratio(float((weights * truth * has_hard).sum()), float((weights * truth).sum())),
    }


def best_f1(scores: Floats, truth: np.ndarray, sources: Sequence[str]) -> float:
    """Return the F1 of thresholds that were each chosen on the other folds of sources; NaN with one class only."""
    if truth.all() or not truth.any():
        return float("nan")
    found = np.zeros(len(scores), dtype=bool)
    for rows, held_out in GroupKFold(_FOLDS).split(scores, truth, sources):
        thresholds = np.unique(scores[rows])
        best = max(thresholds, key=lambda limit: _f1(scores[rows] >= limit, truth[rows]))
        found[held_out] = scores[held_out] >= best
    return _f1(found, truth)


def _f1(found: np.ndarray, truth: np.ndarray) -> float:
    return f1(float((found & truth).sum()), float((found & ~truth).sum()), float((~found & truth).sum()))


def reason_table(outcomes: dict[str, list[Outcome]]) -> Table:
    """Return, for each reason and severity, the share of flags that touch a label over the judged sets together."""
    judged = [flagged for name in JUDGED_SETS for one in outcomes[name] for flagged in flags_of(one)]
    gold = [mark for one in outcomes["clapnq_gold"] for mark in one.marks]
    title = f"By reason: flags on {', '.join(JUDGED_SETS)} together; a hard reason needs .75"
    columns = ("reason", "severity", "flags", "touch a label", "95%", *JUDGED_SETS, "flags on clapnq_gold", "verdict")
    table = Table(*columns, title=title)
    for column in table.columns[2:]:
        column.justify = "right"
    for hard in (True, False):
        for reason in sorted({flagged.mark.reason for flagged in judged if flagged.mark.hard is hard}):
            own = [f for f in judged if f.mark.hard is hard and f.mark.reason == reason and f.right is not None]
            low, high = _flag_interval(own)
            share = _right_share(own)
            passes = share >= 0.75 if len(own) >= _FEWEST_FLAGS else high >= 0.75
            by_set = [[f for f in own if f.outcome.case.group == name] for name in JUDGED_SETS]
            table.add_row(
                reason,
                "hard" if hard else "soft",
                str(len(own)),
                _figure(share),
                _range((low, high)),
                *(f"{_figure(_right_share(ones))} of {len(ones)}" for ones in by_set),
                str(sum(mark.hard is hard and mark.reason == reason for mark in gold)),
                "" if not hard else "passes" if passes else "[red]too often wrong[/]",
            )
    return table


def flags_of(outcome: Outcome) -> Iterator[Flagged]:
    """Yield the flags of an answer, each with whether it touches what people marked."""
    errors = outcome.case.errors
    disputed = [span.range for span in outcome.case.spans if not span.is_error]
    for mark in outcome.marks:
        right = any_overlap([mark.range], errors)
        in_doubt = not right and (outcome.case.unsupported is None or any_overlap([mark.range], disputed))
        yield Flagged(outcome, mark, None if in_doubt else right)


def hard_flags(outcome: Outcome) -> list[Flagged]:
    """Return the hard flags of an answer."""
    return [flagged for flagged in flags_of(outcome) if flagged.mark.hard]


def alarms(outcomes: dict[str, list[Outcome]], reason: str) -> list[Flagged]:
    """Return the hard flags that touch no label, of one reason where it is not ""."""
    every = [flagged for ones in outcomes.values() for one in ones for flagged in flags_of(one)]
    return [f for f in every if f.right is False and (f.mark.reason == reason if reason else f.mark.hard)]


def misses(outcomes: dict[str, list[Outcome]]) -> list[Outcome]:
    """Return the unsupported answers without a hard flag."""
    return [one for ones in outcomes.values() for one in ones if one.case.unsupported and not one.hard]


def doubts(outcomes: Sequence[Outcome]) -> Floats:
    """Return how doubtful each answer is, one number for each."""
    return np.array([1 - one.score for one in outcomes])


def _truth(outcomes: Sequence[Outcome]) -> np.ndarray:
    return np.array([bool(one.case.unsupported) for one in outcomes])


def _flag_interval(flags: Sequence[Flagged]) -> tuple[float, float]:
    def figures(weights: Floats) -> dict[str, float]:
        right = np.array([flagged.right is True for flagged in flags])
        return {"right": ratio(float((weights * right).sum()), float(weights.sum()))}

    if not flags:
        return float("nan"), float("nan")
    return interval(figures, [flagged.outcome.case.source for flagged in flags])["right"]


def _right_share(flags: Sequence[Flagged]) -> float:
    return ratio(sum(flagged.right is True for flagged in flags), len(flags))


def _sample(items: Iterable[_Item], count: int, chance: random.Random) -> list[_Item]:
    every = list(items)
    return chance.sample(every, min(count, len(every)))


def _alarm(flagged: Flagged) -> Text:
    mark, case = flagged.mark, flagged.outcome.case
    text = Text(f"\n{case.id}: {mark.reason} at {case.answer[mark.start : mark.end]!r}\n", style="bold")
    return text.append(_beside(case, mark.start), style="not bold")


def _miss(outcome: Outcome) -> Text:
    case = outcome.case
    start = case.errors[0][0] if case.errors else 0
    text = Text(f"\n{case.id}: score {outcome.score:.2f}, missed\n", style="bold")
    return text.append(_beside(case, start), style="not bold")


def _beside(case: Case, start: int) -> str:
    first = max(case.answer.rfind(". ", 0, start), case.answer.rfind("\n", 0, start)) + 1
    end = case.answer.find(". ", start)
    sentence = case.answer[first : end + 1 if end >= 0 else len(case.answer)].strip()
    nearest = nearest_sentence(sentence, case.contexts)
    return f"  question: {case.question}\n  answer:   {sentence[:500]}\n  source:   {nearest[:500]}"


def _figure(figure: float) -> str:
    return "–" if figure != figure else f"{figure:.3f}".removeprefix("0")


def _range(low_high: tuple[float, float]) -> str:
    low, high = low_high
    return "–" if low != low else f"{_signed(low)} to {_signed(high)}"


def _signed(figure: float) -> str:
    return f"{figure:.2f}".replace("0.", ".", 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--alarms", type=int, default=0, metavar="N", help="print so many wrong flags")
    parser.add_argument("--misses", type=int, default=0, metavar="N", help="print so many answers without a hard flag")
    parser.add_argument("--reason", default="", help="print flags of this reason, soft ones included")
    parser.add_argument("--set", default="", choices=("", *REAL_SETS), help="print those of this set alone")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()

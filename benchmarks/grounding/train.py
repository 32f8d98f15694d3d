"""Train the weights of the grounding score, measure them on real answers, and write them.

    python -m benchmarks.grounding.train DATA_FOLDER [--check]

Writes `app/grounding/score/weights.json`: the same bytes each time but for the date. `--check` measures only.

A logistic regression estimates the doubt about a sentence from its features. It
is trained on answers of one sentence, on answers that were judged as a whole, and on made ones (see `made`) in which
the wrong sentence is known. Of the doubt about an answer only one number is trained: how much the mean doubt of
its sentences weighs beside the largest. In each set the unsupported and the supported ones have the same weight
together, so that no set's share of unsupported answers is learned.

The measurement leaves each set that was judged by people out of the training, with all sets that share its texts.
gensearch_dev, expertqa_dev, summedits_dev and Quintd are never trained on. The naive rules count the words whose stem
no context has: their share, their number, and whether there are any. Intervals are 95% bootstrap intervals over
sources, of the difference to the best of the three.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from sklearn.linear_model import LogisticRegression

from app.grounding.check import has_no_doubt
from app.grounding.compare.index import ContextIndex
from app.grounding.read import read_answer
from app.grounding.report import SentenceScore
from app.grounding.score.answer import CLAIMS_NOTHING, mixed, worst_and_mean
from app.grounding.score.features import Features
from app.grounding.score.weights import WEIGHTS_FILE, Model
from benchmarks.grounding.cases import Case, read_cases, read_passages, read_real_cases
from benchmarks.grounding.checkers import any_word
from benchmarks.grounding.made import beside_others, joined, of_passages, with_inserted
from benchmarks.grounding.measures import Floats, any_overlap, auroc, interval
from benchmarks.grounding.real import best_f1

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """A set that is trained on: the weight of its answers and of its sentences, and what it shares texts with.

    Made answers weigh less than those that people judged: they say which sentence is wrong, not how often.
    """

    family: str
    answers: float
    sentences: float


TRAINING = {
    "hagrid_dev": TrainingSet("hagrid", 1.0, 1.0),
    "hagrid_dev, joined": TrainingSet("hagrid", 1.0, 0.0),
    "mtrag_human": TrainingSet("mtrag", 1.5, 0.7),
    "mtrag_human, made": TrainingSet("mtrag", 0.4, 1.0),
    "mtrag, made": TrainingSet("mtrag", 0.4, 0.5),
    "clapnq_gold, made": TrainingSet("clapnq", 0.4, 0.7),
    "anthropic, made": TrainingSet("anthropic", 0.2, 0.3),
    "perturbation": TrainingSet("perturbation", 0.1, 0.3),
    "passages, en": TrainingSet("passages", 0.1, 0.3),
    "passages, de": TrainingSet("passages", 0.1, 0.2),
    "passages, es": TrainingSet("passages", 0.1, 0.2),
    "passages, fr": TrainingSet("passages", 0.1, 0.2),
}
JUDGED = ("hagrid_dev", "gensearch_dev", "mtrag_human")
FURTHER = ("gensearch_dev, joined", "hagrid_dev, joined", "expertqa_dev", "summedits_dev", "quintd")
_FILES = (
    "grounding_real/hagrid_dev.jsonl.gz",
    "grounding_real/mtrag_human.jsonl.gz",
    "grounding_real/clapnq_gold.jsonl.gz",
    "grounding_real/answerability_dev.jsonl.gz",
    "grounding/perturbation_dev.jsonl.gz",
    "mtrag_cloud/human_tasks.jsonl",
    "mtrag_cloud/passages.jsonl.gz",
    "anthropic_docs/anthropic_docs.json",
    "anthropic_docs/docs_evaluation_dataset.json",
)
# The L2 penalty on the normalised weights; between .003 and .15 the figures move by less than .01.
_PENALTY = 0.03
_LONG_ANSWER = 25  # words of an answer into which a sentence is inserted
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its range, its features (None where nothing is in doubt), and whether it claims something."""

    start: int
    end: int
    features: Features | None
    claims: bool
    unsupported: bool


@dataclass(frozen=True, slots=True)
class Example:
    """An answer with its sentences and what the naive rules say: the share and the number of absent stems."""

    source: str
    unsupported: bool
    sentences: tuple[Sentence, ...]
    naive: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted regression with the normalisation of its features."""

    names: tuple[str, ...]
    mean: Floats
    deviation: Floats
    weights: Floats
    intercept: float

    def model(self) -> Model:
        """Return the model for features that are not normalised."""
        weights = self.weights / self.deviation
        return Model(self.intercept - float(weights @ self.mean), tuple(map(float, weights)))

    def to_dict(self) -> dict[str, Any]:
        """Return the model as it is written to the file."""
        rows = zip(self.names, self.mean, self.deviation, self.weights, strict=True)
        features = {
            name: {"mean": _rounded(mean), "deviation": _rounded(deviation), "weight": _rounded(weight)}
            for name, mean, deviation, weight in rows
        }
        return {"intercept": _rounded(self.intercept), "features": features}


def main() -> None:
    """Read, measure, print, train on everything, and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="measure and print, but write nothing")
    arguments = parser.parse_args()
    examples = {name: read_examples(cases, name) for name, cases in read_sets(arguments.folder).items()}
    figures = evaluate(examples)
    sentence, mean_share = train({name: examples[name] for name in TRAINING})
    console = Console(width=170)
    console.print(figure_table(figures))
    console.print(weight_table(sentence), f"share of the mean doubt in that of an answer: {mean_share:.2f}")
    if not arguments.check:
        content = {
            "trained_on": {
                "date": datetime.now(UTC).date().isoformat(),
                "files": {name: _sha256(arguments.folder / name) for name in _FILES},
                "sets": {name: len(examples[name]) for name in TRAINING},
                "versions": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
            },
            "sentence": sentence.to_dict(),
            "answer": {"mean_share": mean_share},
            "evaluation": figures,
        }
        WEIGHTS_FILE.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def read_sets(folder: Path) -> dict[str, list[Case]]:
    """Return all sets; answers that people did not agree on are left out."""
    chance = random.Random(0)
    names = (*JUDGED, "clapnq_gold", "expertqa_dev", "summedits_dev")
    real = {name: [c for c in read_real_cases(folder, name) if c.unsupported is not None] for name in names}
    made = read_cases(folder, ["perturbation", "quintd", "mtrag", "anthropic"])
    sets = {name: real[name] for name in (*JUDGED, "expertqa_dev", "summedits_dev")}
    sets["perturbation"] = [replace(case, unsupported=bool(case.errors)) for case in made["perturbation"]]
    sets["quintd"] = [
        replace(case, unsupported=bool(case.errors))
        for case in made["quintd"]
        if case.errors or all(span.is_error for span in case.spans)
    ]
    long = [c for c in real["mtrag_human"] if not c.unsupported and len(c.answer.split()) > _LONG_ANSWER]
    sources = {"clapnq_gold": (real["clapnq_gold"], 0), "mtrag_human": (long, 1)}
    sources |= {"mtrag": (made["mtrag"], 3), "anthropic": (made["anthropic"], 1)}
    for name, (cases, skipped) in sources.items():
        passages = read_passages(folder, name) if name in ("mtrag", "anthropic") else _contexts(real[name])
        others = beside_others(cases, passages, skipped)
        sets[f"{name}, made"] = [*with_inserted(cases, chance), *others]
    for name in ("hagrid_dev", "gensearch_dev"):
        sets[f"{name}, joined"] = list(joined(real[name]))
    for language in ("en", "de", "es", "fr"):
        sets[f"passages, {language}"] = list(of_passages(folder, language, chance))
    return sets


def _contexts(cases: Iterable[Case]) -> list[str]:
    return [context for case in cases for context in case.contexts]


def read_examples(cases: Sequence[Case], name: str) -> list[Example]:
    """Read the cases of a set, those with the same contexts one after the other."""
    judged_as_a_whole = name in JUDGED
    examples: dict[int, Example] = {}
    naive = any_word(cases)
    by_contexts = sorted(range(len(cases)), key=lambda place: cases[place].contexts)
    for contexts, places in groupby(by_contexts, key=lambda place: cases[place].contexts):
        index = ContextIndex.build(contexts)
        for place in places:
            case, count = cases[place], len(naive[place].marks)
            rules = (1 - naive[place].score, float(count), float(count > 0))
            sentences = tuple(_sentences(case, index, judged_as_a_whole=judged_as_a_whole))
            unsupported = bool(case.unsupported)
            examples[place] = Example(case.source, unsupported, sentences, rules)
    return [examples[place] for place in range(len(cases))]


def _sentences(case: Case, index: ContextIndex, *, judged_as_a_whole: bool) -> Iterator[Sentence]:
    answer, readings = read_answer(case.answer, index, case.question)
    for reading in readings:
        start, end = answer.normalised.original_span(reading.start, reading.end)
        wrong = bool(case.unsupported) if judged_as_a_whole else any_overlap([(start, end)], case.errors)
        features = None if has_no_doubt(reading) else reading.features
        yield Sentence(start, end, features, bool(reading.claims), wrong)


def train(examples: Mapping[str, Sequence[Example]]) -> tuple[Trained, float]:
    """Fit the model of a sentence, and the share of the mean doubt in that of an answer."""
    vectors, truth, weights = [], [], []
    for name, ones in examples.items():
        known = [(s.features, s.unsupported) for one in ones for s in one.sentences if s.features is not None]
        if TRAINING[name].sentences:
            vectors.append(np.array([features for features, _ in known], dtype=np.float64))
            truth.append(np.array([wrong for _, wrong in known]))
            weights.append(_balanced(truth[-1], TRAINING[name].sentences))
    sentence = fit(Features._fields, np.vstack(vectors), np.concatenate(truth), np.concatenate(weights))
    model = sentence.model()
    logits, truth, weights = [], [], []
    for name, ones in examples.items():
        rows = [(pair, one.unsupported) for one in ones if (pair := _of_answer(one, model)) is not None]
        logits += [pair for pair, _ in rows]
        truth.append(np.array([wrong for _, wrong in rows]))
        weights.append(_balanced(truth[-1], TRAINING[name].answers))
    mixture = LogisticRegression(C=1 / _PENALTY).fit(logits, np.concatenate(truth), np.concatenate(weights))
    worst, mean = mixture.coef_[0]
    return sentence, _rounded(min(1.0, max(0.0, mean / (worst + mean))))


def fit(names: tuple[str, ...], x: Floats, y: Booleans, w: Floats) -> Trained:
    """Fit a logistic regression on normalised features, with an L2 penalty.

    `x` has a row of features for each example, `y` says whether it is unsupported, `w` is its weight.
    """
    mean = np.average(x, axis=0, weights=w)
    deviation = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=w))
    model = LogisticRegression(C=1 / _PENALTY, max_iter=1000).fit((x - mean) / deviation, y, w / w.sum())
    return Trained(names, mean, deviation, model.coef_[0], float(model.intercept_[0]))


def evaluate(examples: Mapping[str, Sequence[Example]]) -> dict[str, dict[str, Any]]:
    """Return the figures of each set, by a model that was trained without it and without what shares its texts."""
    models: dict[str, tuple[Model, float]] = {}
    figures = {}
    for name in (*JUDGED, *FURTHER):
        family = TRAINING[name].family if name in TRAINING else ""
        if family not in models:
            rest = {other: examples[other] for other, one in TRAINING.items() if one.family != family}
            sentence, mean_share = train(rest)
            models[family] = sentence.model(), mean_share
        figures[name] = _figures(examples[name], *models[family])
    return figures


def _figures(ones: Sequence[Example], sentence: Model, mean_share: float) -> dict[str, Any]:
    doubts = np.array([_doubt(one, sentence, mean_share) for one in ones])
    truth = np.array([one.unsupported for one in ones])
    sources = [one.source for one in ones]
    even = np.ones(len(ones))
    rules = dict(zip(("share", "number", "any"), np.array([one.naive for one in ones]).T, strict=True))
    best = max(rules, key=lambda rule: auroc(rules[rule], truth, even))
    # What claims nothing has a fixed score.
    claims = np.array([any(sentence.claims for sentence in one.sentences) for one in ones])

    def compared(rows: Booleans, weights: Floats) -> dict[str, float]:
        naive = auroc(rules[best][rows], truth[rows], weights)
        own = auroc(doubts[rows], truth[rows], weights)
        return {"naive": naive, "score": own, "difference": own - naive}

    figures: dict[str, Any] = {"answers": len(ones), "unsupported": int(truth.sum()), "naive_rule": best}
    for kind, rows in (("all", np.ones(len(ones), dtype=bool)), ("that_claim_something", claims)):
        own_sources = [source for source, is_in in zip(sources, rows, strict=True) if is_in]
        low_high = interval(partial(compared, rows), own_sources)["difference"]
        plain = {key: _rounded(value) for key, value in compared(rows, np.ones(int(rows.sum()))).items()}
        figures[kind] = {**plain, "interval": list(map(_rounded, low_high))}
    figures["best_f1_naive"] = _rounded(best_f1(rules[best], truth, sources))
    figures["best_f1"] = _rounded(best_f1(doubts, truth, sources))
    return figures


def _doubt(one: Example, sentence: Model, mean_share: float) -> float:
    logits = _of_answer(one, sentence)
    if logits is None:
        return 0.0 if any(s.claims for s in one.sentences) else 1.0 - CLAIMS_NOTHING
    return mixed(*logits, mean_share)


def _of_answer(one: Example, sentence: Model) -> tuple[float, float] | None:
    scored = [
        SentenceScore(s.start, s.end, 1.0 if s.features is None else 1.0 - sentence.doubt(s.features), supported=True)
        for s in one.sentences
    ]
    return worst_and_mean(scored)


def _balanced(truth: Booleans, weight: float) -> Floats:
    """Return a weight for each example, so that both classes have half of the weight of the set."""
    positive = int(truth.sum())
    shares = np.array([1 / max(1, len(truth) - positive), 1 / max(1, positive)])
    balanced: Floats = weight / 2 * shares[truth.astype(int)]
    return balanced


def figure_table(figures: Mapping[str, Mapping[str, Any]]) -> Table:
    """Return the table of the evaluation."""
    table = Table(title="Area under the ROC curve on sets that were left out of the training")
    columns = ("set", "unsupported / answers", "best naive rule", "naive", "score", "difference, 95%")
    for column in (*columns, "of answers that claim something: naive", "score", "difference, 95%"):
        table.add_column(column)
    for column in ("best F1 naive", "best F1"):
        table.add_column(column)
    for name, one in figures.items():
        cells = []
        for kind in ("all", "that_claim_something"):
            low, high = one[kind]["interval"]
            cells += [f"{one[kind]['naive']:.3f}", f"{one[kind]['score']:.3f}"]
            cells.append(f"{one[kind]['difference']:+.3f} ({low:+.3f} to {high:+.3f})")
        f1s = f"{one['best_f1_naive']:.3f}", f"{one['best_f1']:.3f}"
        table.add_row(name, f"{one['unsupported']} / {one['answers']}", one["naive_rule"], *cells, *f1s)
    return table


def weight_table(trained: Trained) -> Table:
    """Return the table of the weights, which are those of the normalised features."""
    table = Table("feature", "weight", "mean", "deviation", title=f"intercept {trained.intercept:.3f}")
    for row in zip(trained.names, trained.weights, trained.mean, trained.deviation, strict=True):
        table.add_row(row[0], *(f"{figure:.3f}" for figure in row[1:]))
    return table


def _rounded(figure: float) -> float:
    return round(float(figure), _DIGITS)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()

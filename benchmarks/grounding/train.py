"""Train the weights of the grounding checker on the development data, and write `app/grounding/score/trained.py`.

    python -m benchmarks.grounding.train DATA_FOLDER

One example is one sentence. Sentences over data are those of the human-marked answers (Quintd), unsupported where they
overlap an "Incorrect" or "NotCheckable" span, left out where they overlap another mark alone. Sentences over prose
come from answers that people wrote from their sources (mtrag, anthropic): supported beside these; unsupported beside
the nearest other passages, and where one or two sentences of the answer to a similar question were appended; and
from real sentences in which one fact was changed (perturbation).

Prints, in five-fold cross-validation over sources, the area under the ROC curve for sentences and for answers (by
their worst sentence), beside that of the rules alone (the share of claims that no context has).
"""

from __future__ import annotations

import argparse
import random
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.tree._tree import Tree

from app.grounding.compare.index import ContextIndex
from app.grounding.read import read_answer
from benchmarks.grounding.cases import Case, read_cases, read_passages
from benchmarks.grounding.measures import any_overlap, auroc
from core.sentences import split_sentences

_TRAINED = Path(__file__).parents[2] / "app" / "grounding" / "trained.py"
# Contexts with a larger share of stop words are prose.
_PROSE = 0.2
_TREES = 100
_DEPTH = 3
_RATE = 0.1
_FOLDS = 5
# Of the passages nearest to an answer the first few may well carry it; those after them are about the same things.
_SKIPPED, _TAKEN = 2, 3


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence: where it is from, its features, the share of its claims that are absent, and the truth."""

    group: str
    answer: str
    source: str
    features: tuple[float, ...]
    absent: float
    unsupported: bool


def main() -> None:
    """Train, print the cross-validation, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    examples = [*_over_data(folder), *_over_prose(folder), *_over_changed_prose(folder)]
    print_validation(examples)
    _write(examples)


def _over_data(folder: Path) -> Iterator[Example]:
    for case in read_cases(folder, ["quintd"])["quintd"]:
        others = [span.range for span in case.spans if not span.is_error]
        for start, end, features, absent in _sentences(case, case.contexts):
            wrong = any_overlap([(start, end)], case.errors)
            if wrong or not any_overlap([(start, end)], others):
                yield Example("data", case.id, case.source, features, absent, wrong)


def _over_changed_prose(folder: Path) -> Iterator[Example]:
    for case in read_cases(folder, ["perturbation"])["perturbation"]:
        for start, end, features, absent in _sentences(case, case.contexts):
            changed = any_overlap([(start, end)], case.errors)
            yield Example("changed", case.id, case.source, features, absent, changed)


def _over_prose(folder: Path) -> Iterator[Example]:
    for name, cases in read_cases(folder, ["mtrag", "anthropic"]).items():
        passages = sorted({*read_passages(folder, name), *(context for case in cases for context in case.contexts)})
        near_passages = _Nearest(passages)
        near_answers = _Nearest([f"{case.question} {case.answer}" for case in cases])
        chance = random.Random(0)
        for case in cases:
            source = f"{name} {case.source}"
            for _, _, features, absent in _sentences(case, case.contexts):
                yield Example(name, case.id, source, features, absent, False)
            others = [passages[i] for i in near_passages.to(f"{case.question} {case.answer}", 60)]
            elsewhere = [text for text in others if not _overlaps(text, case.contexts)]
            for _, _, features, absent in _sentences(case, elsewhere[_SKIPPED : _SKIPPED + _TAKEN]):
                yield Example(f"{name}, other passages", case.id, source, features, absent, True)
            longer = _appended(case, cases, near_answers, chance)
            for start, _, features, absent in _sentences(longer, case.contexts):
                added = start >= len(case.answer.rstrip())
                yield Example(f"{name}, appended", case.id, source, features, absent, added)


class _Nearest:
    """Texts by the cosine of their TF-IDF vectors."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._vectoriser = TfidfVectorizer(sublinear_tf=True, stop_words="english")
        self._matrix = self._vectoriser.fit_transform(texts)

    def to(self, text: str, count: int) -> list[int]:
        likeness = (self._matrix @ self._vectoriser.transform([text]).T).toarray().ravel()
        return [int(place) for place in np.argsort(-likeness, kind="stable")[:count]]


def _appended(case: Case, cases: Sequence[Case], near: _Nearest, chance: random.Random) -> Case:
    """Return the case with one or two sentences from the answer to the most similar question with other sources."""
    for place in near.to(f"{case.question} {case.answer}", len(cases)):
        other = cases[place]
        if not set(other.contexts) & set(case.contexts):
            sentences = [other.answer[start:end] for start, end in split_sentences(other.answer)]
            usable = [sentence for sentence in sentences if 6 <= len(sentence.split()) <= 40]
            if usable:
                added = " ".join(usable[: chance.choice((1, 1, 2))])
                return replace(case, answer=f"{case.answer.rstrip()} {added}")
    return case


def _overlaps(text: str, contexts: Sequence[str]) -> bool:
    return any(text[:200] in context or context[:200] in text for context in contexts)


def _sentences(case: Case, contexts: Sequence[str]) -> Iterator[tuple[int, int, tuple[float, ...], float]]:
    """Yield the range, the features and the share of absent claims of each sentence that claims something."""
    index = ContextIndex.build(contexts)
    answer, readings = read_answer(case.answer, index, case.question)
    for reading in readings:
        if reading.claims and (reading.findings or not reading.compared.verbatim):
            span = answer.normalised.original_span(reading.start, reading.end)
            yield *span, tuple(reading.features(index)), len(reading.findings) / reading.claims


def print_validation(examples: Sequence[Example]) -> None:
    """Print the areas under the curve of the cross-validated estimates and of the rules alone."""
    truth = np.array([example.unsupported for example in examples])
    vectors = np.array([example.features for example in examples])
    estimates = np.zeros(len(examples))
    for rows, held_out in GroupKFold(_FOLDS).split(vectors, truth, [example.source for example in examples]):
        estimates[held_out] = _estimate(vectors[rows], truth[rows], vectors[held_out])
    absent = np.array([example.absent for example in examples])
    table = Table("answers", "unit", "rules alone", "trained, cross-validated", title="area under the ROC curve")
    for name, groups in {
        "data": ("data",),
        "mtrag": ("mtrag", "mtrag, appended"),
        "changed sentences": ("changed",),
        "anthropic": ("anthropic", "anthropic, appended"),
    }.items():
        rows = [row for row, example in enumerate(examples) if example.group in groups]
        table.add_row(
            name,
            "sentences",
            *(f"{auroc(scores[rows], truth[rows], np.ones(len(rows))):.3f}" for scores in (absent, estimates)),
        )
        answers: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        for row in rows:
            answers[examples[row].group, examples[row].answer].append(row)
        wrong = np.array([truth[places].any() for places in answers.values()])
        worst = [np.array([scores[places].max() for places in answers.values()]) for scores in (absent, estimates)]
        table.add_row(name, "answers", *(f"{auroc(scores, wrong, np.ones(len(wrong))):.3f}" for scores in worst))
    Console().print(table)


def _estimate(vectors: np.ndarray, truth: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """Train on some sentences and estimate others."""
    estimates = np.zeros(len(asked))
    for prose, model in ((True, _regression()), (False, _trees())):
        rows, places = (vectors[:, -1] > _PROSE) == prose, (asked[:, -1] > _PROSE) == prose
        model.fit(vectors[rows], truth[rows])
        estimates[places] = model.predict_proba(asked[places])[:, 1]
    return estimates


def _regression() -> LogisticRegression:
    return LogisticRegression(max_iter=10_000)


def _trees() -> GradientBoostingClassifier:
    return GradientBoostingClassifier(
        n_estimators=_TREES, max_depth=_DEPTH, learning_rate=_RATE, subsample=0.7, min_samples_leaf=20, random_state=0
    )


def _write(examples: Sequence[Example]) -> None:
    """Train on everything and write the module with the weights."""
    truth = np.array([example.unsupported for example in examples])
    vectors = np.array([example.features for example in examples])
    prose = vectors[:, -1] > _PROSE
    regression = _regression().fit(vectors[prose], truth[prose])
    trees = _trees().fit(vectors[~prose], truth[~prose])
    splits: list[str] = []
    leaves: list[str] = []
    for (tree,) in trees.estimators_:
        _append_tree(tree.tree_, splits, leaves)
    base = float(np.log(truth[~prose].mean() / (1 - truth[~prose].mean())))
    weights = ",\n".join(f"    {weight:.4f}" for weight in regression.coef_[0])
    lines = [
        '"""Written by `python -m benchmarks.grounding.train`; see `weights`."""',
        "",
        "# Contexts with a larger share of stop words and signs are prose.",
        f"PROSE = {_PROSE}",
        f"INTERCEPT = {regression.intercept_[0]:.4f}",
        f"WEIGHTS = (\n{weights},\n)",
        f"BASE = {base:.4f}",
        f'SPLITS = """\n{_wrapped(splits)}\n"""',
        f'LEAVES = """\n{_wrapped(leaves)}\n"""',
    ]
    _TRAINED.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _append_tree(tree: Tree, splits: list[str], leaves: list[str]) -> None:
    """Append a tree in the order of a heap; a branch that ends early is filled with splits whose sides are equal."""
    inner = 2**_DEPTH - 1
    nodes = [0] * (2 * inner + 1)
    for place in range(inner):
        node = nodes[place]
        is_leaf = tree.children_left[node] == tree.children_right[node]
        nodes[2 * place + 1] = node if is_leaf else tree.children_left[node]
        nodes[2 * place + 2] = node if is_leaf else tree.children_right[node]
        splits.append("0<0" if is_leaf else f"{tree.feature[node]}<{tree.threshold[node]:.5g}")
    leaves.extend(f"{_RATE * tree.value[node].item():.4f}" for node in nodes[inner:])


def _wrapped(numbers: Sequence[str]) -> str:
    return textwrap.fill(" ".join(numbers), 118, break_long_words=False, break_on_hyphens=False)


if __name__ == "__main__":
    main()

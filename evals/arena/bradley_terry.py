"""Strengths of models from comparisons in pairs: the Bradley-Terry model.

Model i beats model j with probability 1 / (1 + exp(s_j - s_i)) (R. A. Bradley and M. E. Terry, Rank analysis of
incomplete block designs, Biometrika 39, 1952). A tie counts as half a win for each side. Strengths are on the scale of
Elo ratings, with mean 0: a model that is 100 points stronger is preferred in 64% of comparisons, 200 points are 76%,
400 points are 91%.

Two models that were compared have one more tie added. For two models this is the correction of Haldane (1956) and
Anscombe (1956), which takes most of the bias from log odds; for more of them it keeps the strength of a model finite
that always won (L. R. Ford, Solution of a ranking problem from binary comparisons, 1957).

Intervals are bootstrap intervals over questions, not over comparisons: the comparisons of one question share its
difficulty and its passages.

Not covered: preferences that no strengths explain, such as a beats b beats c beats a; and probabilities of ties
(R. R. Davidson, 1970), which move strengths only where pairs differ much in how often they tie.

A package is not used: choix 0.4 (MIT) fits no intervals, evalica 0.4 (Apache-2.0) needs pandas, arena-rank 0.1
(Apache-2.0) needs JAX; and one fit for each of 10,000 draws has to be a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.stats import RESAMPLES, SEED, Array, Estimate, Rows, bounds, draw, times_drawn

_ELO = 400.0 / np.log(10.0)
_STEPS = 100
_LONGEST_STEP = 2.0
"""Of a strength in one step of Newton's method, in natural units, so that it converges from any start."""
_CONVERGED = 1e-9


@dataclass(frozen=True, slots=True)
class Strengths:
    """The strengths of m models that are connected by comparisons.

    `each` has the strength of each model with its interval; `n` counts questions. `differences` has the strength of
    model i less that of model j, in row i and column j, with the bounds of its interval: shape (3, m, m) for value, low
    and high.
    """

    each: tuple[Estimate, ...]
    differences: Array

    def ranks(self) -> list[tuple[int, int]]:
        """Return the best and the worst rank of each model: by those surely stronger, or not surely weaker.

        Surely: the interval of the difference does not contain 0. Each interval is taken alone, so that of many models
        one or another rank may be too narrow.
        """
        _, low, high = self.differences
        models = range(len(self.each))
        return [
            (
                1 + sum(bool(high[i, j] < 0) for j in models if j != i),
                1 + sum(not bool(low[i, j] > 0) for j in models if j != i),
            )
            for i in models
        ]


def fit_strengths(wins: Array, resamples: int = RESAMPLES) -> Strengths:
    """Estimate the strengths of m connected models from the wins on n questions.

    `wins` has shape (n, m, m): how often, on a question, the model of the row won against that of the column, a tie as
    0.5 in both places. `resamples` is a multiple of 500.
    """
    questions, models, _ = wins.shape
    flat = wins.reshape(questions, -1)
    met = (wins.sum(axis=0) + wins.sum(axis=0).T) > 0
    added = 0.5 * met

    def strengths(rows: Rows) -> Array:
        counts = times_drawn(rows)
        return solve(added + (counts @ flat).reshape(*counts.shape[:-1], models, models))

    value = strengths(np.arange(questions)[None])[0]
    draws = draw(questions, np.random.default_rng(SEED), strengths, resamples)
    each = tuple(
        Estimate(float(value[model]), *bounds(draws[:, model]), n=_questions_of(wins, model)) for model in range(models)
    )
    return Strengths(each, _differences(value, draws))


def solve(wins: Array) -> Array:
    """Return the strengths (…, m) of the highest likelihood for the wins (…, m, m), in Elo points with mean 0.

    The models have to be connected, and each has to have won and lost something; Newton's method on the concave
    likelihood.
    """
    models = wins.shape[-1]
    games = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(axis=-1)
    strengths = np.zeros(wins.shape[:-1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(strengths[..., None, :] - strengths[..., :, None]))
        gradient = won - (games * chance).sum(axis=-1)
        curvature = games * chance * (1.0 - chance)
        # All strengths may move together; the last term keeps their mean where it is.
        hessian = np.eye(models) * curvature.sum(axis=-1)[..., None] - curvature + 1.0 / models
        step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        strengths += np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        if float(np.abs(step).max(initial=0.0)) < _CONVERGED:
            break
    return np.asarray(_ELO * (strengths - strengths.mean(axis=-1, keepdims=True)))


def connected(models: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return the groups of models that are connected by the pairs, in the order of the models.

    Models of different groups cannot be compared: nothing connects their strengths.
    """
    groups: list[set[str]] = [{model} for model in models]
    for a, b in pairs:
        joined = [group for group in groups if a in group or b in group]
        groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    ordered = [[model for model in models if model in group] for group in groups]
    return sorted(ordered, key=lambda group: models.index(group[0]))


def _differences(value: Array, draws: Array) -> Array:
    low, high = np.percentile(draws[:, :, None] - draws[:, None, :], (2.5, 97.5), axis=0)
    return np.stack([value[:, None] - value[None, :], low, high])


def _questions_of(wins: Array, model: int) -> int:
    return int(((wins[:, model, :].sum(axis=-1) + wins[:, :, model].sum(axis=-1)) > 0).sum())

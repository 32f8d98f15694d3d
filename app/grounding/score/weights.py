"""The trained weights, and the doubt about a sentence: a logistic regression over its features.

`python -m benchmarks.grounding.train DATA_FOLDER` writes the weights and says in the same file what they were trained
on. Half of the weight of each set was on unsupported sentences: read a doubt as an order and not as a frequency.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from math import exp, isfinite
from pathlib import Path
from typing import Any

from app.grounding.score.features import Features

WEIGHTS_FILE = Path(__file__).with_name("weights.json")
PROSE = 0.25
"""Contexts with a larger share of stop words are prose; the others are tables or JSON."""
_REBUILD = "run `python -m benchmarks.grounding.train DATA_FOLDER` to write it again"


@dataclass(frozen=True, slots=True)
class Model:
    """A logistic regression: an intercept, and a weight for each feature in the order of the features."""

    intercept: float
    weights: tuple[float, ...]

    def doubt(self, features: tuple[float, ...]) -> float:
        """Return the estimate for these features, from 0 to 1."""
        logit = self.intercept + sum([weight * value for weight, value in zip(self.weights, features, strict=True)])
        return 1 / (1 + exp(-max(-30.0, min(30.0, logit))))


@dataclass(frozen=True, slots=True)
class Weights:
    """The model of a sentence, and how much the mean doubt of an answer weighs beside that of its worst sentence."""

    sentence: Model
    mean_share: float


def read_weights(path: Path) -> Weights:
    """Read and check a file of weights.

    Raises:
        ValueError: the file is not there, is no JSON, or its features are not those of the code; the message names the
            file, what is wrong and the command that writes it again.
    """
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        share = loaded["answer"]["mean_share"]
        if not 0 <= share <= 1:
            raise ValueError(f"mean_share is {share}, expected a number from 0 to 1")
        return Weights(_model(loaded["sentence"]), share)
    except KeyError as error:
        raise ValueError(f"{path}: the key {error} is missing; {_REBUILD}") from error
    except (OSError, ValueError, TypeError, AttributeError, ZeroDivisionError) as error:
        raise ValueError(f"{path}: {error}; {_REBUILD}") from error


@cache
def trained_weights() -> Weights:
    """Return the weights that are part of this package, read once."""
    return read_weights(WEIGHTS_FILE)


def sentence_doubt(features: Features) -> float:
    """Return how likely a sentence says something that no context supports, from 0 to 1."""
    return trained_weights().sentence.doubt(features)


def _model(loaded: dict[str, Any]) -> Model:
    """Return a model whose normalisation (value - mean) / deviation is part of its weights."""
    features = loaded["features"]
    if tuple(features) != Features._fields:
        raise ValueError(f"the features are {', '.join(features)}, expected {', '.join(Features._fields)}")
    weights = [feature["weight"] / feature["deviation"] for feature in features.values()]
    shift = sum([weight * one["mean"] for weight, one in zip(weights, features.values(), strict=True)])
    model = Model(loaded["intercept"] - shift, tuple(weights))
    if not all(map(isfinite, (model.intercept, *weights))) or min(weights) < 0:
        raise ValueError(f"the weights are {weights}, expected finite numbers from 0 on")
    return model

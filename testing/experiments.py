"""Simulated experiments: users who differ from one another and ask several questions each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.sequential import Arms, Array, block_differences, equality_log_capital


@dataclass(frozen=True)
class Population:
    """Users of both arms, and the mean share of their answers that have some property.

    `spread` is the sum of the parameters of the beta distribution of the users' own shares: the smaller, the more the
    users differ. A user asks 1 + a geometric number of questions, `questions` on average.
    """

    share: float
    arm: float
    control: float
    spread: float = 3.0
    questions: float = 4.0


def simulated_answers(population: Population, users: int, random: np.random.Generator) -> tuple[Array, Array, Arms]:
    """Return for each user the answers with the property, the number of answers, and whether the user is in the arm."""
    in_arm = random.random(users) < population.share
    mean = np.where(in_arm, population.arm, population.control)
    own = random.beta(mean * population.spread, (1.0 - mean) * population.spread)
    answers = random.geometric(1.0 / population.questions, users)
    return random.binomial(answers, own).astype(np.float64), answers.astype(np.float64), in_arm


def simulated_units(population: Population, users: int, random: np.random.Generator) -> tuple[Array, Arms]:
    """Return the value of each user, and whether the user is in the arm."""
    having, answers, in_arm = simulated_answers(population, users, random)
    return having / answers, in_arm


def first_rejection(values: Array, in_arm: Arms, alpha: float) -> int | None:
    """Return after how many users, of both arms, somebody who looks all the time sees a difference; None for never."""
    over = equality_log_capital(block_differences(values, in_arm), alpha) >= math.log(2.0 / alpha)
    if not over.any():
        return None
    return round((int(np.argmax(over)) + 1) / len(over) * len(values))

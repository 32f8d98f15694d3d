"""Simulated experiments: users who differ from one another and ask several questions each."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from core.sequential import Arms, Array, block_differences, equality_log_capital, quantile_interval


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


@dataclass(frozen=True)
class Rejections:
    """The share of experiments in which somebody sees a difference, by how it is looked for.

    always          the test of this project, looked at after every user
    daily_answers   a z-test that takes answers for independent, looked at every day
    daily_users     a z-test of the users' means, looked at every day
    once_answers, once_users
                    the same, looked at on the last day only
    users           the users in both arms after which the first one sees it, in the median experiment that does
    """

    always: float
    daily_answers: float
    daily_users: float
    once_answers: float
    once_users: float
    users: float | None


def simulate_rejections(
    population: Population, users: int, days: int, experiments: int, seed: int, alpha: float = 0.05
) -> Rejections:
    """Simulate experiments with so many users each, who come evenly over the days."""
    random = np.random.default_rng(seed)
    found, needed = np.zeros((experiments, 4), dtype=np.bool_), []
    looks = np.linspace(users / days, users, days).round().astype(int)
    for number in range(experiments):
        having, answers, in_arm = simulated_answers(population, users, random)
        first = first_rejection(having / answers, in_arm, alpha)
        needed += [first] if first is not None else []
        by_answers = [z_of_answers(having[:look], answers[:look], in_arm[:look]) for look in looks]
        by_users = [z_of_users(having[:look] / answers[:look], in_arm[:look]) for look in looks]
        limit = NormalDist().inv_cdf(1 - alpha / 2)
        over = np.abs([by_answers, by_users]) > limit
        found[number] = np.concatenate([over.any(axis=1), over[:, -1]])
    daily_answers, daily_users, once_answers, once_users = found.mean(axis=0).tolist()
    return Rejections(
        always=len(needed) / experiments,
        daily_answers=daily_answers,
        daily_users=daily_users,
        once_answers=once_answers,
        once_users=once_users,
        users=float(np.median(needed)) if needed else None,
    )


def z_of_answers(having: Array, answers: Array, in_arm: Arms) -> float:
    """Return the z statistic of the difference of two shares of answers that are taken for independent."""
    had = np.array([having[in_arm].sum(), having[~in_arm].sum()])
    count = np.array([answers[in_arm].sum(), answers[~in_arm].sum()])
    if not count.all():
        return 0.0
    share = had.sum() / count.sum()
    deviation = math.sqrt(share * (1 - share) * (1 / count).sum())
    return float((had / count) @ [1, -1] / deviation) if deviation else 0.0


def z_of_users(values: Array, in_arm: Arms) -> float:
    """Return the z statistic of the difference of the mean values of users."""
    arm, control = values[in_arm], values[~in_arm]
    if len(arm) < 2 or len(control) < 2:
        return 0.0
    deviation = math.sqrt(arm.var(ddof=1) / len(arm) + control.var(ddof=1) / len(control))
    return float((arm.mean() - control.mean()) / deviation) if deviation else 0.0


def simulate_quantile_misses(
    quantile: float, users: int, days: int, experiments: int, seed: int, alpha: float = 0.05
) -> float:
    """Return the share of experiments whose interval of a latency's quantile is wrong on some day.

    Latencies are log-normal: a user's own level, and as much again from answer to answer.
    """
    random = np.random.default_rng(seed)
    true = math.exp(7.0 + NormalDist().inv_cdf(quantile) * math.hypot(0.4, 0.4))
    wrong = 0
    for _ in range(experiments):
        counts = random.geometric(0.25, users)
        levels = 7.0 + 0.4 * random.standard_normal(users)
        units = [
            np.exp(level + 0.4 * random.standard_normal(count)) for level, count in zip(levels, counts, strict=True)
        ]
        looks = np.linspace(users / days, users, days).round().astype(int)
        wrong += any(quantile_interval(units[:look], quantile, alpha).excludes(true) for look in looks)
    return wrong / experiments


@dataclass(frozen=True)
class Stops:
    """The share of arms that a guard-rail stops, and after how many answers in the median of those."""

    share: float
    answers: float | None


def simulate_stops(rate: float, limit: float, latest: int, least: int, answers: int, arms: int, seed: int) -> Stops:
    """Simulate arms with a property in this share of their answers, and a guard-rail on it looked at after each."""
    random = np.random.default_rng(seed)
    having = random.random((arms, answers)) < rate
    sums = np.concatenate([np.zeros((arms, 1), dtype=np.int64), np.cumsum(having, axis=1)], axis=1)
    count = np.arange(1, answers + 1)
    begin = np.maximum(0, count - latest)
    over = (sums[:, count] - sums[:, begin]) > limit * (count - begin)
    over[:, : least - 1] = False
    stopped = over.any(axis=1)
    when = np.argmax(over, axis=1)[stopped] + 1
    return Stops(float(stopped.mean()), float(np.median(when)) if stopped.any() else None)

"""The search finds a planted prompt, and the confirmation refuses what is none."""

from __future__ import annotations

import asyncio
from functools import partial

import numpy as np

from evals.migrate.candidate import Candidate
from evals.migrate.confirm import Confirmation, compare_scores
from evals.migrate.plan import plan_rounds, requests_of
from evals.migrate.score import DEFAULT_METRICS, score
from evals.migrate.search import Search, search
from tests.unit.evals.migrate.answers import PRESENT, PromptedModel, candidate, cases_of

OTHERS = [candidate(f"rule-{n}") for n in range(8)]
SCORE = partial(score, metrics=DEFAULT_METRICS)


def found_by(model: PromptedModel, dev: int = 40) -> Search:
    cases = cases_of(dev, "dev")
    return asyncio.run(search(PRESENT, OTHERS, cases, plan_rounds(len(OTHERS), dev), model.ask, SCORE))


def confirmed(model: PromptedModel, best: Candidate, held_out: int = 60) -> Confirmation:
    cases = cases_of(held_out, "test")

    async def scores(one: Candidate) -> list[float]:
        return [SCORE(await model.ask(one, case)) for case in cases]

    return compare_scores(asyncio.run(scores(PRESENT)), asyncio.run(scores(best)))


def test_a_planted_prompt_wins_and_is_confirmed() -> None:
    model = PromptedModel(lambda one: 0.8 if one.name == "rule-5" else 0.4)
    found = found_by(model)
    assert found.best.name == "rule-5"
    confirmation = confirmed(model, found.best)
    assert confirmation.is_gain
    assert confirmation.low > 0.1


def test_where_nothing_helps_there_is_nothing_to_confirm() -> None:
    found = found_by(PromptedModel(lambda one: 0.5))
    assert found.gain == 0


def test_a_prompt_that_is_worse_on_held_out_cases_is_no_gain() -> None:
    model = PromptedModel(lambda one: 0.5 if one.name == "present" else 0.3)
    confirmation = confirmed(model, OTHERS[0])
    assert not confirmation.is_gain
    assert confirmation.needed is None


def test_a_small_difference_is_no_gain_and_says_how_many_cases_would_show_it() -> None:
    model = PromptedModel(lambda one: 0.5 if one.name == "present" else 0.52)
    confirmation = confirmed(model, OTHERS[0], held_out=100)
    assert confirmation.difference > 0
    assert not confirmation.is_gain
    assert confirmation.needed is not None


def test_the_present_prompt_is_in_every_round_and_bad_candidates_only_in_the_first() -> None:
    model = PromptedModel(lambda one: 0.9 if one.name in ("rule-6", "rule-7") else 0.2)
    found = found_by(model)
    assert all("present" in one.scores for one in found.rounds)
    assert set(found.rounds[-1].scores) == {"present", "rule-6", "rule-7"}
    assert len(set(model.asked)) == requests_of(plan_rounds(8, 40))


def test_the_first_of_equal_candidates_is_the_best() -> None:
    assert found_by(PromptedModel(lambda one: 0.5)).best.name == "rule-0"


def test_a_few_cases_confirm_nothing_however_well_they_went() -> None:
    confirmation = compare_scores([0.0] * 3, [1.0] * 3)
    assert confirmation.difference == 1.0
    assert not confirmation.is_gain


def test_equal_scores_confirm_nothing() -> None:
    assert not compare_scores([0.5] * 40, [0.5] * 40).is_gain


def test_noise_is_confirmed_no_more_often_than_the_interval_says() -> None:
    random = np.random.default_rng(7)
    pairs = (random.random((2, 30)) < 0.6 for _ in range(80))
    gains = sum(compare_scores(before.astype(float), after.astype(float)).is_gain for before, after in pairs)
    # At most 2.5% in the long run; 7 of 80 or more would then be seen once in 3,000 times.
    assert gains < 7

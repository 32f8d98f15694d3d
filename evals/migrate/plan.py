"""How many questions each round of the search asks: successive halving.

All candidates are asked a few dev cases, the better half of them more, and so on; the last two are asked all of them.
Answers are kept from round to round. Karnin, Koren and Somekh, Almost Optimal Exploration in Multi-Armed Bandits, 2013;
Jamieson and Talwalkar, Non-stochastic Best Arm Identification and Hyperparameter Optimization, 2016.

The present prompt is in every round: a candidate has to be better than it on the same questions.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import ConfigurationError

_FEWEST = 4
"""Cases of the first round. Chosen: fewer would leave the choice to chance."""


@dataclass(frozen=True, slots=True)
class Round:
    """A round: how many candidates take part beside the present prompt, and the first of how many cases they have."""

    candidates: int
    cases: int


def plan_rounds(candidates: int, dev: int, requests: int | None = None) -> tuple[Round, ...]:
    """Return the rounds for so many candidates and dev cases, with at most so many requests (None: as many as needed).

    Fewer requests mean fewer cases in each round. Raises ConfigurationError with the number that is needed at least.
    """
    chosen = dev
    while requests is not None and requests_of(_rounds(candidates, chosen)) > requests:
        chosen -= 1
        if chosen < min(_FEWEST, dev):
            least = requests_of(_rounds(candidates, min(_FEWEST, dev)))
            raise ConfigurationError(
                f"{requests} requests are left for the dev cases, and {candidates} candidates need {least} or more. "
                "Allow more with --requests, or have fewer candidates with --proposals."
            )
    return _rounds(candidates, chosen)


def requests_of(rounds: tuple[Round, ...]) -> int:
    """Return how many requests rounds take: of each the cases that were not asked before, the present prompt's too."""
    asked, total = 0, 0
    for one in rounds:
        total += (one.candidates + 1) * (one.cases - asked)
        asked = one.cases
    return total


def _rounds(candidates: int, dev: int) -> tuple[Round, ...]:
    counts = [candidates]
    while counts[-1] > 2:
        counts.append((counts[-1] + 1) // 2)
    cases = [min(dev, max(_FEWEST, dev // 2 ** (len(counts) - number))) for number in range(1, len(counts) + 1)]
    return tuple(Round(*pair) for pair in zip(counts, cases, strict=True))

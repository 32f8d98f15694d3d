"""How often a daily look at an experiment is wrong, and how soon it is right: `python -m benchmarks.experiments`.

Four tables, for docs/experiments.md: equal arms, different arms, quantiles of latencies, and guard-rails.
"""

from __future__ import annotations

from testing.experiments import (
    Population,
    Rejections,
    simulate_quantile_misses,
    simulate_rejections,
    simulate_stops,
)

_USERS, _DAYS = 4_200, 14
_EXPERIMENTS = 4_000
_EQUAL = ((0.5, 0.7), (0.1, 0.7), (0.5, 0.05), (0.1, 0.05))
_DIFFERENT = ((0.5, 0.03), (0.5, 0.05), (0.5, 0.1), (0.1, 0.05), (0.1, 0.1))
_RATES = (0.05, 0.1, 0.12, 0.15, 0.18, 0.2, 0.25, 0.3, 0.5)


def main() -> None:
    """Print the tables."""
    print(f"{_EXPERIMENTS:,} experiments of {_DAYS} days with {_USERS:,} users, who ask 4 questions on average.\n")
    print("Equal arms: experiments in which a difference is seen\n")
    print("| share of the arm | metric | this test, always | z of answers, daily | z of users, daily |", end="")
    print(" z of answers, once | z of users, once |\n|---|---|---|---|---|---|---|")
    for seed, (share, mean) in enumerate(_EQUAL):
        print(f"| {share:.0%} | {mean:.0%} |{_row(_simulated(Population(share, mean, mean), seed))}", flush=True)
    print("\nDifferent arms, 70% in the control: experiments in which the difference is seen\n")
    print("| share of the arm | difference | this test, always | median users | z of users, once |")
    print("|---|---|---|---|---|")
    for seed, (share, difference) in enumerate(_DIFFERENT, 10):
        found = _simulated(Population(share, 0.7 + difference, 0.7), seed, 1_000)
        users = f"{found.users:,.0f}" if found.users is not None else "–"
        cells = f"{found.always:.1%} | {users} | {found.once_users:.1%}"
        print(f"| {share:.0%} | +{100 * difference:.0f} points | {cells} |", flush=True)
    print("\nQuantiles of a latency, 1,000 experiments of 2,000 users: intervals that are wrong on some day\n")
    print("| quantile | wrong |\n|---|---|")
    for quantile in (0.5, 0.95):
        print(f"| {quantile:.0%} | {simulate_quantile_misses(quantile, 2_000, _DAYS, 1_000, 20):.1%} |", flush=True)
    print("\nA guard-rail at 20% of the latest 500 answers, from 100 on; 5,000 answers of 4,000 arms\n")
    print("| true share | stopped | after answers (median) |\n|---|---|---|")
    for rate in _RATES:
        stops = simulate_stops(rate, 0.2, 500, 100, 5_000, 4_000, 30)
        answers = f"{stops.answers:,.0f}" if stops.answers is not None else "–"
        print(f"| {rate:.0%} | {stops.share:.1%} | {answers} |", flush=True)


def _simulated(population: Population, seed: int, experiments: int = _EXPERIMENTS) -> Rejections:
    return simulate_rejections(population, _USERS, _DAYS, experiments, seed)


def _row(found: Rejections) -> str:
    values = (found.always, found.daily_answers, found.daily_users, found.once_answers, found.once_users)
    return "".join(f" {value:.1%} |" for value in values)


if __name__ == "__main__":
    main()

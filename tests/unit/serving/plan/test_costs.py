"""Money: prices as a file holds them, and where an API stops being cheaper."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from serving.hardware.gpu import load_gpus
from serving.plan.costs import ApiPrice, break_even, load_prices, monthly_usd

API = ApiPrice("an-api", 1.0, 4.0, None, "2026-01-01", "here", assumption=False)
TABLE = """
date: 2026-01-01
hours_per_month: 730
gpu_hour:
  h100: {usd: 2, offer: ours, date: 2026-01-01, source: a quote, assumption: true}
"""


def test_an_answer_costs_its_prompt_and_its_tokens() -> None:
    assert API.usd_per_answer(1500, 300) == pytest.approx((1500 * 1 + 300 * 4) / 1e6)


def test_gpus_are_paid_for_day_and_night() -> None:
    prices = load_prices()
    assert monthly_usd(8, prices.gpu("h100"), 730) == pytest.approx(8 * 3.99 * 730)


def test_the_break_even_is_the_volume_at_which_the_api_costs_a_replica() -> None:
    found = break_even(API, 1500, 300, answers=100_000, replica_usd=1350, replica_answers=1_000_000)
    assert found.usd_per_1000_answers == pytest.approx(2.70)
    assert found.usd_per_month == pytest.approx(270)
    assert found.answers_per_month == pytest.approx(500_000)


def test_there_is_no_break_even_when_a_full_replica_is_dearer_than_the_api() -> None:
    assert break_even(API, 1500, 300, 100_000, replica_usd=1350, replica_answers=499_999).answers_per_month is None


def test_every_shipped_price_has_a_date_and_a_source_and_every_gpu_a_price() -> None:
    prices = load_prices()
    assert set(prices.gpu_hour) == set(load_gpus())
    dated = [(price.date, price.source) for price in prices.gpu_hour.values()]
    dated += [(api.date, api.source) for api in prices.apis]
    assert all(date and source for date, source in dated)


def test_a_table_of_ones_own_is_used_and_keeps_its_assumptions(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(TABLE, encoding="utf-8")
    prices = load_prices(file)
    assert (prices.gpu("h100").usd, prices.gpu("h100").assumption, prices.apis) == (2, True, ())
    with pytest.raises(ConfigurationError, match="no price for the GPU 'l4'"):
        prices.gpu("l4")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("gpu_hour: [", "not valid YAML"),
        ("- 1", "holds list"),
        (TABLE.replace("usd: 2", "usd: cheap"), "usd is 'cheap'"),
        (TABLE.replace("usd: 2", "usd: -2"), "usd is -2"),
        (TABLE.replace("usd: 2", "usd: 0"), "usd is 0, not a number above 0"),
        (TABLE.replace("source: a quote, ", ""), "KeyError: 'source'"),
    ],
)
def test_a_wrong_table_is_refused_with_its_entry(tmp_path: Path, table: str, message: str) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(table, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        load_prices(file)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_prices(tmp_path / "nowhere.yaml")

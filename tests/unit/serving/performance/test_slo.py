"""Service levels as they are written on the command line."""

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from serving.performance.slo import Latency, Slo, parse_slo


def test_any_of_the_three_limits_can_be_given_in_any_order() -> None:
    assert parse_slo("itl=50, ttft=1000") == Slo(ttft=1000, itl=50)
    assert parse_slo("e2e=15000.5") == Slo(e2e=15000.5)


def test_a_limit_is_missed_only_above_it() -> None:
    assert Slo(ttft=1000, itl=50, e2e=9000).missed(Latency(1000, 50.1, 9001)) == ("itl", "e2e")
    assert Slo().missed(Latency(1e9, 1e9, 1e9)) == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is no limit"),
        ("ttft", "'ttft' is no limit"),
        ("tpot=50", "'tpot=50' is no limit"),
        ("ttft=fast", "ttft is 'fast'"),
        ("ttft=0", "ttft is '0'"),
        ("itl=-5", "itl is '-5'"),
        ("itl=inf", "itl is 'inf'"),
        ("itl=nan", "itl is 'nan'"),
        ("itl=50,itl=60", "'itl' is given twice"),
    ],
)
def test_what_cannot_be_read_is_named_with_an_example(text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        parse_slo(text)

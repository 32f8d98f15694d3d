"""How often something may happen in a minute."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.service.rate_limits import Limiter, MemoryLimiter, Rate, address_group


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def admit(limiter: Limiter, *rates: Rate) -> tuple[Rate, int] | None:
    """Without an event loop, which takes longer to make than a thousand admissions; memory never waits."""
    with pytest.raises(StopIteration) as ended:
        limiter.admit(rates).send(None)
    refused: tuple[Rate, int] | None = ended.value.value
    return refused


A, B = Rate(("session", "a"), 6), Rate(("session", "b"), 6)


def test_a_minutes_requests_may_come_at_once_and_then_one_by_one(clock: Clock) -> None:
    limiter = MemoryLimiter(clock)
    assert [admit(limiter, A) for _ in range(6)] == [None] * 6
    assert admit(limiter, A) == (A, 10)
    clock.seconds += 9.5
    assert admit(limiter, A) == (A, 1)
    clock.seconds += 0.5
    assert admit(limiter, A) is None
    assert admit(limiter, A) == (A, 10)


def test_a_refused_request_does_not_count(clock: Clock) -> None:
    limiter = MemoryLimiter(clock)
    for _ in range(6):
        admit(limiter, A)
    for _ in range(50):
        assert admit(limiter, A) == (A, 10)
    clock.seconds += 10
    assert admit(limiter, A) is None


def test_keys_have_limits_of_their_own(clock: Clock) -> None:
    limiter = MemoryLimiter(clock)
    for _ in range(6):
        admit(limiter, A)
    assert admit(limiter, A) is not None
    assert admit(limiter, B) is None


def test_what_one_rate_refuses_is_counted_under_no_other(clock: Clock) -> None:
    limiter, shared = MemoryLimiter(clock), Rate(("address", "x"), 60)
    for _ in range(20):
        admit(limiter, A, shared)
    assert [admit(limiter, shared) for _ in range(54)] == [None] * 54
    assert admit(limiter, shared) == (shared, 1)


def test_the_rate_that_waits_longest_is_named(clock: Clock) -> None:
    limiter, fast = MemoryLimiter(clock), Rate(("address", "x"), 60)
    for _ in range(60):
        admit(limiter, fast)
    for _ in range(6):
        admit(limiter, A)
    assert admit(limiter, fast, A) == (A, 10)


def test_a_check_counts_nothing(clock: Clock) -> None:
    limiter = MemoryLimiter(clock)
    for _ in range(6):
        assert asyncio.run(limiter.check([A])) is None
    for _ in range(6):
        admit(limiter, A)
    assert asyncio.run(limiter.check([A])) == (A, 10)


def test_no_more_keys_are_kept_than_allowed_and_the_oldest_go_first(clock: Clock) -> None:
    limiter, once = MemoryLimiter(clock, max_keys=10), Rate(("session", "once"), 1)
    admit(limiter, once)
    for number in range(9):
        admit(limiter, Rate(("session", str(number)), 1))
    assert admit(limiter, once) is not None
    admit(limiter, Rate(("session", "one too many"), 1))
    assert len(limiter) == 10
    assert admit(limiter, once) is None


@given(
    per_minute=st.integers(1, 10_000),
    pauses=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=300),
)
def test_what_has_waited_as_long_as_it_was_asked_to_is_admitted(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    limiter, rate = MemoryLimiter(clock), Rate(("session",), per_minute)
    admitted: list[float] = []
    for pause in pauses:
        clock.seconds += pause
        refused = admit(limiter, rate)
        if refused is not None:
            assert refused[1] >= 1
            clock.seconds += refused[1]
            assert admit(limiter, rate) is None
        admitted.append(clock.seconds)
        assert sum(when > clock.seconds - 60 for when in admitted) <= 2 * per_minute


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_ipv6_subscriber_is_one_address(address: str, group: str) -> None:
    assert address_group(address) == group

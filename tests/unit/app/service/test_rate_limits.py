"""How often something may happen in a minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.service.rate_limits import Rate, RateLimiter, address_group


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


A, B = Rate(("session", "a"), 6), Rate(("session", "b"), 6)


def test_a_minutes_requests_may_come_at_once_and_then_one_by_one(clock: Clock) -> None:
    limiter = RateLimiter(clock)
    assert [limiter.admit([A]) for _ in range(6)] == [None] * 6
    assert limiter.admit([A]) == (A, 10)
    clock.seconds += 9.5
    assert limiter.admit([A]) == (A, 1)
    clock.seconds += 0.5
    assert limiter.admit([A]) is None
    assert limiter.admit([A]) == (A, 10)


def test_a_refused_request_does_not_count(clock: Clock) -> None:
    limiter = RateLimiter(clock)
    for _ in range(6):
        limiter.admit([A])
    for _ in range(50):
        assert limiter.admit([A]) == (A, 10)
    clock.seconds += 10
    assert limiter.admit([A]) is None


def test_keys_have_limits_of_their_own(clock: Clock) -> None:
    limiter = RateLimiter(clock)
    for _ in range(6):
        limiter.admit([A])
    assert limiter.admit([A]) is not None
    assert limiter.admit([B]) is None


def test_what_one_rate_refuses_is_counted_under_no_other(clock: Clock) -> None:
    limiter, shared = RateLimiter(clock), Rate(("address", "x"), 60)
    for _ in range(20):
        limiter.admit([A, shared])
    assert [limiter.admit([shared]) for _ in range(54)] == [None] * 54
    assert limiter.admit([shared]) == (shared, 1)


def test_the_rate_that_waits_longest_is_named(clock: Clock) -> None:
    limiter, fast = RateLimiter(clock), Rate(("address", "x"), 60)
    for _ in range(60):
        limiter.admit([fast])
    for _ in range(6):
        limiter.admit([A])
    assert limiter.admit([fast, A]) == (A, 10)


def test_no_more_keys_are_kept_than_allowed_and_the_oldest_go_first(clock: Clock) -> None:
    limiter, once = RateLimiter(clock, max_keys=10), Rate(("session", "once"), 1)
    limiter.admit([once])
    for number in range(9):
        limiter.admit([Rate(("session", str(number)), 1)])
    assert limiter.admit([once]) is not None
    limiter.admit([Rate(("session", "one too many"), 1)])
    assert len(limiter) == 10
    assert limiter.admit([once]) is None


@given(
    per_minute=st.integers(1, 10_000),
    pauses=st.lists(st.floats(0, 30, allow_nan=False), min_size=1, max_size=300),
)
def test_what_has_waited_as_long_as_it_was_asked_to_is_admitted(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    limiter, rate = RateLimiter(clock), Rate(("session",), per_minute)
    admitted: list[float] = []
    for pause in pauses:
        clock.seconds += pause
        refused = limiter.admit([rate])
        if refused is not None:
            assert refused[1] >= 1
            clock.seconds += refused[1]
            assert limiter.admit([rate]) is None
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

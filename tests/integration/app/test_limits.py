"""Several processes count in a real Redis; without it, requests go on and each process counts alone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence

import pytest

from app.service.metrics import Metrics
from app.service.rate_limits import Rate
from app.service.redis_limits import RedisLimiter
from testing.model_server import free_port
from testing.redis import RedisServer, running_redis


class Clock:
    seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    with running_redis() as server:
        yield server


def admitted(limiters: Sequence[RedisLimiter], rates: list[Rate], times: int) -> list[bool]:
    """Whether each of some requests was admitted, in turn by each process."""

    async def ask() -> list[bool]:
        found = [await limiters[number % len(limiters)].admit(rates) is None for number in range(times)]
        for limiter in limiters:
            await limiter.close()
        return found

    return asyncio.run(ask())


def test_two_processes_share_one_limit(redis: RedisServer) -> None:
    rates = [Rate(("caller", "key:shared"), 6)]
    found = admitted([RedisLimiter(redis.url), RedisLimiter(redis.url)], rates, 10)
    assert found == [True] * 6 + [False] * 4


def test_a_refusal_names_the_rate_that_waits_longest_and_the_seconds(redis: RedisServer) -> None:
    few, many = Rate(("caller", "key:few"), 2), Rate(("address", "203.0.113.9"), 100)

    async def ask() -> None:
        limiter = RedisLimiter(redis.url)
        assert await limiter.check([few, many]) is None
        assert await limiter.admit([few, many]) is None
        assert await limiter.admit([few, many]) is None
        refused = await limiter.admit([few, many])
        assert refused is not None
        assert refused[0] == few
        assert 55 <= refused[1] <= 60
        assert await limiter.check([few]) == refused
        await limiter.close()

    asyncio.run(ask())


def test_what_one_rate_refuses_is_counted_under_no_other(redis: RedisServer) -> None:
    few, many = Rate(("caller", "key:one"), 1), Rate(("address", "203.0.113.10"), 5)
    assert admitted([RedisLimiter(redis.url)], [few, many], 9).count(True) == 1
    assert admitted([RedisLimiter(redis.url)], [many], 9).count(True) == 4


def test_the_keys_in_redis_expire(redis: RedisServer) -> None:
    import redis as client

    admitted([RedisLimiter(redis.url)], [Rate(("caller", "key:expires"), 5)], 1)
    with client.Redis.from_url(redis.url) as connection:
        keys = list(connection.scan_iter("groundwork*key:expires*"))
        assert len(keys) == 1
        assert 0 < int(connection.ttl(keys[0])) <= 120


def test_without_redis_each_process_counts_alone_and_asks_again_after_a_pause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics, clock, port = Metrics(), Clock(), free_port()
    limiter = RedisLimiter(f"redis://127.0.0.1:{port}/0", metrics.limits_failure, clock)
    rates = [Rate(("caller", "key:down"), 6)]

    async def ask() -> None:
        began = time.monotonic()
        assert [await limiter.admit(rates) is None for _ in range(8)] == [True] * 6 + [False] * 2
        assert time.monotonic() - began < 2
        assert "groundwork_limits_failures_total 1.0" in metrics.exposition().decode()
        with running_redis(port):
            assert await limiter.admit(rates) is not None
            clock.seconds += 11
            assert [await limiter.admit(rates) is None for _ in range(7)] == [True] * 6 + [False]
            await limiter.close()

    asyncio.run(ask())
    assert "Limits are counted in the memory of this process" in caplog.text


def test_a_redis_that_hangs_holds_no_request_for_long() -> None:
    with running_redis() as server:

        async def ask() -> None:
            limiter = RedisLimiter(server.url)
            rates = [Rate(("caller", "key:hangs"), 100)]
            assert await limiter.admit(rates) is None
            server.stop()
            began = time.monotonic()
            for _ in range(20):
                assert await limiter.admit(rates) is None
            assert time.monotonic() - began < 2
            server.go_on()
            await limiter.close()

        asyncio.run(ask())

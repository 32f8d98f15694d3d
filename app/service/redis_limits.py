"""How often something may happen in a minute, counted in Redis for several processes.

With the moving window of the library `limits`, which admits at most the limit in any minute. That library counts in
memory too, but looks at every key in each request, and has no limit on how many it keeps.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Sequence
from typing import cast

from limits import RateLimitItemPerMinute
from limits.aio.storage import RedisStorage
from limits.aio.storage.redis.redispy import RedispyBridge
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import ConfigurationError as MissingLibrary
from limits.errors import StorageError

from app.service.rate_limits import MemoryLimiter, Rate
from core.errors import ConfigurationError

_REDIS_SECONDS = 0.5
"""For which a request waits for Redis. Chosen: a hundred times what Redis needs, and less than a reader notices."""
_PAUSE_SECONDS = 10.0
"""For which Redis is not asked after it has failed, so that no request waits for it in vain."""
_KEY_PREFIX = "groundwork"
_log = logging.getLogger("groundwork")


class RedisLimiter:
    """Counts in Redis; while Redis does not answer, in the memory of this process. `failed` is called at each failure.

    Two requests at the same moment, each under several rates, may both be counted under the first and refused by the
    second.
    """

    def __init__(
        self, url: str, failed: Callable[[], None] = lambda: None, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Connect to nothing yet. Raises ConfigurationError where the client of Redis is not installed."""
        try:
            storage = RedisStorage(
                f"async+{url}",
                wrap_exceptions=True,
                implementation="redispy",
                key_prefix=_KEY_PREFIX,
                socket_timeout=_REDIS_SECONDS,
                socket_connect_timeout=_REDIS_SECONDS,
            )
        except MissingLibrary as error:
            raise ConfigurationError(
                "REDIS_URL is set, but the client of Redis is missing: pip install 'groundwork[redis]'"
            ) from error
        # The library closes no connection.
        self._bridge = cast(RedispyBridge, storage.bridge)
        self._windows = MovingWindowRateLimiter(storage)
        self._memory = MemoryLimiter(now)
        self._failed = failed
        self._now = now
        self._paused_until = 0.0

    async def admit(self, rates: Sequence[Rate]) -> tuple[Rate, int] | None:
        """Count a request, unless a rate refuses it: see `Limiter`."""
        return await self._asked(rates, counting=True)

    async def check(self, rates: Sequence[Rate]) -> tuple[Rate, int] | None:
        """Say whether a request would be refused: see `Limiter`."""
        return await self._asked(rates, counting=False)

    async def close(self) -> None:
        """Close the connections."""
        await self._bridge.storage.aclose()

    async def _asked(self, rates: Sequence[Rate], *, counting: bool) -> tuple[Rate, int] | None:
        if self._now() >= self._paused_until:
            try:
                async with asyncio.timeout(_REDIS_SECONDS):
                    return await self._in_redis(rates, counting=counting)
            except (StorageError, OSError) as error:
                self._pause(error)
        return await (self._memory.admit(rates) if counting else self._memory.check(rates))

    async def _in_redis(self, rates: Sequence[Rate], *, counting: bool) -> tuple[Rate, int] | None:
        refusals = []
        for rate in rates:
            item = RateLimitItemPerMinute(rate.per_minute)
            reset_at, remaining = await self._windows.get_window_stats(item, *rate.key)
            if remaining <= 0:
                refusals.append((max(1, math.ceil(reset_at - time.time())), rate))
        if refusals:
            seconds, slowest = max(refusals, key=lambda refusal: refusal[0])
            return slowest, seconds
        if counting:
            for rate in rates:
                if not await self._windows.hit(RateLimitItemPerMinute(rate.per_minute), *rate.key):
                    return rate, 1
        return None

    def _pause(self, error: Exception) -> None:
        self._failed()
        self._paused_until = self._now() + _PAUSE_SECONDS
        _log.warning(
            "Redis (REDIS_URL) does not answer: %s. Limits are counted in the memory of this process for %d seconds.",
            str(error) or type(error).__name__,
            _PAUSE_SECONDS,
        )

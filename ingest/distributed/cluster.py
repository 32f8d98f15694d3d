"""The connection to Ray: a cluster, or one that is started in this machine for a run.

Ray reports nothing about its use to anybody, and starts no dashboard.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from core.errors import ConfigurationError

_OBJECT_STORE_BYTES = 1_000_000_000
"""Of a Ray in this machine: tables that wait for the next stage. Ray's own default is a third of the memory."""
_STARTS = 2
"""Tries to start Ray in this machine. Its agents, which are Python programs, have 15 s to start (Ray 2.60); on a busy
machine the first try fails, and the second finds their files in memory."""
_FEWEST_PROCESSORS = 2
"""The workers of the three stages run side by side."""


_log = logging.getLogger("groundwork")


@contextmanager
def connected_ray(address: str | None) -> Iterator[int]:
    """Connect to the cluster at `address`, or start Ray in this machine; give the number of its processors.

    A connection that exists already is used, and stays. Raises ConfigurationError where Ray is not installed, where no
    cluster answers, and for fewer than two processors.
    """
    # Read by Ray when it is imported, and by the processes that it starts.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError as error:
        raise ConfigurationError(
            f"'--engine ray' needs Ray, which is not installed ({error}). Install it: pip install 'groundwork[ray]'. "
            "Or use '--engine local'."
        ) from error
    was_connected = ray.is_initialized()
    if not was_connected:
        _connect(address)
    try:
        processors = int(ray.cluster_resources().get("CPU", 0))  # type: ignore[no-untyped-call]
        if processors < _FEWEST_PROCESSORS:
            raise ConfigurationError(
                f"The Ray cluster has {processors} processor(s), and the stages of an ingestion need "
                f"{_FEWEST_PROCESSORS}. Add a node, or use '--engine local'."
            )
        yield processors
    finally:
        if not was_connected:
            ray.shutdown()


def _connect(address: str | None) -> None:
    import ray

    tries = 1 if address else _STARTS
    for left in reversed(range(tries)):
        try:
            # What workers print would be on standard output, which belongs to `--json`; their logs are Ray's.
            ray.init(
                address=address or "local",
                log_to_driver=False,
                logging_level=logging.ERROR,
                include_dashboard=None if address else False,
                object_store_memory=None if address else _OBJECT_STORE_BYTES,
            )
            return
        except Exception as error:
            # Ray has no class for it: a ConnectionError, a ValueError, or a bare exception.
            ray.shutdown()
            if left:
                _log.warning("Ray did not start, which is tried once more: %s", error)
                continue
            place = f"The Ray cluster at {address}" if address else "Ray, started in this machine,"
            raise ConfigurationError(
                f"{place} cannot be used: {error} Check RAY_ADDRESS (empty: Ray is started in this machine; its logs "
                "are in /tmp/ray/session_latest/logs), or use '--engine local'."
            ) from error

"""The connection to Ray."""

from __future__ import annotations

import sys

import pytest

from core.errors import ConfigurationError
from ingest.distributed.cluster import connected_ray
from ingest.distributed.run import Pools


def test_without_ray_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)

    with pytest.raises(ConfigurationError, match=r"pip install 'groundwork\[ray\]'"), connected_ray(None):
        pass


@pytest.mark.parametrize("processors", [2, 3, 4, 7, 8, 16, 33, 128, 1000])
def test_the_workers_of_all_stages_fit_the_cluster(processors: int) -> None:
    pools = Pools.for_processors(processors)

    taken = pools.parsers * 0.5 + pools.writers * 0.25 + pools.embedders
    assert min(pools.parsers, pools.writers, pools.embedders) >= 1
    assert processors - 1 < taken <= processors

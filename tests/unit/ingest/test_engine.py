"""Which engine a run may have."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.settings import Settings
from ingest.engine import check_engine

EMBEDDED = Settings(Path("/data"), Path("/domain"))


def test_ray_is_refused_for_the_embedded_index_with_the_variable_to_set() -> None:
    with pytest.raises(ConfigurationError, match="Set QDRANT_URL"):
        check_engine("ray", EMBEDDED)


def test_ray_on_a_server_and_the_local_engine_are_accepted() -> None:
    check_engine("local", EMBEDDED)
    check_engine("ray", Settings(Path("/data"), Path("/domain"), qdrant_url="http://localhost:6333"))

"""What the compressed model will run on."""

from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from serving.compress.target import find_target


def test_a_gpu_that_is_not_listed_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="no GPU 'h900'"):
        find_target("h900")

"""What every test may rely on."""

from __future__ import annotations

import os


def pytest_configure() -> None:
    """No test fetches a model; libraries that would ask a hub are told so before they are imported."""
    os.environ.setdefault("HF_HUB_OFFLINE", "1")

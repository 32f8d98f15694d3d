"""How many random inputs the tests of properties try."""

from __future__ import annotations

from hypothesis import settings

RANDOM = "random"
"""The profile whose inputs are others in each run: `make test-random`."""
_MORE = 20


def tried(count: int) -> settings:
    """Return the settings of a property that is tried on so many inputs, 20 times as many in the profile "random"."""
    return settings(max_examples=count * (_MORE if settings.get_current_profile_name() == RANDOM else 1))

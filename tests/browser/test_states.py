"""Every state of the gallery is reached, looks as it should, and has nothing that axe objects to."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from tests.browser.axe import read_axe, violations
from tests.browser.states import GALLERY, Stage

SCREENSHOTS = os.environ.get("GROUNDWORK_SCREENSHOTS")
"""A folder for a picture of each state; none are taken without it."""
THEMES, WIDTHS = ("light", "dark"), (360, 768, 1280)
IN_CI = ("light", 1280)

StageOf = Callable[..., Stage]


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe."""
    return read_axe()


def check(name: str, theme: str, width: int, stage_of: StageOf, axe: str) -> None:
    visit = GALLERY[name].reach(stage_of(color_scheme=theme, width=width))
    if SCREENSHOTS:
        visit.page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{theme}-{width}.png")
    assert violations(visit.page, axe) == []
    assert visit.sideways_overflow() == 0


@pytest.mark.parametrize("name", GALLERY)
def test_the_state_is_shown_and_accessible(name: str, stage_of: StageOf, axe: str) -> None:
    check(name, *IN_CI, stage_of, axe)


@pytest.mark.long
@pytest.mark.parametrize(("theme", "width"), [look for look in product(THEMES, WIDTHS) if look != IN_CI])
@pytest.mark.parametrize("name", GALLERY)
def test_the_state_is_shown_and_accessible_in_every_theme_and_size(
    name: str, theme: str, width: int, stage_of: StageOf, axe: str
) -> None:
    check(name, theme, width, stage_of, axe)

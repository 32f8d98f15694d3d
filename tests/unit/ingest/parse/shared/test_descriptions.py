"""An alternative text is read in brackets when it says something."""

from __future__ import annotations

import pytest

from ingest.parse.shared.descriptions import picture_text


@pytest.mark.parametrize(
    ("description", "text"),
    [
        pytest.param("Plan of\nfloor 2", "[Plan of floor 2]", id="on one line"),
        pytest.param("A cat. Description automatically generated", "[A cat.]", id="without what programs add"),
        pytest.param("✓", "✓", id="a sign stands for itself"),
        pytest.param("3", "3", id="a number that is drawn"),
        pytest.param("IMG_1.png", "", id="a file name"),
        pytest.param("https://example.org/a", "", id="an address"),
        pytest.param("Picture 3", "", id="what programs write"),
        pytest.param("  ", "", id="nothing"),
    ],
)
def test_an_alternative_text_is_read_in_brackets(description: str, text: str) -> None:
    assert picture_text(description) == text

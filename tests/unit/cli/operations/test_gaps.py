"""What `groundwork gaps` prints."""

from __future__ import annotations

import io
from typing import Any

import pytest
from rich.console import Console

from cli.operations.gaps import print_gaps


def printed(asked: int) -> str:
    question = {"text": "Where is the canteen?", "asked": asked, "answer_ids": ["answer-1"]}
    group: dict[str, Any] = {"terms": ["canteen"], "asked": asked, "refused": asked, "flagged": 0, "thumbs_down": 0}
    file = io.StringIO()
    found = {"groups": [{**group, "questions": [question], "nearest": []}], "left_out": 0}
    print_gaps(found, Console(file=file, width=100))
    return file.getvalue()


@pytest.mark.parametrize(("asked", "words"), [(1, "canteen: asked once ("), (2, "canteen: asked 2 times (")])
def test_a_group_says_how_often_it_was_asked(asked: int, words: str) -> None:
    assert words in printed(asked)

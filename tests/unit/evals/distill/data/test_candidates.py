from __future__ import annotations

from dataclasses import replace

import pytest

from core.types import Document
from evals.distill.data.candidates import validation_documents
from tests.unit.evals.distill.data.passages import corpus


@pytest.mark.parametrize(("count", "expected"), [(9, 0), (10, 1), (12, 1), (40, 2), (200, 10)])
def test_a_twentieth_of_ten_documents_or_more_is_for_validation_and_at_least_one(count: int, expected: int) -> None:
    documents = {f"{number}.md": Document(f"{number}.md", "Page", "handbook", "Text.", "0") for number in range(count)}

    assert len(validation_documents(replace(corpus(), documents=documents))) == expected

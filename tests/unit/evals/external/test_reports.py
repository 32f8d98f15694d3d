"""What is printed of a public set, and its page."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from core.stats import Estimate
from evals.external.console import print_external
from evals.external.html import render_page
from evals.external.published import KNOWN_SETS
from evals.external.result import ExternalResult

ROWS = (
    {
        "id": "q1",
        "question": "Do <b>bees</b> sleep?",
        "relevant": ["d1"],
        "ranked": ["d2", "d3"],
        "answer": {"content": "Yes & no [1].", "refused": False, "degraded": False},
        "metrics": {"nDCG@10": {"numerator": 0.0, "denominator": 1.0}},
    },
    {
        "id": "q2",
        "question": "What do bees make?",
        "relevant": ["d1"],
        "ranked": ["d1"],
        "answer": None,
        "metrics": {"nDCG@10": {"numerator": 1.0, "denominator": 1.0}},
    },
)


@pytest.fixture
def result(tmp_path: Path) -> ExternalResult:
    (tmp_path / "results.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    about = {
        "set": "scifact",
        "passages": 5183,
        "chunks": 7000,
        "recipe": {"name": "default"},
        "mode": "extractive",
        "model": None,
        "embedder": "MiniLM",
    }
    metrics = {"nDCG@10": Estimate(0.5, 0.1, 0.9, 2), "MRR@10": Estimate(0.5, 0.1, 0.9, 2)}
    return ExternalResult(tmp_path, about, 300, 300, metrics, KNOWN_SETS["scifact"].published, ("A note.",))


def printed(result: ExternalResult) -> str:
    console = Console(width=200, file=io.StringIO(), record=True)
    print_external(result, console)
    return console.export_text()


def test_published_figures_are_beside_ours_with_their_sources(result: ExternalResult) -> None:
    text = printed(result)
    assert "0.500" in text
    assert "0.665" in text
    assert "[1] Thakur et al., BEIR, 2021, table 2" in text
    # Nobody has published this metric of the set.
    assert text.count("MRR@10") == 1
    assert "A note." in text


def test_a_sample_is_said_not_to_be_comparable(result: ExternalResult) -> None:
    assert "not comparable" not in printed(result)
    assert "published figures are not comparable" in printed(replace(result, asked=2))


def test_a_set_without_published_figures_has_no_table_of_them(result: ExternalResult) -> None:
    assert "Published" not in printed(replace(result, published=()))


def test_the_page_has_the_questions_that_went_worst_first_and_escapes_their_texts(result: ExternalResult) -> None:
    page = render_page(result)
    assert page.index("Do &lt;b&gt;bees") < page.index("What do bees make?")
    assert "Yes &amp; no [1]." in page
    assert "Relevant, not among them: d1" in page

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from cli.ingestion.run import Order, ingest_documents
from core.settings import Settings
from testing.handbook import write_domain

CASES: Sequence[Mapping[str, Any]] = (
    {
        "id": "days",
        "question": "How many days of annual leave do I have?",
        "kind": "answerable",
        "gold": [{"document_id": "leave/annual.md", "quote": "Every colleague has 25 days of annual leave a year."}],
        "labelled": [
            {"answer": "Every colleague has 77 days of annual leave a year.", "unsupported": ["Every colleague"]},
            {"answer": "Every colleague has 25 days of annual leave a year.", "unsupported": []},
        ],
        "answer": "25 days a year.",
        "required": [["25 days", "25 working days"]],
        "forbidden": ["77"],
        "split": "dev",
    },
    {
        "id": "breakfast",
        "question": "What is the limit for breakfast?",
        "kind": "answerable",
        "gold": [{"document_id": "money/expenses.md", "quote": "| Breakfast | 12 EUR |"}],
        "tags": ["amount"],
        "split": "test",
    },
    {
        "id": "gone",
        "question": "My computer has vanished, whom do I inform?",
        "kind": "answerable",
        "gold": [{"document_id": "security/laptops.md", "quote": "Report a lost laptop to the security desk"}],
        "tags": ["paraphrase"],
        "split": "test",
    },
    {
        "id": "until-when",
        "question": "And when do they expire?",
        "kind": "follow_up",
        "gold": [{"document_id": "leave/annual.md", "quote": "Unused days expire on 31 March of the next year."}],
        "history": [
            {"role": "user", "content": "How many days of annual leave do I have?"},
            {"role": "assistant", "content": "25 days a year."},
        ],
        "split": "test",
    },
    {
        "id": "tungsten",
        "question": "At what temperature does tungsten boil?",
        "kind": "unanswerable",
        "gold": [],
        "split": "test",
    },
    {"id": "moons", "question": "How many moons has Jupiter?", "kind": "unanswerable", "gold": [], "split": "dev"},
)


def write_cases(file: Path, cases: Sequence[Mapping[str, Any]] = CASES) -> Path:
    """Write cases as JSON Lines; return the file."""
    file.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A tiny domain with its own cases, ingested into its own index with the bundled embedder."""
    folder = tmp_path_factory.mktemp("evals")
    domain = write_domain(folder / "domain", refuse_below=0.15)
    write_cases(domain / "cases.jsonl")
    settings = Settings(data_dir=folder / "data", domain_dir=domain)
    report = ingest_documents(settings, Order(), lambda _: None)
    assert report.created == 5
    return settings

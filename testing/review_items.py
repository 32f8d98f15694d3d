"""Items of the review queue, for tests."""

from __future__ import annotations

from typing import Any

CASE: dict[str, Any] = {
    "id": "leave-1",
    "question": "How many days of leave?",
    "kind": "answerable",
    "gold": [{"document_id": "leave.md", "quote": "Every colleague has 25 days."}],
    "answer": "25 days.",
    "split": "dev",
}
PAIR: dict[str, Any] = {
    "question": "How many days of leave?",
    "history": [],
    "passages": [{"index": 1, "document_name": "Leave", "section": None, "text": "Every colleague has 25 days."}],
    "a": {"model": "original", "answer": "25 days [1]."},
    "b": {"model": "compressed", "answer": "Thirty days [1]."},
}
EXAMPLE: dict[str, Any] = {"messages": [{"role": "user", "content": "How many days of leave?"}], "weight": 0.5}

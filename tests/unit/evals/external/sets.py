"""Write tiny public sets in their own formats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

BEIR_CORPUS: Sequence[Mapping[str, Any]] = (
    {"_id": "d1", "title": "Bees", "text": "Bees make honey from nectar."},
    {"_id": "d2", "title": "Ants", "text": "Ants live in colonies."},
    {"_id": "d3", "title": "Wasps", "text": "Wasps build nests of paper."},
)
BEIR_QUERIES: Sequence[Mapping[str, Any]] = (
    {"_id": "q1", "text": "What do bees make?"},
    {"_id": "q2", "text": "Where do ants live?"},
    {"_id": "q3", "text": "Nobody judged this."},
)
BEIR_QRELS: Sequence[Sequence[Any]] = (("q1", "d1", 2), ("q1", "d3", 0), ("q2", "d2", 1))
MTRAG_TASKS: Sequence[Mapping[str, Any]] = (
    {
        "task_id": "c<::>1",
        "Collection": "mt-rag-ibmcloud-elser-512-100-20240502",
        "input": [{"speaker": "user", "text": "What do bees make? "}],
        "targets": [{"speaker": "agent", "text": "Honey."}],
        "Answerability": ["ANSWERABLE"],
    },
    {
        "task_id": "c<::>2",
        "Collection": "mt-rag-ibmcloud-elser-512-100-20240502",
        "input": [
            {"speaker": "user", "text": "What do bees make?"},
            {"speaker": "agent", "text": "Honey."},
            {"speaker": "user", "text": "And moths?"},
        ],
        "targets": [{"speaker": "agent", "text": "I do not know."}],
        "Answerability": ["UNANSWERABLE"],
    },
    {
        "task_id": "c<::>3",
        "Collection": "mt-rag-ibmcloud-elser-512-100-20240502",
        "input": [{"speaker": "user", "text": "Thank you!"}],
        "targets": [{"speaker": "agent", "text": "You are welcome."}],
        "Answerability": ["CONVERSATIONAL"],
    },
    {
        "task_id": "elsewhere<::>1",
        "Collection": "mt-rag-fiqa-beir-elser-512-100-20240501",
        "input": [{"speaker": "user", "text": "What is a bond?"}],
        "targets": [{"speaker": "agent", "text": "A loan."}],
        "Answerability": ["ANSWERABLE"],
    },
)
SQUAD: Mapping[str, Any] = {
    "version": "v2.0",
    "data": [
        {
            "title": "Social_insects",
            "paragraphs": [
                {
                    "context": "Bees make honey from nectar.",
                    "qas": [
                        {
                            "id": "s1",
                            "question": "What do bees make?",
                            "answers": [{"text": "honey", "answer_start": 10}, {"text": "honey", "answer_start": 10}],
                            "is_impossible": False,
                        },
                        {"id": "s2", "question": "What do moths make?", "answers": [], "is_impossible": True},
                    ],
                },
                {"context": "Ants live in colonies.", "qas": []},
            ],
        }
    ],
}


def write_lines(file: Path, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write JSON Lines; return the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return file


def write_qrels(file: Path, rows: Sequence[Sequence[Any]], header: str = "query-id\tcorpus-id\tscore") -> Path:
    """Write judgements; return the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = [header, *("\t".join(map(str, row)) for row in rows)]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def write_beir(
    folder: Path,
    corpus: Sequence[Mapping[str, Any]] = BEIR_CORPUS,
    queries: Sequence[Mapping[str, Any]] = BEIR_QUERIES,
    qrels: Sequence[Sequence[Any]] = BEIR_QRELS,
) -> Path:
    """Write a set in BEIR's format; return its folder."""
    write_lines(folder / "corpus.jsonl", corpus)
    write_lines(folder / "queries.jsonl", queries)
    write_qrels(folder / "qrels" / "test.tsv", qrels)
    return folder


def write_mtrag(
    folder: Path,
    tasks: Sequence[Mapping[str, Any]] = MTRAG_TASKS,
    qrels: Sequence[Sequence[Any]] = (("c<::>1", "d1", 1),),
) -> Path:
    """Write a checkout of MTRAG with the domain "cloud"; return its folder."""
    write_lines(folder / "corpora" / "passage_level" / "cloud.jsonl", BEIR_CORPUS)
    write_qrels(folder / "mtrag-human" / "retrieval_tasks" / "cloud" / "qrels" / "dev.tsv", qrels)
    write_lines(folder / "mtrag-human" / "generation_tasks" / "reference.jsonl", tasks)
    return folder


def write_squad(file: Path, whole: Mapping[str, Any] = SQUAD) -> Path:
    """Write a file in SQuAD's format; return it."""
    file.write_text(json.dumps(whole), encoding="utf-8")
    return file

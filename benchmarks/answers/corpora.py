"""Make the folder of documents that a set's questions are about.

Three corpora are ingested as they are. Of the others a copy is written: each section of anthropic_docs becomes a
Markdown file, the PDFs of contoso_onboarding are copied without its pictures, and each page of mtrag_cloud becomes a
Markdown file, but for pages without text.
"""

from __future__ import annotations

import gzip
import json
import random
import shutil
from collections.abc import Iterable
from pathlib import Path

from benchmarks.answers.sets import SAMPLE, read_questions, section_files

_SEED = 2026


def make_corpus(name: str, data: Path, copies: Path, mtrag_pages: int | None) -> Path:
    """Return the folder to ingest for a set. What has to be written goes below `copies`.

    `mtrag_pages` limits mtrag_cloud to so many pages: those that answer a question, and others drawn at random with
    a fixed seed. None means all 3,927.
    """
    match name:
        case "sample":
            return SAMPLE / "corpus"
        case "handbook_18f":
            return data / "handbook_18f"
        case "fastapi_docs":
            return data / "fastapi_docs" / "docs"
        case "anthropic_docs":
            return _write(copies / name, _sections(data))
        case "contoso_onboarding":
            return _copy_pdfs(data / "contoso_onboarding" / "data", copies / name)
        case "mtrag_cloud":
            return _write(copies / name, _pages(data, mtrag_pages))
    raise ValueError(f"There is no corpus for the set '{name}'.")


def _sections(data: Path) -> Iterable[tuple[str, str]]:
    files = section_files(data)
    sections = json.loads((data / "anthropic_docs" / "anthropic_docs.json").read_text(encoding="utf-8"))
    for section in sections:
        heading = section["chunk_heading"]
        text = section["text"].removeprefix(heading).lstrip()
        yield files[section["chunk_link"]], f"# {heading}\n\n{text}\n"


def _pages(data: Path, limit: int | None) -> Iterable[tuple[str, str]]:
    with gzip.open(data / "mtrag_cloud" / "documents.jsonl.gz", "rt", encoding="utf-8") as lines:
        pages = {f"{row['doc_id']}.md": str(row["text"]) for row in map(json.loads, lines)}
    if limit is not None:
        pages = {name: pages[name] for name in _drawn(pages, data, limit)}
    return [(name, text) for name, text in pages.items() if text.strip()]


def _drawn(pages: Iterable[str], data: Path, limit: int) -> list[str]:
    gold = {source.document_id for question in read_questions("mtrag_cloud", data) for source in question.sources}
    others = sorted(set(pages) - gold)
    fill = random.Random(_SEED).sample(others, min(len(others), max(0, limit - len(gold))))
    return [*sorted(gold), *fill]


def _write(folder: Path, files: Iterable[tuple[str, str]]) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for name, text in files:
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _copy_pdfs(origin: Path, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(origin.glob("*.pdf")):
        if not (folder / file.name).exists():
            shutil.copyfile(file, folder / file.name)
    return folder

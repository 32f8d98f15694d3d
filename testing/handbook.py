"""The handbook of a small team: the domain folder, documents and index that many tests use."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.answer.retrieval.retrieve import Retriever
from core.embedding import Embedder
from core.index import Bm25Encoder
from core.index.edge.index import EdgeIndex
from core.permissions import EVERYTHING
from core.texts import DomainTexts
from ingest.parse import parse
from ingest.progress import Progress
from ingest.run import Stages, fingerprint_of, ingest
from ingest.sources import FolderSource
from testing.hash_embedder import HashEmbedder

REFUSAL = "I could not find this in the handbook."
TEXTS = DomainTexts.of(REFUSAL)
"""The texts of the domain."""
_PROMPT_TEMPLATE = "You answer questions from the numbered sources. Without an answer you reply: {refusal}"
PROMPT = _PROMPT_TEMPLATE.replace("{refusal}", REFUSAL)
"""The system prompt of the domain, with the refusal filled in."""
SECRET = "sk-secret-0123456789"

PAGES: Mapping[str, str] = {
    "leave/annual.md": (
        "# Annual leave\n\n"
        "Every colleague has 25 days of annual leave a year. Unused days expire on 31 March of the next year.\n\n"
        "## Booking\n\n"
        "Book your holiday in the calendar at least two weeks ahead. Your manager answers within three days.\n"
    ),
    "leave/sick.md": (
        "# Sick leave\n\n"
        "Call your manager before nine o'clock when you are ill. A doctor's note is due on the third day.\n"
    ),
    "money/expenses.md": (
        "# Expenses\n\n"
        "Hand in an expense claim by the tenth of the following month. Keep every receipt.\n\n"
        "| Meal | Limit |\n|---|---|\n| Breakfast | 12 EUR |\n| Lunch | 18 EUR |\n| Dinner | 30 EUR |\n"
    ),
    "security/laptops.md": (
        "# Laptops\n\nReport a lost laptop to the security desk within one hour. The desk erases the disk remotely.\n"
    ),
    "travel.txt": "Trains are booked in second class. Flights shorter than three hours are not reimbursed.\n",
}


def write_pages(folder: Path, pages: Mapping[str, str] = PAGES) -> Path:
    """Write the pages below a folder; return the folder."""
    for name, text in pages.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def write_domain(
    folder: Path,
    *,
    refuse_below: float = 0.3,
    language: str = "english",
    sources: str = '["corpus"]',
    recipes: str = "",
    pages: Mapping[str, str] = PAGES,
    more: str = "",
) -> Path:
    """Write a domain: domain.toml, prompts/ and corpus/. Besides the default recipe it has `brief` and `recipes`.

    `more` is added at the end of domain.toml: tables.
    """
    write_pages(folder / "corpus", pages)
    (folder / "prompts").mkdir(parents=True, exist_ok=True)
    (folder / "prompts" / "system.md").write_text(_PROMPT_TEMPLATE + "\n", encoding="utf-8")
    (folder / "domain.toml").write_text(
        f'name = "team"\ntitle = "Team handbook"\ntagline = "Ask."\nlanguage = "{language}"\nrefusal = "{REFUSAL}"\n'
        f'sources = {sources}\nsuggestions = ["How many days of annual leave do I have?"]\n'
        f"[recipe]\ntop_k = 4\nrefuse_below = {refuse_below}\n[recipes.brief]\nsentences = 1\n{recipes}\n{more}",
        encoding="utf-8",
    )
    return folder


def ignore_progress(_: Progress) -> None:
    """Ignore the progress of a run."""


@dataclass(frozen=True, slots=True)
class SmallRetriever(Retriever):
    """A retriever with the index that it reads; `close` closes that."""

    close: Callable[[], None] = lambda: None


def small_retriever(folder: Path, embedder: Embedder | None = None, pages: Mapping[str, str] = PAGES) -> SmallRetriever:
    """Return a retriever over a real embedded index of the pages, made by a real ingestion."""
    embedder = embedder or HashEmbedder(256)
    sparse = Bm25Encoder("english")
    index = EdgeIndex.create(folder / "index", fingerprint_of(embedder, sparse, "team"))
    corpus = write_pages(folder / "corpus", pages)
    ingest([FolderSource("team", corpus)], index, Stages(parse, embedder, sparse), ignore_progress)
    return SmallRetriever(index.visible_to(EVERYTHING), embedder, sparse, close=index.close)


def pdf_of(*pages: str) -> bytes:
    """Return a PDF with one line of text on each page."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out)
    for page in pages:
        canvas.drawString(72, 720, page)
        canvas.showPage()
    canvas.save()
    return out.getvalue()

"""The support portal's gold questions fit the documentation as it is now, and its page fits its domain.

An edit of a page in docs/ can remove the words that answer a question. This test says so without an index; then quote
the words that answer it now, in domains/support-portal/cases.jsonl.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from core.domain import Domain, load_domain
from evals.cases.check.documents import find_missing_gold
from evals.cases.check.finding import Finding, Line
from evals.cases.check.form import read_all
from evals.cases.check.questions import find_duplicates, find_leaks
from evals.quotes import normalise
from ingest.known_sources import sources_of_domain
from ingest.parse import parse
from testing.builders import REPOSITORY

FOLDER = REPOSITORY / "domains" / "support-portal"


@pytest.fixture(scope="module")
def domain() -> Domain:
    return load_domain(FOLDER)


@pytest.fixture(scope="module")
def texts(domain: Domain) -> dict[str, str]:
    """The texts of the documents by id, normalised as those of an index are for a check."""
    items = [item for source in sources_of_domain(domain) for item in source.items()]
    read = {item.document_id: item.read() for item in items}
    return {name: normalise(parse(raw.content, raw.file_name).text) for name, raw in read.items()}


@pytest.fixture(scope="module")
def lines(domain: Domain) -> list[Line]:
    """The cases with their lines; every line of the file is one."""
    found, problems = read_all(domain.cases)
    assert problems == []
    return found


def shown(findings: list[Finding]) -> list[str]:
    return [f"line {one.line}: {one.message} {one.fix}" for one in findings if one.severity == "error"]


def test_the_documents_are_the_pages_of_the_documentation(texts: dict[str, str]) -> None:
    pages = {page.relative_to(REPOSITORY / "docs").as_posix() for page in (REPOSITORY / "docs").rglob("*.md")}

    assert set(texts) == pages - {"decisions.md", "answers-shown.md"}


def test_every_gold_quote_is_in_its_page(lines: list[Line], texts: dict[str, str]) -> None:
    assert shown([*find_missing_gold(lines, texts)]) == []


def test_no_question_has_its_answer_in_it_or_is_in_both_splits(lines: list[Line]) -> None:
    assert shown([*find_leaks(lines), *find_duplicates(lines, None)]) == []


def test_the_questions_are_of_every_kind_and_about_many_pages(lines: list[Line]) -> None:
    kinds = Counter(line.case.kind for line in lines)
    pages = {gold.document_id for line in lines for gold in line.case.gold}

    assert len(lines) >= 60
    assert kinds["unanswerable"] >= 12
    assert kinds["follow_up"] >= 5
    assert len(pages) >= 14


def test_the_page_has_the_key_and_the_address_of_its_domain(domain: Domain) -> None:
    page = (FOLDER / "portal" / "index.html").read_text(encoding="utf-8")

    assert re.findall(r'data-site-key="([^"]*)"', page) == [domain.sites[0].key]
    assert domain.sites[0].origins == ("self",)
    (address,) = re.findall(r'data-contact="([^"]*)"', page)
    assert domain.widget.handover.url == f"mailto:{address}"


def test_the_topics_of_the_page_lead_to_documents(texts: dict[str, str]) -> None:
    page = (FOLDER / "portal" / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="/#/documents/([^"]+)"', page)

    assert len(links) >= 6
    assert set(links) <= set(texts)


def test_nothing_on_the_page_is_inline() -> None:
    page = (FOLDER / "portal" / "index.html").read_text(encoding="utf-8")

    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:|https?://", page)

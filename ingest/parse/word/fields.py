"""Fields of word processors that are not read as their results."""

from __future__ import annotations

CONTENTS = {"TOC": "the table of contents", "INDEX": "the index of terms", "TOA": "the table of authorities"}
"""Left out: they repeat the document. Each with its name for the report."""

PAGE_FIELDS = frozenset({"PAGE", "NUMPAGES", "SECTIONPAGES"})

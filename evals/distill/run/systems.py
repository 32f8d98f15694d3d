"""The systems that are compared, by the names of their folders."""

from __future__ import annotations

EXTRACTIVE = "extractive"
"""The sentences of the documents that answer, without a model: what the student has to replace."""
BASE = "base"
"""The checkpoint as it was."""
STUDENT = "student"
COMPRESSED = "student-w8a8"

"""The fields of the HTTP contract: no more, no fewer."""

from __future__ import annotations

ABOUT_A_COMPLETION = {
    "answer_id",
    "conversation_id",
    "recorded",
    "mode",
    "kind",
    "degraded",
    "degraded_reason",
    "refused",
    "empty_index",
    "passages",
    "citations",
    "support",
    "grounding",
    "withheld",
    "retried",
    "choices",
    "conflicts",
    "nearest",
    "recipe",
    "arm",
    "timings_ms",
}
CITATION = {
    "index",
    "document_id",
    "document_name",
    "chunk_id",
    "text",
    "score",
    "section",
    "page",
    "url",
    "start",
    "end",
}
SUPPORT = {"start", "end", "marker", "index", "evidence"}
REPORT = {"supported", "score", "flags", "sentences", "unjudged"}

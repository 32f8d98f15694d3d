"""The releases on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from core.releases import Event, Record, Release

_SHORT = 12
RESTART = "A running service keeps its release until it is started again."


def release_lines(release: Release | None) -> Iterator[str]:
    """Yield what the current release is; or that there is none."""
    if release is None:
        yield "No release is promoted: answers have the recipe of domain.toml."
        return
    record = release.record
    corpus, verdict = record.content["corpus"], record.content["verdict"]
    yield f"Release {record.id}, promoted {release.at}."
    yield f"Verdict: {record.decision}, on {verdict['questions']} questions of {record.content['candidate']['folder']}."
    if release.reason is not None:
        yield f"Promoted all the same: {release.reason}"
    yield f"Recipe '{record.recipe_name}', {record.mode} answers{_model(record)}."
    yield f"Evaluated on {corpus['documents']} documents (corpus {str(corpus['sha256'])[:_SHORT]})."


def history_table(events: Sequence[Event]) -> Table:
    """Return a row a promotion or rollback, the newest first."""
    table = Table(box=None, pad_edge=False)
    for heading in ("when", "what", "release since then", "reason"):
        table.add_column(heading, no_wrap=heading != "reason")
    for event in reversed(events):
        current = "none: domain.toml" if event.record is None else event.record[:_SHORT]
        table.add_row(event.at, event.action, current, Text(event.reason or ""))
    return table


def _model(record: Record) -> str:
    if record.model is None:
        return ""
    checkpoint = record.content["model"]["checkpoint"]
    return f" of {record.model}" + (f" (checkpoint {checkpoint['sha256'][:_SHORT]})" if checkpoint else "")

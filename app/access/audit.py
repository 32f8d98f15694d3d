"""The audit log: who did what to the documents, the keys and the records, when, from where, and how it ended.

The guards record every request that needs the scope "ingest" or "manage" and is no GET, refused ones too, so that a
new route is in the log without a line of its own; and the export of records, which is a GET. The command line records
what it does to the database itself.

Not covered: requests without valid credentials, which are in the process's log, and counted: anybody could fill the
database with them. The log is not deleted: it grows by a row for each act, and a program that can write to the database
can change it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from app.service.principals import Principal
from core.errors import DatabaseFault

if TYPE_CHECKING:
    from app.database import Database

_MOST_CHARACTERS = 500
"""Of a target: the names of twenty files."""
_log = logging.getLogger("groundwork")
ACTIONS: Mapping[tuple[str, str], str] = {
    ("POST", "/v1/documents"): "documents.upload",
    ("DELETE", "/v1/documents/{document_id:path}"): "documents.delete",
    ("POST", "/v1/ingest"): "ingestion.start",
    ("DELETE", "/v1/ingest/jobs/{job_id}"): "ingestion.cancel",
    ("GET", "/v1/records"): "records.export",
    ("DELETE", "/v1/records"): "records.delete",
    ("GET", "/v1/backup"): "backup",
    ("POST", "/v1/reviews"): "reviews.add",
    ("PUT", "/v1/reviews/{review_id}/label"): "reviews.label",
    ("PUT", "/v1/reviews/{review_id}/decision"): "reviews.decide",
    ("POST", "/v1/reviews/{review_id}/case"): "reviews.case",
}
"""The names of actions by method and route; another one has its method and route for a name."""


@dataclass(frozen=True, slots=True)
class Act:
    """An administrative act. `status` is that of the response; 0 for the command line."""

    at: datetime
    principal_kind: str
    principal_id: str | None
    principal_name: str | None
    address: str
    action: str
    target: str
    status: int
    id: int = 0
    """Its number in the log, which grows; 0 before it is recorded."""

    @property
    def line(self) -> str:
        """The act on one line, for the process's log."""
        who = self.principal_id or self.principal_kind
        return f"{who} from {self.address or 'an unknown address'}: {self.action} {self.target!a} ({self.status})"


def act_of(principal: Principal, at: datetime, address: str, action: str, target: str = "", status: int = 0) -> Act:
    """Return an act of a principal; a long target is cut, and what no database takes is replaced."""
    cut = target if len(target) <= _MOST_CHARACTERS else f"{target[:_MOST_CHARACTERS]}…"
    return Act(at, principal.kind, principal.id, principal.name, address, _text(action), _text(cut), status)


def _text(text: str) -> str:
    """Return a text as every database takes it: PostgreSQL has no character U+0000, and none takes lone surrogates."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


class AuditLog:
    """Records the acts of a running service. An act that cannot be recorded is written into the process's log.

    `failed` is called for each of those.
    """

    def __init__(self, database: Callable[[], Database], failed: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._failed = failed

    async def add(self, act: Act) -> None:
        """Record an act."""
        # The library of the database takes half a second to import, which most commands need not spend.
        from app.access.acts import record

        database = self._database()
        try:
            await database.run(lambda: record(database, act))
        except DatabaseFault as error:
            self._failed()
            _log.error("the audit log could not be written: %s The act: %s", error, act.line)

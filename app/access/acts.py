"""The acts of the audit log in the database. Every function blocks, and raises DatabaseFault."""

from __future__ import annotations

from sqlalchemy import select

from app.access.audit import Act
from app.access.tables import AuditRow
from app.database import Database


def record(database: Database, act: Act) -> None:
    """Write an act into the log."""
    with database.session() as session:
        session.add(
            AuditRow(
                at=act.at,
                principal_kind=act.principal_kind,
                principal_id=act.principal_id,
                principal_name=act.principal_name,
                address=act.address,
                action=act.action,
                target=act.target,
                status=act.status,
            )
        )


def latest_acts(database: Database, limit: int, before: int | None = None) -> list[Act]:
    """Return the latest acts, newest first; `before`: those with a smaller number."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.id < before)
    with database.reading() as session:
        return [_act(row) for row in session.scalars(query)]


def _act(row: AuditRow) -> Act:
    return Act(
        row.at,
        row.principal_kind,
        row.principal_id,
        row.principal_name,
        row.address,
        row.action,
        row.target,
        row.status,
        row.id,
    )

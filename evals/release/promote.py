"""Promote a record, with a reason where it does not ship, and return to the one before.

Everything takes effect when `groundwork serve` is started the next time: a running service keeps its release.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from core.domain import Domain
from core.errors import ConfigurationError
from core.releases import Record, Release, Releases, read_record


def promote(file: Path, releases: Releases, domain: Domain, at: datetime, reason: str | None = None) -> Release:
    """Make a record the one that the service answers with.

    Raises ConfigurationError for a file that is no record or was changed; for a record of another domain, or with a
    recipe that this version does not know; and for one that does not ship, unless there is a reason, which is kept.
    """
    record = read_record(file)
    _check_domain(record, domain)
    record.recipe()
    if reason is not None and not reason.strip():
        raise ConfigurationError("The reason of --force is empty. Say why the record is promoted all the same.")
    if not record.ships and reason is None:
        raise ConfigurationError(
            f"The gate decided on {file}: {record.decision}. {_why(record)}To promote it all the same, give a reason, "
            'which is kept: --force "REASON"'
        )
    return releases.promote(record, at, None if record.ships else reason)


def _check_domain(record: Record, domain: Domain) -> None:
    if record.domain != domain.name:
        raise ConfigurationError(
            f"The record {record.id} is of the domain '{record.domain}', and the domain is '{domain.name}'. Set "
            "GROUNDWORK_DOMAIN, or evaluate a candidate of this domain."
        )


def _why(record: Record) -> str:
    """Return which metrics keep it from shipping, as a sentence."""
    found = [one for one in record.content["verdict"]["requirements"] if one["outcome"] != "met"]
    return "".join(f"{one['metric']}: {one['outcome']}. " for one in found)

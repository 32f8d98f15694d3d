"""The access of a service that is not there: modes, keys and users over a database of a test."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from app.access.access import Access
from app.access.audit import AuditLog
from app.access.oidc.provider import Provider
from app.database import Database
from app.service.rate_limits import Limiter, MemoryLimiter
from core.access import AccessSettings
from core.settings import Settings

LOCAL_TOKEN = "the token of the data directory"


def make_access(
    settings: AccessSettings | None = None,
    database: Database | None = None,
    *,
    proxies: tuple[str, ...] = (),
    provider: Provider | None = None,
    limiter: Limiter | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Access:
    """Access in the mode of some settings, open without any. Without a database, nothing can be looked up."""
    nowhere = Path("/nowhere")
    used = database or Database("sqlite:////nowhere/groundwork.sqlite")
    access = settings or AccessSettings()
    return Access(
        Settings(data_dir=nowhere, domain_dir=nowhere, trusted_proxies=proxies, access=access),
        lambda: used,
        MemoryLimiter() if limiter is None else limiter,
        LOCAL_TOKEN,
        AuditLog(lambda: used),
        provider,
        clock,
    )

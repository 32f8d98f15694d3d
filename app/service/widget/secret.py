"""The secret that signs the sessions of the chat widget.

GROUNDWORK_WIDGET_SECRET, or else one that is made once and kept in the data directory, for its owner to read. Several
replicas with data directories of their own need the variable: the session of one would not be valid at another.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from core.errors import ConfigurationError
from core.settings import Settings

_BYTES = 48
_FILE = "widget-secret"


def widget_secret(settings: Settings) -> str:
    """Return the secret; make and keep it if there is none.

    Raises ConfigurationError for a data directory that cannot be written, and for a file that cannot be read or does
    not have a secret.
    """
    return settings.widget_secret or _kept_secret(secret_file(settings))


def secret_file(settings: Settings) -> Path:
    """Return the file of a secret that is kept."""
    return settings.data_dir / _FILE


def _kept_secret(file: Path) -> str:
    try:
        if not file.exists():
            _make(file)
        secret = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The secret of the widget's sessions cannot be kept in {file}: {getattr(error, 'strerror', error)}. "
            "Make the data directory writable, or set GROUNDWORK_WIDGET_SECRET."
        ) from error
    if len(secret) < _BYTES:
        raise ConfigurationError(
            f"{file} has {len(secret)} characters and no secret of the widget's sessions. Delete it: a new one is made "
            "when the service starts, and the widgets begin new sessions."
        )
    return secret


def _make(file: Path) -> None:
    """Write a new secret, unless another process is faster: both read one file then, and it is never half written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as written:
            written.write(secrets.token_urlsafe(_BYTES) + "\n")
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink(missing_ok=True)

"""Replies of judges and teachers on disk, by the hash of all that was sent: the same question is paid for once.

One file a reply, below two characters of the SHA-256 of the server's address and the body of the request (model,
messages, schema, temperature, limit). What is interrupted goes on where it was.

Not covered: a server that serves another model under the same name. Delete the folder then.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.files import replace_text

_log = logging.getLogger("groundwork")


class ReplyCache:
    """Replies below a folder, which need not exist. Failures are not kept, so that they are asked again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, address: str, body: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the reply to a request; None where there is none, or its file cannot be read."""
        file = self._file(address, body)
        try:
            return dict(json.loads(file.read_text(encoding="utf-8"))["reply"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError) as error:
            _log.warning("%s is no kept reply (%s): the model is asked again.", file, error)
            return None

    def keep(self, address: str, body: Mapping[str, Any], reply: Mapping[str, Any]) -> None:
        """Keep the reply to a request. Raises OSError."""
        file = self._file(address, body)
        entry = {"address": address, "request": dict(body), "reply": dict(reply)}
        replace_text(file, json.dumps(entry, ensure_ascii=False))

    def _file(self, address: str, body: Mapping[str, Any]) -> Path:
        sent = json.dumps([address, body], sort_keys=True, ensure_ascii=False)
        digest = hashlib.sha256(sent.encode(errors="surrogatepass")).hexdigest()
        return self._folder / digest[:2] / f"{digest}.json"

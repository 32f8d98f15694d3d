"""Make the passwords and keys of the services in a folder each, once: what is there stays as it is.

Each folder is a volume that only the services have which need it. Their users differ, so that the files are readable
for every user in a container that has the volume.
"""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

_BYTES = 32
_READABLE = 0o444


def make_secrets(folder: Path) -> None:
    """Make every file that is missing. `url` holds the password beside it."""
    password = _keep(folder / "postgres" / "password", secrets.token_urlsafe(_BYTES))
    _keep(folder / "postgres" / "url", f"postgresql://groundwork:{password}@postgres:5432/groundwork")
    for service, name in (("qdrant", "api-key"), ("model", "api-key"), ("grafana", "password")):
        _keep(folder / service / name, secrets.token_urlsafe(_BYTES))


def _keep(file: Path, value: str) -> str:
    """Return the text of a file, which is written first where it is missing: whole or not at all."""
    if not file.exists():
        partial = file.with_name(f".{file.name}.partial")
        partial.write_text(value, encoding="ascii")
        partial.chmod(_READABLE)
        os.replace(partial, file)
    return file.read_text(encoding="ascii")


if __name__ == "__main__":
    make_secrets(Path(sys.argv[1]))

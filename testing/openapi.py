"""Print the OpenAPI document of the service: `python -m testing.openapi > openapi.json`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from app.api import create_app
from testing.services import make_service


def openapi_document() -> str:
    """Return the OpenAPI document as text, the same on every call."""
    with tempfile.TemporaryDirectory() as folder:
        service = make_service(Path(folder))
        try:
            document = create_app(service).openapi()
        finally:
            service.close()
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    sys.stdout.write(openapi_document())

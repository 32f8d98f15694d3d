"""Write documents through LibreOffice: other XML than ours, and PDF with its line breaks, hyphens and pages."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

_SECONDS = 180


@cache
def _profile() -> tempfile.TemporaryDirectory[str]:
    """Return a profile of this process: two processes cannot use one at the same time."""
    return tempfile.TemporaryDirectory(prefix="fidelity-office-")


def is_installed() -> bool:
    """Say whether LibreOffice is on this machine."""
    return shutil.which("soffice") is not None


def converted(content: bytes, ending: str, target: str) -> bytes:
    """Return a file of another format, as LibreOffice writes it. `target` is an ending, such as "pdf"."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / f"document{ending}"
        source.write_bytes(content)
        command = ["soffice", f"-env:UserInstallation=file://{_profile().name}", "--headless", "--convert-to", target]
        subprocess.run([*command, "--outdir", scratch, str(source)], check=True, capture_output=True, timeout=_SECONDS)
        return (Path(scratch) / f"document.{target.partition(':')[0]}").read_bytes()

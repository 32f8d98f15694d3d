"""Ask every host that the documentation links whether the page is there: `make docs-links`.

Prints the links that fail with where they are, and exits with 1 then. Not a part of CI: it needs the internet. Hosts
that turn programs away (401, 403, 405, 429) are named and not counted.
"""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parents[2]
_LINK = re.compile(r"https?://[^\s)>\"'`|]+")
_CODE = re.compile(r"^```.*?^```|^ {4}[^\n]*$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_EXAMPLES = re.compile(r"//(localhost|127\.0\.0\.1|[\w.-]*\bexample\b)")
_TURNED_AWAY = (401, 403, 405, 429)
_SECONDS = 20.0


def main() -> int:
    """Ask, print, and return the exit code."""
    places = _links()
    with ThreadPoolExecutor(8) as pool:
        outcomes = dict(zip(places, pool.map(_outcome, places), strict=True))
    failed = {link: outcome for link, outcome in outcomes.items() if outcome}
    for link, outcome in failed.items():
        print(f"{outcome}  {link}  ({', '.join(sorted(places[link]))})")
    wrong = [link for link, outcome in failed.items() if not outcome.startswith("turned away")]
    print(f"{len(places)} links, {len(wrong)} of them lead nowhere.")
    return 1 if wrong else 0


def _links() -> dict[str, set[str]]:
    """Every link to another host outside of code, with the pages that have it; addresses of examples are left out."""
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    places: dict[str, set[str]] = {}
    for name in listed.stdout.splitlines():
        if name.startswith("domains/"):
            continue
        for link in _LINK.findall(_CODE.sub("", (ROOT / name).read_text(encoding="utf-8"))):
            if not _EXAMPLES.search(link):
                places.setdefault(link.rstrip(".,;:"), set()).add(name)
    return places


def _outcome(link: str) -> str:
    """What is wrong with a link; empty where nothing is."""
    try:
        response = httpx2.get(link, timeout=_SECONDS, follow_redirects=True)
    except httpx2.HTTPError as error:
        return type(error).__name__
    if response.status_code in _TURNED_AWAY:
        return f"turned away ({response.status_code})"
    return "" if response.is_success else str(response.status_code)


if __name__ == "__main__":
    sys.exit(main())

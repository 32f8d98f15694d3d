"""Alternative texts of pictures: what an author wrote, without what programs add."""

from __future__ import annotations

import re

_UNSAID = re.compile(
    r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp)|.*[\\/][^\\/]+\.\w{3,4}|(?:https?|file):\S+|"
    r"(?:picture|image|graphic|shape|logo|bild|grafik|abbildung)? ?\d*",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"(?:description automatically generated|AI-generated content may be incorrect"
    r"|automatisch generierte Beschreibung|KI-generierte Inhalte können fehlerhaft sein).*",
    re.IGNORECASE,
)


def author_description(text: str) -> str:
    """Return the alternative text of a picture on one line; nothing when it is only a name of a file or a number."""
    described = _ADDED.sub("", " ".join(text.split())).strip()
    return "" if _UNSAID.fullmatch(described) else described

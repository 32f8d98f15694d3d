"""Alternative texts of pictures: what an author wrote, without what programs add."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"\S+\.(?:png|jpe?g|gif|bmp|tiff?|svg|emf|wmf|webp)|.*[\\/][^\\/]+\.\w{3,4}|(?:https?|file):\S+|"
    r"(?:picture|image|graphic|shape|logo|bild|grafik|abbildung) ?\d*",
    re.IGNORECASE,
)
_ADDED = re.compile(
    r"(?:description automatically generated|AI-generated content may be incorrect"
    r"|automatisch generierte Beschreibung|KI-generierte Inhalte können fehlerhaft sein).*",
    re.IGNORECASE,
)


def picture_text(description: str) -> str:
    """Return the alternative text of a picture in brackets, on one line; a sign (✓) without them.

    Nothing is left of what is only a name: of a file, or the kind of the picture and a number.
    """
    text = _ADDED.sub("", " ".join(description.split())).strip()
    if _NAME.fullmatch(text):
        return ""
    return f"[{text}]" if any(char.isalpha() for char in text) else text

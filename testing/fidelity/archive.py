"""ZIP archives of XML parts, and text as XML."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape as escape

_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def packed(parts: Mapping[str, str | bytes], stored: tuple[str, ...] = ()) -> bytes:
    """Return a ZIP archive of the parts; XML parts get their declaration. `stored` parts are not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            content = _DECLARATION + part if isinstance(part, str) and part.startswith("<") else part
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, compress_type=how)
    return buffer.getvalue()

"""The parts of an OpenDocument file: of a package, or of one flat XML file."""

from __future__ import annotations

import posixpath

from core.errors import DocumentError
from ingest.parse.odf.names import Node, child, children, descendants, name
from ingest.parse.shared.archive import Archive, open_archive
from ingest.parse.shared.xml_tree import parse_xml

_XML = (b"<", b"\xef\xbb\xbf<")


class OpenDocument:
    """A document: its content, its styles, and the objects that are embedded in it."""

    def __init__(self, content: bytes) -> None:
        self._archive: Archive | None = None
        if content.startswith(_XML):
            self.content = self.styles = self._meta = parse_xml(content)
        else:
            self._archive = open_archive(content)
            refuse_encrypted(self._archive)
            self.content = parse_xml(self._archive.read("content.xml"))
            self.styles = self.part("styles.xml")
            self._meta = self.part("meta.xml")
        if name(self.content) not in ("office:document", "office:document-content"):
            raise DocumentError("it is damaged: its content is not that of an OpenDocument file")

    def part(self, path: str) -> Node | None:
        """Return the root element of a part; None when it is missing or damaged."""
        path = posixpath.normpath(path)
        if self._archive is None or path not in self._archive:
            return None
        try:
            return parse_xml(self._archive.read(path))
        except DocumentError:
            return None

    @property
    def body(self) -> Node:
        """Return the text, presentation or other content. Raise DocumentError when there is none."""
        for body in children(child(self.content, "office:body")):
            return body
        raise DocumentError("it is damaged: it has no content")

    @property
    def title(self) -> str | None:
        """Return the title in the document's properties."""
        meta = child(self._meta, "office:meta", "dc:title")
        return None if meta is None else meta.text


def refuse_encrypted(archive: Archive) -> None:
    """Raise DocumentError when a package is encrypted, which its manifest says."""
    if "META-INF/manifest.xml" not in archive:
        return
    manifest = parse_xml(archive.read("META-INF/manifest.xml"))
    if next(descendants(manifest, "manifest:encryption-data"), None) is not None:
        raise DocumentError("it is encrypted; save it without a password")

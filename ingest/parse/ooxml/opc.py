"""The parts of an Office Open XML file and the relationships between them.

A part is found by the type of its relationship, because its name is up to the program that wrote it. Namespaces of the
strict variant of the standard are replaced by the usual ones.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from core.errors import DocumentError
from ingest.parse.shared.archive import Archive, open_archive
from ingest.parse.shared.xml_tree import parse_xml, stream_xml

_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"


@dataclass(frozen=True, slots=True)
class Relationship:
    """A part that another one refers to; `kind` is the last word of its type: styles, footnotes, header …"""

    id: str
    kind: str
    target: str


class Package:
    """An Office Open XML file. A part is given by its name."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._relationships: dict[str, tuple[Relationship, ...]] = {}

    def main(self, default: str) -> str:
        """Return the name of the main part: that of the package's relationship, or else `default`."""
        named = self.related("", "officeDocument")
        return named[0] if named else default

    def related(self, part: str, kind: str) -> tuple[str, ...]:
        """Return the parts of this kind that a part refers to and that exist."""
        found = (other.target for other in self._of(part) if other.kind == kind)
        return tuple(target for target in found if target in self._archive)

    def target(self, part: str, relationship_id: str) -> str | None:
        """Return the part that a relationship names, if it exists."""
        found = (other.target for other in self._of(part) if other.id == relationship_id)
        return next((target for target in found if target in self._archive), None)

    def title(self) -> str | None:
        """Return the title in the document's properties."""
        for part in self.related("", "core-properties"):
            return str(self.root(part).findtext("{*}title") or "").strip() or None
        return None

    def root(self, part: str) -> etree._Element:
        """Return the root element of a part. Raise DocumentError when it is missing or damaged."""
        return parse_xml(_STRICT.sub(_TRANSITIONAL, self._archive.read(part)))

    def read(self, part: str) -> bytes:
        """Return the bytes of a part that is no XML. Raise DocumentError when it is missing or damaged."""
        return self._archive.read(part)

    def stream(self, part: str, tags: Iterable[str]) -> Iterator[etree._Element]:
        """Yield the elements of a large part with these local names; see `stream_xml`. Namespaces stay as they are."""
        return stream_xml(self._archive.open(part), tags)

    def __contains__(self, part: str) -> bool:
        return part in self._archive

    def _of(self, part: str) -> tuple[Relationship, ...]:
        if part not in self._relationships:
            self._relationships[part] = self._read_relationships(part)
        return self._relationships[part]

    def _read_relationships(self, part: str) -> tuple[Relationship, ...]:
        folder, name = posixpath.split(part)
        path = posixpath.join(folder, "_rels", f"{name}.rels")
        if path not in self._archive:
            return ()
        return tuple(
            Relationship(element.get("Id", ""), _kind(element), _resolve(folder, element.get("Target", "")))
            for element in self.root(path)
            if element.get("TargetMode") != "External"
        )


def open_package(content: bytes) -> Package:
    """Return the package. Raise DocumentError when it is not a ZIP file, is encrypted, or exceeds a limit."""
    archive = open_archive(content)
    if "mimetype" in archive and "[Content_Types].xml" not in archive:
        raise DocumentError("it is an OpenDocument or EPUB file, although its name ends like that of an Office file")
    return Package(archive)


def _kind(element: etree._Element) -> str:
    return str(element.get("Type", "")).rpartition("/")[2]


def _resolve(folder: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/", folder, target.replace("\\", "/"))).lstrip("/")

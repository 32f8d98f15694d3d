"""Parse XML without entities, network and huge nodes.

parse_xml(content)    an element tree
stream_xml(part, …)   the elements of a large part, one after the other, in bounded memory
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any

from lxml import etree

from core.errors import DocumentError

_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def parse_xml(content: bytes) -> etree._Element:
    """Return the root of an XML document, without comments and processing instructions.

    Entities that the document defines are not expanded. Raise DocumentError when the XML is not well-formed.
    """
    parser = etree.XMLParser(**_SAFE)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"it is damaged: its XML is not well-formed ({_first_line(error)})") from error


def stream_xml(part: IO[bytes], tags: Iterable[str]) -> Iterator[etree._Element]:
    """Yield the elements with these local names, complete with what is in them, each in turn; none may contain another.

    An element is emptied when the next one is asked for. `part` is closed at the end. Raises DocumentError as
    `parse_xml` and `Archive.read` do.
    """
    wanted = [f"{{*}}{tag}" for tag in tags]
    elements = etree.iterparse(part, events=("end",), tag=wanted, **_SAFE)
    try:
        for _, element in elements:
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"it is damaged: its XML is not well-formed ({_first_line(error)})") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise DocumentError("it is damaged: a part of it cannot be unpacked") from error
    finally:
        part.close()


def local_name(node: etree._Element) -> str:
    """Return the name of an element without its namespace; an empty one for comments and the like."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _first_line(error: Exception) -> str:
    # lxml appends "(<string>, line 1)" to what libxml2 says.
    lines = str(error).partition(" (<string>")[0].splitlines()
    return lines[0][:160] if lines else "it is empty"

"""The shapes on a sheet of an Excel workbook (DrawingML): text boxes are read, charts and pictures counted."""

from __future__ import annotations

from lxml import etree

from ingest.parse.ooxml.local import is_true
from ingest.parse.shared.left_out import Tally
from ingest.parse.shared.xml_tree import local_name
from ingest.parse.spreadsheet.grid import Sheet

_NOUNS = {"chart": "chart", "diagram": "diagram", "pic": "picture"}


def read_drawing(root: etree._Element, sheet: Sheet) -> None:
    """Add the visible text of a drawing to its sheet, and what it has besides."""
    counts = Tally()
    for element in root.iter("{*}sp", "{*}pic", "{*}graphicFrame"):
        if any(is_true(one.get("hidden")) for one in element.iter("{*}cNvPr")):
            continue
        if local_name(element) == "sp":
            paragraphs = ("".join(one.itertext("{*}t")) for one in element.iterfind("{*}txBody/{*}p"))
            sheet.shapes += [text for text in paragraphs if text.strip()]
        elif noun := _NOUNS.get(_kind(element)):
            counts[noun] += 1
    sheet.left_out += [f"{phrase} on the sheet '{sheet.name}'" for phrase in counts.phrases()]


def _kind(element: etree._Element) -> str:
    """Return "pic", or the kind of a graphic frame: "chart", "diagram" or another."""
    if local_name(element) == "pic":
        return "pic"
    uri = next((str(data.get("uri")) for data in element.iter("{*}graphicData")), "")
    return "chart" if "chart" in uri else uri.rpartition("/")[2]

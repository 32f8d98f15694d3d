"""Turn the sheets of a workbook into elements: each under its name, its tables from top to bottom.

The parsers of spreadsheets fill a `Sheet` (grid.py); visible.py removes what is hidden, layout.py finds the tables.
"""

from __future__ import annotations

from core.domain import Parsing
from ingest.parse.elements import Element, Heading, Paragraph
from ingest.parse.shared.left_out import counted
from ingest.parse.spreadsheet.grid import Sheet
from ingest.parse.spreadsheet.layout import sheet_contents
from ingest.parse.spreadsheet.visible import close_gaps, fill_merged, remove_hidden

_SHEET_LEVEL = 2


def sheet_elements(sheet: Sheet, settings: Parsing) -> tuple[list[Element], list[str]]:
    """Return the elements of a sheet under its name, and what was left out of it. An empty sheet has none."""
    if sheet.hidden and not settings.hidden:
        return [], [f"the hidden sheet '{sheet.name}'"]
    left_out = list(sheet.left_out)
    if settings.hidden:
        sheet.hidden_rows, sheet.hidden_columns = set(), []
    left_out = [*remove_hidden(sheet), *left_out]
    fill_merged(sheet)
    close_gaps(sheet)
    elements: list[Element] = list(sheet_contents(sheet))
    elements += [Paragraph(text) for text in sheet.shapes]
    if settings.comments:
        elements += [Paragraph(text) for text in sheet.comments]
    elif sheet.comments:
        left_out.append(f"{counted(len(sheet.comments), 'comment')} on the sheet '{sheet.name}'")
    return ([Heading(sheet.name, _SHEET_LEVEL), *elements] if elements else []), left_out

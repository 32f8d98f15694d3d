"""Spreadsheets: from cells to elements. The parsers of the formats are beside this package."""

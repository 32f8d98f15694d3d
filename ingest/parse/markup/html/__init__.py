"""Read HTML pages as a browser displays them.

page.py      pages and their notes; walk.py: what each element of a page becomes
flow.py      blocks; line.py: inline content; tables.py, lists.py, formula.py: what they say
notes.py     references and the notes that they refer to
style.py     what is displayed
"""

from ingest.parse.markup.html.page import html_elements, parse_html, read_pages

__all__ = ["html_elements", "parse_html", "read_pages"]

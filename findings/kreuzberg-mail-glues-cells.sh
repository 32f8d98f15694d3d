#!/usr/bin/env bash
# kreuzberg 4.10.4: the HTML text of a mail loses what is between its cells and paragraphs, and keeps its references.
#
# One would guess: a mail whose text is HTML is read as the same HTML in a file is: cells apart, "&gt;" as ">".
#
# What happens: the tags are cut out of the mail's HTML and nothing is put in their place, so that the cells "db-01",
# "2" and "200" become the number 2200, paragraphs are glued to them, and "&gt;" and "&amp;" stay as they are written. The
# same page as text/html is read as a table.
#
# What helps: read the mail with Python's email, and give its text/html part to the reader of HTML.
#
# Output seen:
#     mail:  db-012200Load &gt; 5 in R&amp;D
#     page:  | db-01 | 2 | 200 |
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check kreuzberg==4.10.4
cat > "$folder/show.py" <<'PYTHON'
from email.message import EmailMessage

import kreuzberg

PAGE = "<table><tr><td>db-01</td><td>2</td><td>200</td></tr></table><p>Load &gt; 5 in R&amp;D</p>"

message = EmailMessage()
message["Subject"] = "Windows"
message.set_content(PAGE, subtype="html")


def read(content: bytes, mime_type: str, output_format: str) -> str:
    """Return the line with the first cell."""
    config = kreuzberg.ExtractionConfig(output_format=output_format)
    lines = kreuzberg.extract_bytes_sync(content, mime_type, config=config).content.splitlines()
    return next(line for line in lines if "db-01" in line)


mail = read(message.as_bytes(), "message/rfc822", "plain")
page = read(PAGE.encode(), "text/html", "markdown")
print("mail: ", mail)
print("page: ", page)
assert "db-012200Load" in mail and "&gt;" in mail and "&amp;" in mail, "cells and paragraphs are apart"
assert page.split() == ["|", "db-01", "|", "2", "|", "200", "|"], "the page is no table any more"
PYTHON
"$folder/venv/bin/python" "$folder/show.py"

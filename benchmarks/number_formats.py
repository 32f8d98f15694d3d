"""Compare numbers under spreadsheet formats with what LibreOffice displays.

    python -m benchmarks.number_formats [--soffice soffice] [--show 10]

Every value of a list is written under every format of a list into one workbook, which LibreOffice converts to CSV: it
writes cells as displayed. Printed are the pairs that agree, and those that differ by cause. Most differences are
those of Excel and LibreOffice: Excel shows a sign before a rounded zero, a point without decimals, 11 characters under
General, rounded seconds, days before March 1900 as one more. Those that no cause explains are listed.

Not covered: what Excel itself displays, which runs on no server.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from openpyxl import Workbook
from rich.console import Console
from rich.table import Table

from ingest.parse.spreadsheet.number_formats import is_date
from ingest.parse.spreadsheet.numbers import displayed_number

NUMBERS = (
    "General",
    "0",
    "0.00",
    "#,##0",
    "#,##0.00",
    "0%",
    "0.00%",
    "0.00E+00",
    "##0.0E+0",
    "# ?/?",
    "# ??/??",
    "# ?/8",
    "0.0?",
    "0.###",
    "#.##",
    "#,###",
    "000",
    "0000000",
    "00000.00",
    "(000) 000-0000",
    "000-00-0000",
    "0.0,",
    '0.0,,"M"',
    '#,##0," k"',
    "$#,##0.00",
    '#,##0.00 "EUR"',
    "#,##0.00 [$€-407]",
    "[$£-809]#,##0.00",
    "[$CHF] #,##0.00",
    '0.0" °C"',
    '"Nr. "0',
    '0\\ "Stk"',
    "0;(0)",
    "#,##0_);[Red]\\(#,##0\\)",
    '#,##0.00_);\\(#,##0.00\\);"-"',
    "0;-0;;@",
    '[=0]"none";[<10]"few";"many"',
    "[Red][<0]-0.0;[Blue]0.0",
    '"up "0;"down "0;"flat"',
    '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)',
    '_($* #,##0_);_($* \\(#,##0\\);_($* "-"_);_(@_)',
    '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-',
    'General" kg"',
    "0,000",
)
DATES = (
    "yyyy-mm-dd",
    "dd/mm/yyyy",
    "m/d/yy",
    "d-mmm-yy",
    "mmm-yy",
    "mmmm yyyy",
    "dddd, mmmm d, yyyy",
    "dd.mm.yyyy hh:mm",
    "yyyy-mm-dd hh:mm:ss",
    "h:mm",
    "h:mm AM/PM",
    "hh:mm:ss AM/PM",
    "mm:ss",
    "mm:ss.0",
    "[h]:mm",
    "[hh]:mm:ss",
    "[m]:ss",
    "[s]",
    'yyyy"年"m"月"d"日"',
    'h "h" mm "min"',
    "yyyymmdd",
    "[$-407]d. mmmm yyyy",
    "[$-40C]d mmmm yyyy",
    "[$-407]dddd",
)
VALUES = (
    0,
    1,
    -1,
    0.5,
    0.25,
    7,
    42,
    100,
    1234.5,
    -1234.5,
    1234567.891,
    -0.001,
    0.005,
    999.995,
    1 / 3,
    12345678901,
    1e15,
)
MOMENTS = (0.604166666666667, 1.25, 1.09375, 46082.0, 46082.75, 45000.999988, 61.0, 40238.123456, 46022.5)


def main() -> None:
    """Make the workbook, convert it, compare, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soffice", default="soffice", help="LibreOffice's command")
    parser.add_argument("--show", type=int, default=10, help="how many unexplained differences to print")
    options = parser.parse_args()
    pairs = _pairs()
    with tempfile.TemporaryDirectory() as scratch:
        shown = _libre_office(pairs, Path(scratch), options.soffice)
    causes: Counter[str] = Counter()
    unexplained = []
    for (value, code), theirs in zip(pairs, shown, strict=True):
        ours = displayed_number(value, code)
        cause = "agree" if ours == theirs else _cause(value, code, ours, theirs)
        causes[cause] += 1
        if not cause:
            unexplained.append(f"{value!r} under {code}: {ours!r}, LibreOffice {theirs!r}")
    table = Table("cause", "pairs", title=f"{len(pairs):,} pairs of a value and a format")
    for cause, count in causes.most_common():
        table.add_row(cause or "unexplained", f"{count:,}")
    console = Console()
    console.print(table)
    for line in unexplained[: options.show]:
        console.print(line, markup=False)


def _pairs() -> list[tuple[float, str]]:
    generator = random.Random(1)
    drawn = [
        round(generator.uniform(-(10**size), 10**size), generator.randint(0, 5)) for size in range(8) for _ in "abc"
    ]
    return [(value, code) for code in NUMBERS for value in (*VALUES, *drawn)] + [
        (value, code) for code in DATES for value in MOMENTS
    ]


def _libre_office(pairs: list[tuple[float, str]], folder: Path, command: str) -> list[str]:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.column_dimensions["A"].width = 100
    for row, (value, code) in enumerate(pairs, start=1):
        sheet.cell(row, 1, value).number_format = code
        sheet.cell(row, 2, "x")
    workbook.save(folder / "numbers.xlsx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    target = "csv:Text - txt - csv (StarCalc):44,34,76"
    subprocess.run(
        [command, profile, "--headless", "--convert-to", target, "--outdir", str(folder), str(folder / "numbers.xlsx")],
        check=True,
        capture_output=True,
        timeout=300,
    )
    with (folder / "numbers.csv").open(encoding="utf-8", newline="") as file:
        return [" ".join(row[0].split()) for row in csv.reader(file)]


def _cause(value: float, code: str, ours: str, theirs: str) -> str:
    """Return why the two differ; empty where no known cause explains it."""
    if "#FMT" in theirs:
        return "LibreOffice cannot display it"
    if is_date(code):
        return "days before March 1900" if value < 60 else "LibreOffice cuts seconds, Excel rounds them"
    if ours.replace(" ", "") == theirs.replace(" ", ""):
        return "a blank after the sign"
    if ours.replace("-", "", 1) == theirs:
        return "a sign before a rounded zero, or under a condition"
    if re.sub(r"\.(?!\d)", "", ours) == theirs:
        return "a point without decimals"
    if ours == "." and not theirs:
        return "a point without decimals"
    if "General" in code:
        return "11 characters under General"
    return ""


if __name__ == "__main__":
    main()

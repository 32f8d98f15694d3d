"""Read every line of a file of cases, also behind lines that are none."""

from __future__ import annotations

from pathlib import Path

from core.errors import ConfigurationError
from evals.cases.check.finding import Finding, Line
from evals.cases.read import read_line, read_lines


def read_all(file: Path) -> tuple[list[Line], list[Finding]]:
    """Return the cases of a file with their lines, and a finding for each line that is none.

    Raises ConfigurationError for a file that cannot be read.
    """
    lines: list[Line] = []
    findings: list[Finding] = []
    first: dict[str, int] = {}
    for number, text in read_lines(file):
        try:
            case = read_line(f"line {number}", text)
        except ConfigurationError as error:
            message, fix = _parts(str(error).removeprefix(f"line {number}").lstrip(":, "))
            findings.append(Finding("error", "format", number, message, fix))
            continue
        if case.id in first:
            message = f"The id '{case.id}' is that of line {first[case.id]} too."
            findings.append(Finding("error", "format", number, message, "Give each case its own id."))
        first.setdefault(case.id, number)
        lines.append(Line(number, case))
    if not lines and not findings:
        findings.append(Finding("error", "format", None, "The file has no cases.", "Add one JSON object on each line."))
    return lines, findings


def _parts(message: str) -> tuple[str, str]:
    """Return what is wrong and the fix: the last sentence of a message."""
    what, stop, fix = message.rpartition(". ")
    return (f"{what[:1].upper()}{what[1:]}.", fix) if stop else (message, "See evals/cases/case.py.")

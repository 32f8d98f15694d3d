"""Print what a check found: one line for each finding, as compilers print theirs."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from evals.cases.check.run import Checked

_STYLES = {"error": "bold red", "warning": "yellow"}


def print_checked(checked: Checked, console: Console) -> None:
    """Print the findings with file and line, and how many there are."""
    for finding in checked.findings:
        place = f"{checked.file}:{finding.line}" if finding.line is not None else str(checked.file)
        line = Text(f"{place}: ")
        line.append(finding.severity, style=_STYLES[finding.severity])
        line.append(f": {finding.kind}: {finding.message} {finding.fix}")
        console.print(line, soft_wrap=True)
    counts = checked.counts
    console.print(
        f"{checked.cases} cases: {_counted(counts['error'], 'error')}, {_counted(counts['warning'], 'warning')}."
    )


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

"""The findings as text and as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import asdict

from cli.doctor.finding import Finding

_WIDTH = 100
_INDENT = " " * 9


def as_text(findings: Sequence[Finding]) -> str:
    """Return a line or more for each finding, with its fix below it, and the outcome."""
    return "\n".join([*map(finding_as_text, findings), "", _outcome(findings)])


def finding_as_text(finding: Finding) -> str:
    """Return a line or more for one finding, with its fix below it."""
    head = f"{finding.level:8} {finding.topic}: {finding.text}"
    lines = [textwrap.fill(head, _WIDTH, subsequent_indent=_INDENT, break_on_hyphens=False)]
    if finding.fix:
        lines.append(
            textwrap.fill(
                f"→ {finding.fix}",
                _WIDTH,
                initial_indent=_INDENT,
                subsequent_indent=_INDENT + "  ",
                break_on_hyphens=False,
                break_long_words=False,
            )
        )
    return "\n".join(lines)


def _outcome(findings: Sequence[Finding]) -> str:
    problems = [finding.topic for finding in findings if finding.level == "problem"]
    warnings = sum(finding.level == "warning" for finding in findings)
    if problems:
        return f"{len(problems)} to fix first: {', '.join(dict.fromkeys(problems))}."
    return f"Ready{f', with {warnings} warnings' if warnings > 1 else ', with 1 warning' if warnings else ''}."


def as_json(findings: Sequence[Finding]) -> str:
    """Return one object with `ready` and the list of findings."""
    ready = all(finding.level != "problem" for finding in findings)
    return json.dumps({"ready": ready, "findings": [asdict(finding) for finding in findings]}, indent=2)

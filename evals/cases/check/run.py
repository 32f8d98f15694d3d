"""Check a file of gold questions: `groundwork eval cases check`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from evals.cases.check.documents import find_missing_gold, find_other_documents
from evals.cases.check.finding import Finding
from evals.cases.check.form import read_all
from evals.cases.check.questions import Embed, find_duplicates, find_imbalance, find_leaks, find_shared_gold
from evals.cases.gold import read_texts
from evals.service import Connect


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a file, by line; findings about the whole file come last."""

    file: Path
    cases: int
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> Counter[str]:
        """Return the number of errors and of warnings."""
        return Counter(finding.severity for finding in self.findings)

    @property
    def exit_code(self) -> int:
        """The exit code of the command: 1 with errors, 0 with warnings only."""
        return 1 if self.counts["error"] else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the findings as JSON values."""
        counts = self.counts
        return {
            "file": str(self.file),
            "cases": self.cases,
            "errors": counts["error"],
            "warnings": counts["warning"],
            "findings": [asdict(finding) for finding in self.findings],
        }


async def check_cases(file: Path, connect: Connect, embed: Embed | None) -> Checked:
    """Check a file against itself and against the documents of the service that `connect` opens.

    Without `embed`, paraphrases are not looked for. Raises ConfigurationError for a file that cannot be read,
    IndexLocked, and ServiceError with the service's message.
    """
    lines, findings = read_all(file)
    async with connect() as client:
        texts = await read_texts(client)
    findings += find_missing_gold(lines, texts)
    findings += find_other_documents(lines, texts)
    findings += find_leaks(lines)
    findings += find_duplicates(lines, embed)
    findings += find_shared_gold(lines)
    findings += find_imbalance(lines)
    ordered = sorted(findings, key=lambda finding: (finding.line is None, finding.line or 0))
    return Checked(file, len(lines), tuple(ordered))

"""How `make doctor` prints its findings."""

from __future__ import annotations

import json

from cli.doctor.finding import ok, problem, warning
from cli.doctor.report import as_json, as_text

FINE = ok("Python", "Version 3.11.")
SLOW = warning("Processor", "2 cores with AVX2 only.", "Choose a small model.")
TAKEN = problem("Port", "8000 cannot be used.", "End that process.")


def test_each_finding_has_its_level_and_its_fix_below_it() -> None:
    assert as_text([FINE, SLOW, TAKEN]).splitlines() == [
        "ok       Python: Version 3.11.",
        "warning  Processor: 2 cores with AVX2 only.",
        "         → Choose a small model.",
        "problem  Port: 8000 cannot be used.",
        "         → End that process.",
        "",
        "1 to fix first: Port.",
    ]


def test_the_last_line_counts_warnings() -> None:
    assert as_text([FINE]).endswith("\nReady.")
    assert as_text([FINE, SLOW]).endswith("\nReady, with 1 warning.")
    assert as_text([SLOW, SLOW]).endswith("\nReady, with 2 warnings.")


def test_as_json_every_finding_has_all_its_parts() -> None:
    read = json.loads(as_json([FINE, TAKEN]))
    assert read["ready"] is False
    assert read["findings"][1] == {
        "level": "problem",
        "topic": "Port",
        "text": "8000 cannot be used.",
        "fix": "End that process.",
    }
    assert json.loads(as_json([SLOW]))["ready"] is True

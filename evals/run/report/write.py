"""Write the report of a run into its folder."""

from __future__ import annotations

from pathlib import Path

from core.errors import ConfigurationError
from core.files import SHARED_FILE, replace_text
from evals.run.folder import CONFIGURATION_FILE, REPORT_FILE, RunFolder
from evals.run.judgements import read_judge, read_judgements
from evals.run.report.html import render_report
from evals.run.summary import Summary

_SHOWN = (
    "date",
    "groundwork",
    "domain",
    "recipe",
    "mode",
    "model",
    "embedder",
    "documents",
    "chunks",
    "cases",
    "cases_sha256",
    "split",
    "questions",
)
"""What the report says of the system and of the questions."""


def write_report(run: RunFolder, summary: Summary) -> Path:
    """Write `report.html` again, with the judgements where there are some; return the file.

    Raises ConfigurationError when it cannot be written, when the run has no result yet, and for a folder of another
    command.
    """
    missing = [key for key in _SHOWN if key not in run.configuration]
    if missing:
        raise ConfigurationError(
            f"{run.folder / CONFIGURATION_FILE} has no '{missing[0]}'. Name the folder that `groundwork eval run` has "
            "written."
        )
    if not run.results:
        raise ConfigurationError(
            f"The run in {run.folder} has no result yet. Continue it with: groundwork eval run --resume {run.folder}"
        )
    page = render_report(run.configuration, run.results, summary, read_judgements(run.folder), read_judge(run.folder))
    file = run.folder / REPORT_FILE
    try:
        # A lone surrogate of an answer cannot be written in UTF-8.
        replace_text(file, page.encode("utf-8", "replace").decode(), SHARED_FILE)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written: {error.strerror}. Make the folder of the run writable."
        ) from error
    return file

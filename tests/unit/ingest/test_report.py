"""What a run reports, and the exit code that follows from it."""

from __future__ import annotations

import json

import pytest

from ingest.report import IngestReport, LeftOut, Unread

BAD = (Unread("a.pdf", "it is encrypted"),)


@pytest.mark.parametrize(
    ("report", "code"),
    [
        pytest.param(IngestReport(created=2, skipped=BAD), 0, id="a skipped file is no failure"),
        pytest.param(IngestReport(unchanged=3), 0, id="nothing new is done"),
        pytest.param(IngestReport(updated=1), 0, id="updated"),
        pytest.param(IngestReport(deleted=1), 0, id="an emptied folder is done"),
        pytest.param(IngestReport(forgotten=("/docs",)), 0, id="a source without documents was forgotten"),
        pytest.param(IngestReport(), 1, id="an empty folder"),
        pytest.param(IngestReport(failed=BAD), 1, id="nothing could be read"),
        pytest.param(IngestReport(skipped=BAD), 1, id="nothing of a supported kind"),
        pytest.param(IngestReport(created=1, failed=BAD), 3, id="some failed"),
        pytest.param(IngestReport(unchanged=1, failed=BAD), 3, id="some still fail"),
        pytest.param(IngestReport(deleted=1, failed=BAD), 3, id="removed, and some failed"),
    ],
)
def test_the_exit_code_says_how_the_run_ended(report: IngestReport, code: int) -> None:
    assert report.exit_code == code


def test_a_report_survives_the_way_through_json() -> None:
    report = IngestReport(
        1, 2, 3, 4, 5,
        failed=BAD,
        skipped=(Unread("b.exe", "not read"), Unread("ü.x", "…")),
        left_out=(LeftOut("c.docx", "2 comments"), LeftOut("c.docx", "the hidden sheet 'Costs'")),
        forgotten=("/docs", "uploads"),
        seconds=1.5,
    )  # fmt: skip

    assert IngestReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report


def test_the_printed_object_has_the_keys_that_scripts_rely_on() -> None:
    assert IngestReport(created=1, failed=BAD, left_out=(LeftOut("b.docx", "2 comments"),)).to_dict() == {
        "created": 1, "updated": 0, "unchanged": 0, "deleted": 0, "chunks": 0, "reused": 0,
        "failed": [{"path": "a.pdf", "reason": "it is encrypted"}], "skipped": [],
        "left_out": [{"path": "b.docx", "what": "2 comments"}], "forgotten": [], "seconds": 0.0,
    }  # fmt: skip

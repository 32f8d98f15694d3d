"""Recorded requests: what a line may be, and what is said of one that is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from core.types import Message
from serving.bench.replay import RecordedRequest, read_recording, write_rows
from serving.bench.request import ReplayRequest
from serving.performance.slo import Slo


def written(folder: Path, *rows: dict[str, Any] | str) -> Path:
    file = folder / "requests.jsonl"
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def test_requests_are_ordered_by_time_and_begin_at_zero(tmp_path: Path) -> None:
    recording = read_recording(
        written(
            tmp_path,
            {"timestamp": "2026-11-28T09:15:03.5+00:00", "prompt": "second", "max_tokens": 40},
            "",
            {"timestamp": "2026-11-28T10:15:02+01:00", "messages": [{"role": "user", "content": "first"}], "id": 7},
        )
    )
    assert recording.requests == (
        RecordedRequest(0.0, (Message("user", "first"),), None, None),
        RecordedRequest(1.5, (Message("user", "second"),), None, 40),
    )
    assert (recording.seconds, recording.total) == (1.5, 2)


def test_a_date_without_a_zone_is_utc(tmp_path: Path) -> None:
    rows = ({"timestamp": f"2026-11-28T09:00:0{n}{zone}", "prompt": "x"} for n, zone in ((0, ""), (2, "Z")))
    assert read_recording(written(tmp_path, *rows)).seconds == 2.0


def test_line_separators_inside_a_prompt_end_no_line(tmp_path: Path) -> None:
    line = json.dumps({"timestamp": 0, "prompt": "a\u2028b"}, ensure_ascii=False)
    (request,) = read_recording(written(tmp_path, line)).requests
    assert request.messages == (Message("user", "a\u2028b"),)


GOOD = {"timestamp": 1, "prompt": "x"}


@pytest.mark.parametrize(
    ("line", "reasons"),
    [
        ("{", ["Invalid JSON"]),
        ("[1]", ["object"]),
        ({"prompt": "x"}, ["timestamp", "Field required"]),
        ({"timestamp": True, "prompt": "x"}, ["timestamp", "True"]),
        ({"timestamp": -1, "prompt": "x"}, ["timestamp", "greater than or equal to 0", "-1"]),
        ({"timestamp": "yesterday", "prompt": "x"}, ["'yesterday'", "ISO 8601"]),
        ({"timestamp": 1}, ["either 'messages' or 'prompt'"]),
        ({**GOOD, "messages": [{"role": "user", "content": "y"}]}, ["either 'messages' or 'prompt'"]),
        ({"timestamp": 1, "messages": []}, ["messages", "at least 1"]),
        ({"timestamp": 1, "messages": [{"role": "robot", "content": "y"}]}, ["messages.0.role", "'robot'"]),
        ({"timestamp": 1, "messages": [{"role": "user", "content": 3}]}, ["messages.0.content", "3"]),
        ({**GOOD, "max_tokens": 0}, ["max_tokens", "greater than or equal to 1"]),
        ({**GOOD, "answer_tokens": 2.5}, ["answer_tokens", "2.5"]),
        ({**GOOD, "max_token": 5}, ["max_token", "not permitted"]),
    ],
)
def test_a_wrong_line_is_named_with_its_field_and_value(
    tmp_path: Path, line: dict[str, Any] | str, reasons: list[str]
) -> None:
    rows: list[dict[str, Any] | str] = [line]
    if not isinstance(line, dict) or not isinstance(line.get("timestamp"), str):
        rows = [GOOD, "", line]
    with pytest.raises(ConfigurationError) as caught:
        read_recording(written(tmp_path, *rows))
    assert f"line {len(rows)}" in str(caught.value)
    for reason in reasons:
        assert reason in str(caught.value)


def test_seconds_and_dates_are_not_mixed(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD, {"timestamp": "2026-11-28T09:00:00Z", "prompt": "x"})
    with pytest.raises(ConfigurationError, match=r"line 1 is 1\.0, that of line 2 '2026-11-28T09:00:00Z'"):
        read_recording(file)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe"])
def test_a_file_without_requests_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "requests.jsonl"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="--replay"):
        read_recording(file)


def test_a_part_is_chosen_by_requests_and_by_seconds(tmp_path: Path) -> None:
    recording = read_recording(written(tmp_path, *({"timestamp": n, "prompt": str(n)} for n in range(10))))
    assert [len(recording.first(*limits).requests) for limits in ((None, None), (3, None), (None, 4.5), (2, 4.5))] == [
        10, 3, 5, 2,
    ]  # fmt: skip
    assert recording.first(3, None).describe(2).startswith("3 of 10 requests of requests.jsonl, recorded over 2 s")
    # Twice as fast, twice as many are sent in the time.
    assert len(recording.first(None, 2.0, speed=2).requests) == 5
    for option, limits in (("requests", (0, None)), ("seconds", (None, -1.0)), ("speed", (None, 600.0, 0.0))):
        with pytest.raises(ConfigurationError, match=f"--{option} is .*above 0"):
            recording.first(*limits)


def test_rows_have_what_is_sent_after_ten_seconds_of_the_replay(tmp_path: Path) -> None:
    recording = read_recording(written(tmp_path, {**GOOD, "answer_tokens": 9}))
    write_rows(tmp_path / "rows", recording.requests, speed=2)
    assert json.loads((tmp_path / "rows").read_text()) == {
        "seconds": 20.0, "messages": [{"role": "user", "content": "x"}], "answer_tokens": 9, "max_tokens": None,
    }  # fmt: skip


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan"), float("inf")])
def test_a_speed_is_above_zero(tmp_path: Path, speed: float) -> None:
    recording = read_recording(written(tmp_path, GOOD))
    with pytest.raises(ConfigurationError, match="--speed"):
        ReplayRequest("http://m", "m", Slo(), recording, speed)

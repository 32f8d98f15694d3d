from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Iterator
from contextvars import copy_context
from typing import Any

import pytest

from core.logs import JsonFormatter, LogContext, TextFormatter, configure_logging, log_as, log_context

_log = logging.getLogger("groundwork")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """The loggers as they were, which `configure_logging` changes for the whole process."""
    root, names = logging.getLogger(), ("groundwork", "uvicorn.access")
    before = root.level, list(root.handlers), [logging.getLogger(name).level for name in names]
    yield
    logging.captureWarnings(False)
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    for name, level in zip(names, before[2], strict=True):
        logging.getLogger(name).setLevel(level)


def record(message: str, *args: object, name: str = "groundwork", level: int = logging.WARNING) -> logging.LogRecord:
    made = logging.LogRecord(name, level, __file__, 1, message, args, None)
    made.created, made.msecs = 1_790_000_000.123, 123.0
    return made


def access(path: str, status: int = 200) -> logging.LogRecord:
    message = '%s - "%s %s HTTP/%s" %d'
    return record(message, "127.0.0.1:5000", "GET", path, "1.1", status, name="uvicorn.access", level=logging.INFO)


def parsed(made: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(JsonFormatter().format(made))
    return found


def written(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.splitlines()


def test_a_line_of_text_has_time_level_and_message() -> None:
    assert TextFormatter().format(record("%s failed", "/v1")) == "2026-09-21T14:13:20.123Z WARNING /v1 failed"


def test_a_line_of_json_has_the_same_as_fields_and_leaves_out_unknown_ids() -> None:
    assert parsed(record("a %s line\nof two", "wörd")) == {
        "time": "2026-09-21T14:13:20.123Z",
        "level": "warning",
        "logger": "groundwork",
        "message": "a wörd line\nof two",
    }
    assert "\n" not in JsonFormatter().format(record("of\ntwo"))


def test_the_ids_of_the_context_are_in_every_line() -> None:
    def line() -> tuple[str, dict[str, Any]]:
        log_as(LogContext("request-1", "ab12", job_id="job-7"))
        log_context().answer_id = "answer-9"
        return TextFormatter().format(record("slow")), parsed(record("slow"))

    text, fields = copy_context().run(line)
    assert text.endswith(" slow [request_id=request-1 trace_id=ab12 answer_id=answer-9 job_id=job-7]")
    assert [fields[name] for name in ("request_id", "answer_id", "job_id")] == ["request-1", "answer-9", "job-7"]
    assert "request_id" not in parsed(record("another"))


def test_threads_have_the_ids_of_the_task_that_started_them_and_side_by_side_they_are_kept_apart() -> None:
    async def request(name: str) -> tuple[str, str]:
        log_as(LogContext(name))
        await asyncio.sleep(0)
        return name, (await asyncio.to_thread(log_context)).request_id

    async def several() -> list[tuple[str, str]]:
        return await asyncio.gather(*(request(f"request-{number}") for number in range(5)))

    assert all(name == seen for name, seen in asyncio.run(several()))


def test_where_there_is_no_request_nothing_is_shared() -> None:
    log_context().answer_id = "of nobody"
    assert log_context().answer_id == ""
    seen: list[str] = []
    thread = threading.Thread(target=lambda: seen.append(log_context().answer_id))
    thread.start()
    thread.join()
    assert seen == [""]


def test_a_request_has_fields_of_its_own_without_the_query_string() -> None:
    fields = parsed(access("/v1/models?key=secret", 404))
    assert (fields["method"], fields["path"], fields["status"], fields["client"]) == (
        "GET",
        "/v1/models",
        404,
        "127.0.0.1",
    )
    assert fields["message"] == "GET /v1/models 404"
    assert "secret" not in json.dumps(fields)


def test_an_error_has_its_traceback() -> None:
    try:
        raise ValueError("broken")
    except ValueError as error:
        made = record("unexpected")
        made.exc_info = (type(error), error, error.__traceback__)
    assert parsed(made)["exception"].endswith("ValueError: broken")
    assert TextFormatter().format(made).splitlines()[-1] == "ValueError: broken"


def test_as_text_warnings_are_written_and_requests_are_not(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("text")
    _log.info("a detail")
    _log.warning("a warning")
    logging.getLogger("uvicorn.access").info("%s %s %s %s %d", "1:1", "GET", "/", "1.1", 200)
    logging.getLogger("uvicorn.error").error("an error of the server")
    first, second = written(capsys)
    assert first.endswith(" WARNING a warning")
    assert second.endswith(" ERROR an error of the server")


def test_as_json_information_and_requests_are_written_too_but_no_successful_probe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("json")
    _log.info("a detail")
    requests = logging.getLogger("uvicorn.access")
    for path, status in (("/", 200), ("/health", 200), ("/ready", 200), ("/ready", 503), ("/metrics", 200)):
        requests.info("%s %s %s %s %d", "1:1", "GET", path, "1.1", status)
    logging.getLogger("uvicorn.error").info("Started")
    messages = [json.loads(line)["message"] for line in written(capsys)]
    assert messages == ["a detail", "GET / 200", "GET /ready 503"]

"""The cause of a failed start, from logs of vLLM 0.32 on a processor, shortened."""

from __future__ import annotations

import pytest

from serving.vllm_log import NO_REASON, find_cause

LIMITS = (
    "(APIServer pid=1) WARNING 11-29 15:28:23 [system_utils.py:255] Found ulimit of 20000. This can cause fd limit "
    "errors like `OSError: [Errno 24] Too many open files`.\n"
)
"""A line of every start here, which is no error."""
FOLLOWER = """\
Traceback (most recent call last):
  File "core.py", line 9, in wait_for_engine_startup
    raise RuntimeError(
RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}
"""
SMALL_CACHE = """\
(EngineCore pid=2) ERROR 11-29 15:29:02 [core.py:1510] EngineCore failed to start.
(EngineCore pid=2) ERROR 11-29 15:29:02 [core.py:1510] Traceback (most recent call last):
(EngineCore pid=2) ERROR 11-29 15:29:02 [core.py:1510]   File "kv_cache_utils.py", line 1010, in _check
(EngineCore pid=2) ERROR 11-29 15:29:02 [core.py:1510]     raise ValueError(
(EngineCore pid=2) ERROR 11-29 15:29:02 [core.py:1510] ValueError: To serve at least one request, 0.17 GiB is needed.
(EngineCore pid=2) ERROR 11-29 15:29:08 [multiproc_executor.py:315] Worker proc died unexpectedly (exit code: None)
Process EngineCore:
Traceback (most recent call last):
  File "process.py", line 314, in _bootstrap
ValueError: To serve at least one request, 0.17 GiB is needed.
"""
WRONG_SHAPE = """\
(Worker pid=3) ERROR 11-29 15:31:32 [multiproc_executor.py:953] WorkerProc failed to start.
(Worker pid=3) ERROR 11-29 15:31:32 [multiproc_executor.py:953] Traceback (most recent call last):
(Worker pid=3) ERROR 11-29 15:31:32 [multiproc_executor.py:953]   File "cpu_model_runner.py", line 77, in load_model
(EngineCore pid=2) INFO 11-29 15:31:32 [core.py:1] waiting
(Worker pid=3) ERROR 11-29 15:31:32 [multiproc_executor.py:953] RuntimeError: The size of tensor a must match tensor b
(EngineCore pid=2) ERROR 11-29 15:31:35 [core.py:1510] Traceback (most recent call last):
(EngineCore pid=2) ERROR 11-29 15:31:35 [core.py:1510]   File "core.py", line 1500, in run_engine_core
(EngineCore pid=2) ERROR 11-29 15:31:35 [core.py:1510] Exception: WorkerProc initialization failed due to an \
exception in a background process. See stack trace for root cause.
"""
UNKNOWN_ARCHITECTURE = """\
Traceback (most recent call last):
  File "arg_utils.py", line 1955, in create_model_config
    return ModelConfig(
           ^^^^^^^^^^^^
pydantic_core._pydantic_core.ValidationError: 1 validation error for ModelConfig
  Value error, Model architectures ['Foo'] are not supported for now. [type=value_error, input_value=ArgsKwargs(())]
    For further information visit https://errors.pydantic.dev/2.14/v/value_error
"""
CHAINED = """\
Traceback (most recent call last):
  File "a.py", line 1, in load
OSError: model.safetensors is truncated

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "b.py", line 2, in start
RuntimeError: it did not start
"""
KILLED = """\
(EngineCore pid=2) INFO 11-29 15:29:02 [core.py:1] loading
(EngineCore pid=2) ERROR 11-29 15:29:08 [multiproc_executor.py:315] Worker proc VllmWorker-0 died unexpectedly \
(exit code: -9), shutting down executor.
"""
KILLED_IN_A_STEP = (
    KILLED
    + """\
(EngineCore pid=2) ERROR 11-29 15:29:09 [core.py:1510] Traceback (most recent call last):
(EngineCore pid=2) ERROR 11-29 15:29:09 [core.py:1510]   File "multiproc_executor.py", line 300, in collective_rpc
(EngineCore pid=2) ERROR 11-29 15:29:09 [core.py:1510] RuntimeError: cancelled
"""
)
USAGE = "usage: api_server.py [-h]\napi_server.py: error: unrecognized arguments: --no-such-flag\n"


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (SMALL_CACHE, "ValueError: To serve at least one request, 0.17 GiB is needed."),
        (WRONG_SHAPE, "RuntimeError: The size of tensor a must match tensor b"),
        (UNKNOWN_ARCHITECTURE, "ValidationError: Model architectures ['Foo'] are not supported for now."),
        (CHAINED, "OSError: model.safetensors is truncated"),
        (KILLED, "signal 9 ended a process of vLLM, most likely because memory ran out"),
        (KILLED_IN_A_STEP, "signal 9 ended a process of vLLM, most likely because memory ran out"),
        (USAGE, "unrecognized arguments: --no-such-flag"),
        ("OSError: no such file\n", "OSError: no such file"),
    ],
)
def test_the_first_error_is_the_cause_and_neither_a_warning_nor_who_waited_for_it(log: str, cause: str) -> None:
    assert find_cause(LIMITS + log + FOLLOWER) == cause


@pytest.mark.parametrize("log", ["", LIMITS, FOLLOWER, "loading\nready\n"])
def test_a_log_without_an_error_gives_no_reason(log: str) -> None:
    assert find_cause(log) == NO_REASON


def test_a_long_cause_is_cut() -> None:
    assert len(find_cause("ValueError: " + "x" * 10_000)) < 510

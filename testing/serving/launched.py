"""`groundwork model serve` as a user runs it, with what it says and what it started."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openai import OpenAI

REPOSITORY = Path(__file__).parents[2]
START_LIMIT_SECONDS = 300.0
STOP_LIMIT_SECONDS = 60.0
_LISTENING = "0A"


@dataclass(frozen=True, slots=True)
class Launched:
    """A supervisor that said it is ready; `variables` are those of its line for the app."""

    process: subprocess.Popen[bytes]
    variables: dict[str, str]
    messages: Path
    log: Path

    @property
    def url(self) -> str:
        return self.variables["LLM_BASE_URL"].removesuffix("/v1")

    @property
    def key(self) -> str:
        return self.variables["LLM_API_KEY"]

    @property
    def model(self) -> str:
        return self.variables["LLM_MODEL"]

    def client(self, key: str | None = None) -> OpenAI:
        return OpenAI(base_url=f"{self.url}/v1", api_key=key or self.key, max_retries=0, timeout=120)

    def processes(self) -> dict[int, str]:
        """What the supervisor started, at any depth: name by process id."""
        parents = dict(_parents_and_names())
        ours = {self.process.pid}
        while True:
            more = {pid for pid, (parent, _) in parents.items() if parent in ours} - ours
            if not more:
                return {pid: parents[pid][1] for pid in ours - {self.process.pid}}
            ours |= more

    def engine(self) -> int:
        """The process that vLLM calls its engine."""
        return next(pid for pid, name in self.processes().items() if name.startswith("VLLM::Engine"))

    def listening(self) -> set[str]:
        """Addresses, as /proc/net writes them, on which these processes listen."""
        sockets = {inode for pid in self.processes() for inode in _sockets(pid)}
        rows = [
            line.split()
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]
        ]
        return {row[1].partition(":")[0] for row in rows if row[3] == _LISTENING and row[9] in sockets}

    def stop(self) -> int:
        """As a container does it; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=STOP_LIMIT_SECONDS)


@contextmanager
def launching(
    folder: Path, scratch: Path, port: int, options: Sequence[str] = (), compiled: bool = True
) -> Iterator[Launched]:
    """Run `groundwork model serve` on a checkpoint until it says that it is ready.

    Where `compiled` is false it finds no C++ compiler, so that vLLM starts sooner, without compiled kernels.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LLM_", "GROUNDWORK_"))}
    environment |= {"HF_HUB_OFFLINE": "1", "GROUNDWORK_DATA_DIR": str(scratch / "data")}
    environment |= {} if compiled else {"PATH": str(folder_without_compiler(scratch))}
    command = [sys.executable, "-m", "cli", "model", "serve", str(folder), "--port", str(port), *options]
    said, messages = scratch / "said", scratch / "messages"
    with said.open("wb") as out, messages.open("wb") as err:
        process = subprocess.Popen(command, cwd=REPOSITORY, env=environment, stdout=out, stderr=err)
    try:
        log = scratch / "data" / f"vllm-{port}.log"
        ready = wait_until(
            lambda: process.poll() is not None or b"LLM_MODEL=" in said.read_bytes(), START_LIMIT_SECONDS
        )
        assert ready, "it was not ready in time"
        assert process.poll() is None, messages.read_text(encoding="utf-8")
        variables = dict(part.split("=", 1) for part in shlex.split(said.read_text(encoding="utf-8")))
        yield Launched(process, variables, messages, log)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=STOP_LIMIT_SECONDS)


def folder_without_compiler(scratch: Path) -> Path:
    """Make a folder that holds lscpu, which vLLM calls to choose its cores, and no compiler."""
    folder = scratch / "bin"
    folder.mkdir()
    lscpu = shutil.which("lscpu")
    assert lscpu is not None, "vLLM on a processor needs lscpu: apt-get install util-linux"
    (folder / "lscpu").symlink_to(lscpu)
    return folder


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.2) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(pause)
    return False


def _parents_and_names() -> Iterator[tuple[int, tuple[int, str]]]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            before, _, after = path.read_text().rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue  # It ended while we looked.
        if after.split()[0] != "Z":
            yield int(path.parent.name), (int(after.split()[1]), before.partition("(")[2])


def _sockets(pid: int) -> Iterator[str]:
    try:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(link))
            if found:
                yield found[1]
    except (FileNotFoundError, ProcessLookupError):
        return  # It ended while we looked.

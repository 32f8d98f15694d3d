"""The readers that are compared, each in a child process: the project's own parser as an ingestion calls it.

The peers have an environment of their own and are no dependencies of the project:

    python3.11 -m venv ../peers
    ../peers/bin/pip install -r benchmarks/fidelity/peers.txt
    python -m benchmarks.fidelity --peers ../peers --tools groundwork,markitdown
"""

from __future__ import annotations

import json
import selectors
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import DocumentError
from ingest.parse import read_file
from ingest.sandbox import SandboxedParser

OWN = "groundwork"
NAMES = (OWN, "kreuzberg", "xberg", "markitdown", "unstructured", "docling")
_SECONDS = 120.0


class ReadingFailed(Exception):
    """A tool did not read a file; the message says why."""


@dataclass
class Tool:
    """A reader by name. `peers` is the environment of all but the project's own."""

    name: str
    peers: Path
    _own: SandboxedParser = field(default_factory=SandboxedParser, init=False)
    _child: subprocess.Popen[str] | None = field(default=None, init=False)

    def read(self, path: Path) -> str:
        """Return the text of a file. Raise ReadingFailed."""
        if self.name == OWN:
            try:
                return self._own(read_file(path), path.name).text
            except DocumentError as error:
                raise ReadingFailed(str(error)) from error
        answer = self._ask(path)
        if "error" in answer:
            raise ReadingFailed(answer["error"])
        return answer["text"]

    def close(self) -> None:
        """End the child process."""
        self._own.close()
        if self._child is not None:
            self._child.kill()
            self._child.communicate()
            self._child = None

    def _ask(self, path: Path) -> dict[str, str]:
        child = self._child or self._start()
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            child.stdin.write(json.dumps(str(path)) + "\n")
            child.stdin.flush()
            with selectors.DefaultSelector() as selector:
                selector.register(child.stdout, selectors.EVENT_READ)
                if not selector.select(_SECONDS):
                    self.close()
                    return {"error": f"no answer in {_SECONDS:.0f} s"}
            line = child.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.close()
            return {"error": "its process ended"}
        answer: dict[str, str] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[str]:
        python = self.peers / "bin" / "python"
        if not python.exists():
            raise SystemExit(f"{python} does not exist; make the environment as benchmarks/fidelity/tools.py says")
        self._child = subprocess.Popen(
            [str(python), str(Path(__file__).with_name("peer.py")), self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
        return self._child

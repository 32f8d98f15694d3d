"""A program that replaces vLLM's Python, to test a supervisor whose server dies or hangs, or which is killed itself."""

from __future__ import annotations

import sys
from pathlib import Path

# It answers /health and chat requests. It ends LIFE seconds after a health request that follows an answer: a supervisor
# sends one when the warm-up is over, however long that took.
_PROGRAM = """
import http.server, json, os, sys, threading, time
port, life = int(sys.argv[sys.argv.index("--port") + 1]), float(os.environ.get("LIFE", "3600"))
class Handler(http.server.BaseHTTPRequestHandler):
    answered = False
    def do_GET(self):
        if Handler.answered:
            threading.Timer(life, lambda: (print("engine core died", flush=True), os._exit(7))).start()
        self.answer(200 if self.path == "/health" else 404, b"")
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        ok = self.headers["Authorization"] == "Bearer " + os.environ["VLLM_API_KEY"]
        usage = {"prompt_tokens": 20, "completion_tokens": 16}
        self.answer(200 if ok else 401, b"data: " + json.dumps({"choices": [], "usage": usage}).encode() + b"\\n\\n")
        Handler.answered = True
    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
print("serving", flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def write_stand_in(folder: Path, script: str = "") -> Path:
    """Write a program for --python, the stand-in or one line of shell; return its path."""
    program, code = folder / "python", folder / "stand_in.py"
    code.write_text(_PROGRAM, encoding="utf-8")
    line = script or f'exec {sys.executable} {code} "$@"'
    program.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    program.chmod(0o755)
    return program


def listeners(port: int) -> list[int]:
    """Return the process ids of running stand-ins with the port on their command line."""
    words = f"--port\0{port}\0".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue  # The process ended meanwhile.
        if words in command and b"stand_in.py" in command:
            found.append(int(path.parent.name))
    return found

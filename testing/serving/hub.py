"""The few requests of the Hugging Face Hub's API with which a model is downloaded, answered from a folder."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def running_hub(folder: Path, name: str, licence: str) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder as a model; yield the value for HF_ENDPOINT, and the names of the files that were downloaded."""
    downloaded: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(with_body=True)

        def do_HEAD(self) -> None:
            self._answer(with_body=False)

        def _answer(self, with_body: bool) -> None:
            path = urlsplit(self.path).path
            resolved = f"/{name}/resolve/{COMMIT}/"
            if path.startswith(resolved):
                body = (folder / path.removeprefix(resolved)).read_bytes()
                if with_body:
                    downloaded.append(path.removeprefix(resolved))
                self._send(200, body, with_body)
            elif path.startswith(f"/api/models/{name}"):
                self._send(200, json.dumps(self._about(path)).encode(), with_body)
            else:
                self._send(404, b"{}", with_body, {"X-Error-Code": "RepoNotFound"})

        def _about(self, path: str) -> object:
            files = sorted(each for each in folder.rglob("*") if each.is_file())
            if "/tree/" in path:
                return [
                    {
                        "type": "file",
                        "path": each.relative_to(folder).as_posix(),
                        "size": each.stat().st_size,
                        "oid": "0",
                    }
                    for each in files
                ]
            siblings = [
                {"rfilename": each.relative_to(folder).as_posix(), "size": each.stat().st_size} for each in files
            ]
            return {"id": name, "sha": COMMIT, "siblings": siblings, "cardData": {"license": licence}}

        def _send(self, status: int, body: bytes, with_body: bool, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            for header, value in (headers or {}).items():
                self.send_header(header, value)
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", downloaded
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

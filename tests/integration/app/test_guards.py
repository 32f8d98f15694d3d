"""The guards of the real service over real sockets: hosts, origins, and bodies of any length."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from app.api.guards.bodies import MAX_JSON_BYTES, MAX_UPLOAD_BYTES
from testing.handbook import write_domain
from testing.processes import Serving, environment, serving, wait_for_job

EVIL = "https://evil.example"
NOTE = b"# Planted\n\nThe safe's code is 0000.\n"
QUESTION = {"messages": [{"role": "user", "content": "How many days of annual leave do I have?"}]}
CHUNK = b"x" * 65_536
WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/v1/chat/completions", {"json": QUESTION}),
    ("POST", "/v1/search", {"json": {"query": "annual leave"}}),
    ("POST", "/v1/ground", {"json": {"answer": "Yes.", "contexts": []}}),
    ("POST", "/v1/documents", {"files": [("files", ("planted.md", NOTE))]}),
    ("DELETE", "/v1/documents/travel.txt", {}),
    ("POST", "/v1/ingest", {"json": {"paths": ["/etc"]}}),
    ("POST", "/nowhere", {"json": {}}),
]


def refused(response: httpx2.Response, status: int, code: str) -> str:
    """The message of an error in OpenAI's shape."""
    assert response.status_code == status, f"{response.status_code}: {response.text}"
    error = response.json()["error"]
    assert set(error) == {"message", "type", "code"}
    assert (error["type"], error["code"]) == ("invalid_request_error", code)
    assert "content-security-policy" in response.headers
    message: str = error["message"]
    return message


def listed(http: httpx2.Client) -> set[str]:
    return {document["id"] for document in http.get("/v1/documents").json()["documents"]}


def raw_exchange(service: Serving, request: bytes) -> bytes:
    """Send bytes; everything that comes back until the service closes the connection or pauses."""
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(request)
        connection.settimeout(3)
        answer = b""
        try:
            while part := connection.recv(65_536):
                answer += part
        except TimeoutError:
            pass
        return answer


# Origins


@pytest.mark.parametrize(("method", "path", "body"), WRITES, ids=lambda value: str(value)[:25])
@pytest.mark.parametrize(
    "headers",
    [{"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://localhost:3000"}],
    ids=["foreign", "null", "metadata", "other-port"],
)
def test_a_page_of_another_origin_changes_nothing_and_asks_nothing(
    http: httpx2.Client, method: str, path: str, body: dict[str, Any], headers: dict[str, str]
) -> None:
    before = listed(http)
    message = refused(http.request(method, path, headers=headers, **body), 403, "origin_not_allowed")
    assert "GROUNDWORK_ALLOWED_ORIGINS" in message
    assert listed(http) == before


def test_a_stream_is_refused_before_it_begins(http: httpx2.Client) -> None:
    refused(
        http.post("/v1/chat/completions", json={**QUESTION, "stream": True}, headers={"Origin": EVIL}),
        403,
        "origin_not_allowed",
    )


def test_the_services_own_page_uploads_and_asks(http: httpx2.Client, service: Serving) -> None:
    own = {"Origin": service.url, "Sec-Fetch-Site": "same-origin"}
    upload = http.post("/v1/documents", files=[("files", ("own.md", b"# Own\n\nThe page may.\n"))], headers=own)
    assert upload.status_code == 202
    wait_for_job(http, upload.json()["job_id"])
    assert http.post("/v1/chat/completions", json=QUESTION, headers=own).status_code == 200
    assert http.delete("/v1/documents/uploads/own.md", headers={"Origin": service.url}).status_code == 200


def test_no_header_invites_other_origins(http: httpx2.Client) -> None:
    preflight = {"Origin": EVIL, "Access-Control-Request-Method": "POST"}
    for response in (
        http.options("/v1/documents", headers=preflight),
        http.get("/v1/documents", headers={"Origin": EVIL}),
        http.post("/v1/search", json={"query": "leave"}, headers={"Origin": EVIL}),
    ):
        assert not [name for name in response.headers if name.startswith("access-control-")]


# Hosts


@pytest.mark.parametrize("path", ["/", "/v1/documents", "/v1/documents/travel.txt", "/v1/configuration", "/health"])
def test_a_rebound_name_reads_nothing(service: Serving, path: str) -> None:
    port = urlsplit(service.url).port
    answer = raw_exchange(service, f"GET {path} HTTP/1.1\r\nHost: evil.example:{port}\r\n\r\n".encode())
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 421 ")
    error = json.loads(body)["error"]
    assert error["code"] == "host_not_allowed"
    assert "'evil.example'" in error["message"]
    assert "GROUNDWORK_ALLOWED_HOSTS" in error["message"]


def test_a_rebound_page_writes_nothing_though_its_origin_is_its_host(service: Serving, http: httpx2.Client) -> None:
    port = urlsplit(service.url).port
    headers = {"Host": f"evil.example:{port}", "Origin": f"http://evil.example:{port}"}
    before = listed(http)
    response = http.post("/v1/documents", files=[("files", ("planted.md", NOTE))], headers=headers)
    refused(response, 421, "host_not_allowed")
    assert listed(http) == before


@pytest.mark.parametrize("host", ["localhost:8000", "localhost", "127.0.0.1:1", "[::1]:8000", "10.0.0.7:8000"])
def test_this_machine_and_addresses_are_answered(http: httpx2.Client, host: str) -> None:
    assert http.get("/ready", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /health HTTP/1.1\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: localhost evil.example\r\n\r\n",
    ],
)
def test_no_host_and_two_hosts_are_a_bad_request(service: Serving, request_head: bytes) -> None:
    assert raw_exchange(service, request_head).startswith(b"HTTP/1.1 400 ")


def test_a_probe_in_http_1_0_needs_no_host(service: Serving) -> None:
    assert b" 200 OK" in raw_exchange(service, b"GET /health HTTP/1.0\r\n\r\n").split(b"\r\n")[0]


# Settings


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, embedding_url: str) -> Iterator[Serving]:
    """A service as in a container, with a name, behind a proxy, that a portal may use."""
    folder = tmp_path_factory.mktemp("published")
    env = environment(
        folder / "data",
        write_domain(folder / "team", refuse_below=0.0),
        EMBEDDING_BASE_URL=embedding_url,
        EMBEDDING_MODEL="hash",
        GROUNDWORK_HOST="0.0.0.0",
        GROUNDWORK_AUTH="open-to-all",
        GROUNDWORK_ALLOWED_HOSTS="server.internal, *.example.com",
        GROUNDWORK_ALLOWED_ORIGINS="https://portal.example.com",
    )
    with serving(env, folder / "log") as running:
        yield running


def test_listed_hosts_are_answered_and_others_are_not(published: Serving) -> None:
    with published.client() as http:
        for host in ("localhost:8000", "server.internal:8000", "chat.example.com", "10.42.0.9:8000"):
            assert http.get("/health", headers={"Host": host}).status_code == 200, host
        for host in ("evil.example", "example.com", "server.internal.evil.example"):
            refused(http.get("/health", headers={"Host": host}), 421, "host_not_allowed")


def test_a_listed_origin_may_ask_and_others_may_not(published: Serving) -> None:
    body = {"answer": "Yes.", "contexts": ["Yes."]}
    with published.client() as http:
        portal = {"Origin": "https://portal.example.com", "Sec-Fetch-Site": "cross-site"}
        assert http.post("/v1/ground", json=body, headers=portal).status_code == 200
        refused(http.post("/v1/ground", json=body, headers={"Origin": EVIL}), 403, "origin_not_allowed")


def test_behind_a_proxy_that_ends_tls_the_own_page_may_ask(published: Serving) -> None:
    body = {"answer": "Yes.", "contexts": ["Yes."]}
    proxied = {"Host": "chat.example.com", "Origin": "https://chat.example.com", "X-Forwarded-Proto": "https"}
    with published.client() as http:
        assert http.post("/v1/ground", json=body, headers=proxied).status_code == 200


# Bodies


def endless(chunks: int, first: bytes = b"") -> Iterator[bytes]:
    yield first
    for _ in range(chunks):
        yield CHUNK


def temporary_files(service: Serving) -> list[str]:
    """Files without a name that the service has open; the parser of uploads uses them."""
    folder = Path(f"/proc/{service.process.pid}/fd")
    return [target for link in folder.iterdir() if "(deleted)" in (target := os.readlink(link))]


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/search", "/v1/ground", "/v1/ingest"])
def test_a_chunked_body_over_the_limit_is_refused(http: httpx2.Client, path: str) -> None:
    headers = {"Content-Type": "application/json"}
    response = http.post(path, content=endless(MAX_JSON_BYTES // len(CHUNK) + 2, b'{"a": "'), headers=headers)
    assert f"{MAX_JSON_BYTES:,} bytes" in refused(response, 413, "too_large")


def test_a_chunked_upload_over_the_limit_is_refused_and_nothing_of_it_stays(
    http: httpx2.Client, service: Serving
) -> None:
    before = listed(http)
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="large.md"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    content = endless(MAX_UPLOAD_BYTES // len(CHUNK) + 2, head)
    assert f"{MAX_UPLOAD_BYTES:,} bytes" in refused(
        http.post("/v1/documents", content=content, headers=headers), 413, "too_large"
    )
    assert temporary_files(service) == []
    assert listed(http) == before
    assert list((Path(service.env["GROUNDWORK_DATA_DIR"]) / "uploads").glob("*large*")) == []


def test_only_the_endpoint_for_files_reads_large_multipart_bodies(http: httpx2.Client) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    content = endless(MAX_JSON_BYTES // len(CHUNK) + 2)
    refused(http.post("/v1/search", content=content, headers=headers), 413, "too_large")


def test_an_upload_larger_than_any_json_is_read(http: httpx2.Client) -> None:
    """Its name is refused afterwards, so that nobody has to wait until it is in the index."""
    large = [("files", ("large.exe", b"x" * (MAX_JSON_BYTES + 1)))]
    refused(http.post("/v1/documents", files=large), 400, "unsupported_document")


def test_a_chunked_body_below_the_limit_is_read(http: httpx2.Client) -> None:
    content = (part.encode() for part in json.dumps({"query": "annual leave"}))
    response = http.post("/v1/search", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 200
    assert response.json()["hits"]


def send_until_refused(connection: socket.socket) -> int:
    """Send chunks for as long as they are taken; how many bytes were."""
    for number in range(10_000):
        try:
            connection.sendall(b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))
        except (ConnectionResetError, BrokenPipeError):
            return number * len(CHUNK)
    raise AssertionError(f"the service took {10_000 * len(CHUNK):,} bytes")


def test_the_service_answers_an_endless_body_in_the_middle_and_hangs_up(service: Serving) -> None:
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(
            b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        sent = send_until_refused(connection)
        answer = connection.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"connection: close" in answer.lower()
    assert b'"too_large"' in answer
    # What the sockets' buffers hold was sent as well.
    assert sent < MAX_JSON_BYTES + 32_000_000


@pytest.mark.parametrize("length", [b"-5", b"five", b"5.0", b"\xb2", b"9" * 5000, b"5\r\nContent-Length: 6"])
def test_a_length_that_cannot_be_meant_is_a_bad_request(service: Serving, length: bytes) -> None:
    head = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
    assert raw_exchange(service, head + length + b"\r\n\r\n{}").startswith(b"HTTP/1.1 400 ")


def test_a_length_and_chunks_at_once_are_a_bad_request(service: Serving) -> None:
    head = b"POST /v1/search HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert raw_exchange(service, head + b"0\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_a_body_that_announces_too_much_is_refused_where_nobody_reads_it_too(service: Serving) -> None:
    head = b"POST /nowhere HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n"
    assert raw_exchange(service, head).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_leaves_in_the_middle_of_its_upload_leaves_nothing_behind(
    service: Serving, http: httpx2.Client
) -> None:
    address = urlsplit(service.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(
            b"POST /v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
            b'--x\r\nContent-Disposition: form-data; name="files"; filename="half.md"\r\n\r\n' + CHUNK * 40
        )
    for _ in range(200):
        if not temporary_files(service):
            break
        time.sleep(0.1)
    assert temporary_files(service) == []
    assert "uploads/half.md" not in listed(http)


def test_refusals_are_logged_with_their_cause_and_counted_without_a_label_of_their_own(
    service: Serving, http: httpx2.Client
) -> None:
    http.post("/made-up-b7", headers={"Origin": "https://logged.example"})
    log = service.log.read_text(encoding="utf-8")
    cause = "The request comes from a web page of the origin 'https://logged.example'"
    assert f"refused POST '/made-up-b7' from 127.0.0.1: {cause}" in log
    metrics = http.get("/metrics").text
    assert 'groundwork_requests_total{route="none",status="403"}' in metrics
    assert "made-up-b7" not in metrics

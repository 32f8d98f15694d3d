"""Documents over HTTP: listed, read, uploaded, deleted."""

from __future__ import annotations

import http.client
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from testing.handbook import PAGES, pdf_of
from testing.processes import Serving, wait_for_job

NOTE = b"# Kitchen\n\nThe kitchen opens at eight o'clock.\n"


def upload(http: httpx2.Client, *files: tuple[str, bytes]) -> httpx2.Response:
    return http.post("/v1/documents", files=[("files", (name, content)) for name, content in files])


def uploaded(http: httpx2.Client, *files: tuple[str, bytes]) -> dict[str, Any]:
    response = upload(http, *files)
    assert response.status_code == 202, response.text
    assert set(response.json()) == {"job_id"}
    return wait_for_job(http, response.json()["job_id"])


def refused(response: httpx2.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    error: dict[str, Any] = response.json()["error"]
    assert set(error) == {"message", "type", "code"}
    return error


def test_documents_are_listed_without_their_text(http: httpx2.Client) -> None:
    documents = {document["id"]: document for document in http.get("/v1/documents").json()["documents"]}
    assert set(PAGES) <= set(documents)
    leave = documents["leave/annual.md"]
    assert set(leave) == {"id", "name", "source", "content_hash", "chunks", "characters", "url"}
    assert (leave["name"], leave["characters"]) == ("Annual leave", len(PAGES["leave/annual.md"]))


def test_a_document_has_its_parsed_text(http: httpx2.Client) -> None:
    document = http.get("/v1/documents/travel.txt").json()
    assert document["text"] == PAGES["travel.txt"]
    assert document["page_starts"] == []


def test_an_uploaded_page_is_found_and_can_be_deleted(http: httpx2.Client) -> None:
    report = uploaded(http, ("kitchen.md", NOTE))
    assert "uploads/kitchen.md" not in {row["path"] for row in report["failed"]}
    assert http.get("/v1/documents/uploads/kitchen.md").json()["name"] == "Kitchen"
    hits = http.post("/v1/search", json={"query": "When does the kitchen open?"}).json()["hits"]
    assert hits[0]["document_id"] == "uploads/kitchen.md"
    answer = http.request("DELETE", "/v1/documents/uploads/kitchen.md")
    assert answer.json() == {"id": "uploads/kitchen.md", "deleted": True}
    refused(http.get("/v1/documents/uploads/kitchen.md"), 404)
    hits = http.post("/v1/search", json={"query": "When does the kitchen open?"}).json()["hits"]
    assert "uploads/kitchen.md" not in {hit["document_id"] for hit in hits}


def test_a_pdf_is_read_page_by_page(http: httpx2.Client) -> None:
    uploaded(http, ("plan.pdf", pdf_of("The lighthouse is painted in May.", "The harbour crane is oiled in June.")))
    document = http.get("/v1/documents/uploads/plan.pdf").json()
    assert len(document["page_starts"]) == 2
    hit = http.post("/v1/search", json={"query": "When is the harbour crane oiled?"}).json()["hits"][0]
    assert hit["document_id"] == "uploads/plan.pdf"
    assert "crane" in hit["text"]
    assert document["text"][hit["start"] : hit["end"]] == hit["text"]
    http.request("DELETE", "/v1/documents/uploads/plan.pdf")


def test_an_upload_replaces_the_one_of_the_same_name(http: httpx2.Client) -> None:
    uploaded(http, ("kitchen.md", NOTE))
    report = uploaded(http, ("kitchen.md", NOTE.replace(b"eight", b"nine")))
    assert (report["created"], report["updated"]) == (0, 1)
    assert "nine" in http.get("/v1/documents/uploads/kitchen.md").json()["text"]
    http.request("DELETE", "/v1/documents/uploads/kitchen.md")


def test_a_file_that_cannot_be_read_is_named_in_the_report_and_the_others_are_read(http: httpx2.Client) -> None:
    report = uploaded(http, ("broken.pdf", b"%PDF-1.4 nonsense"), ("kitchen.md", NOTE), ("empty.md", b""))
    assert {row["path"] for row in report["failed"]} == {"uploads/broken.pdf", "uploads/empty.md"}
    assert all(row["reason"] for row in report["failed"])
    assert report["created"] == 1
    http.request("DELETE", "/v1/documents/uploads/kitchen.md")


@pytest.mark.parametrize("name", ["../../kitchen.md", "/etc/kitchen.md", "..\\..\\kitchen.md", "a/b/kitchen.md"])
def test_a_name_cannot_lead_out_of_the_folder_of_uploads(http: httpx2.Client, service: Serving, name: str) -> None:
    uploaded(http, (name, NOTE))
    uploads = Path(service.env["GROUNDWORK_DATA_DIR"]) / "uploads"
    assert (uploads / "kitchen.md").read_bytes() == NOTE
    found = [path for path in uploads.parent.parent.rglob("kitchen.md") if path.parent != uploads]
    assert found == []
    http.request("DELETE", "/v1/documents/uploads/kitchen.md")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (".env", "bad_name"),
        (".hidden.md", "bad_name"),
        ("..", "bad_name"),
        ("../", "bad_name"),
        ("x" * 300 + ".md", "bad_name"),
        ("program.exe", "unsupported_document"),
        ("README", "unsupported_document"),
        ("md", "unsupported_document"),
    ],
)
def test_a_name_that_cannot_be_a_documents_is_refused(http: httpx2.Client, name: str, code: str) -> None:
    assert refused(upload(http, (name, NOTE)), 400)["code"] == code


@pytest.mark.parametrize("name", [b"a\x01b.md", b"\xff\xfe\x00.md", b""])
def test_a_raw_name_that_cannot_be_a_documents_is_refused(http: httpx2.Client, name: bytes) -> None:
    disposition = b'Content-Disposition: form-data; name="files"; filename="' + name + b'"'
    body = b"--x\r\n" + disposition + b"\r\n\r\n" + NOTE + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused(http.post("/v1/documents", content=body, headers=headers), 400)


def test_one_bad_name_among_several_refuses_them_all(http: httpx2.Client, service: Serving) -> None:
    refused(upload(http, ("kitchen.md", NOTE), (".env", NOTE)), 400)
    assert not (Path(service.env["GROUNDWORK_DATA_DIR"]) / "uploads" / "kitchen.md").exists()


def test_an_upload_without_files_is_refused(http: httpx2.Client) -> None:
    refused(http.post("/v1/documents"), 400)
    refused(http.post("/v1/documents", files=[("wrong", ("kitchen.md", NOTE))]), 400)
    refused(http.post("/v1/documents", json={"files": ["kitchen.md"]}), 400)


@pytest.mark.parametrize(
    ("kind", "length"), [("multipart/form-data; boundary=x", 200_000_000), ("application/json", 9_000_000)]
)
def test_a_body_that_announces_too_much_is_refused_unread(service: Serving, kind: str, length: int) -> None:
    connection = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=10)
    connection.putrequest("POST", "/v1/documents")
    connection.putheader("Content-Type", kind)
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert b'"too_large"' in answer.read()
    connection.close()


def test_what_comes_from_a_folder_is_not_deleted_over_http(http: httpx2.Client) -> None:
    error = refused(http.request("DELETE", "/v1/documents/leave/sick.md"), 409)
    assert error["code"] == "document_has_a_source"


@pytest.mark.parametrize(
    "path",
    [
        "nope.md",
        "..%2f..%2fetc%2fpasswd",
        "leave%2f..%2fleave%2fsick.md",
        "%00",
        "%ff%fe",
        "leave",
        "uploads/",
        "%F0%9F%98%80",
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_unknown_document_is_not_found(http: httpx2.Client, method: str, path: str) -> None:
    assert refused(http.request(method, f"/v1/documents/{path}"), 404)["code"] == "document_not_found"


def test_an_unknown_job_is_not_found(http: httpx2.Client) -> None:
    assert refused(http.get("/v1/ingest/jobs/job-0"), 404)["code"] == "job_not_found"


@pytest.mark.parametrize("token", [None, "", "wrong", "ä".encode("latin-1")])
def test_without_the_token_no_folder_is_read(http: httpx2.Client, tmp_path: Path, token: Any) -> None:
    headers = {} if token is None else {"X-Groundwork-Token": token}
    error = refused(http.post("/v1/ingest", json={"paths": [str(tmp_path)]}, headers=headers), 403)
    assert error["code"] == "forbidden"


def test_with_the_token_a_folder_is_read(service: Serving, http: httpx2.Client, tmp_path: Path) -> None:
    (tmp_path / "garden.md").write_text("# Garden\n\nThe garden is watered on Fridays.\n", encoding="utf-8")
    report = service.ingest([tmp_path])
    assert (report["created"], report["failed"]) == (1, [])
    assert http.get("/v1/documents/garden.md").json()["source"] == str(tmp_path)
    (tmp_path / "garden.md").unlink()
    assert service.ingest([tmp_path])["deleted"] == 1

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


def upload(http: httpx2.Client, *files: tuple[str, bytes], replace: str | None = None) -> httpx2.Response:
    form = {} if replace is None else {"replace": replace}
    return http.post("/v1/documents", files=[("files", (name, content)) for name, content in files], data=form)


def uploaded(http: httpx2.Client, *files: tuple[str, bytes], replace: str | None = None) -> dict[str, Any]:
    response = upload(http, *files, replace=replace)
    assert response.status_code == 202, response.text
    assert set(response.json()) == {"job_id", "documents", "refused"}
    assert [row["name"] for row in response.json()["documents"]] == [name for name, _ in files]
    return wait_for_job(http, response.json()["job_id"])


def delete(http: httpx2.Client, *names: str) -> None:
    for name in names:
        assert http.request("DELETE", f"/v1/documents/uploads/{name}").status_code == 200


def refused(response: httpx2.Response, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.text
    error: dict[str, Any] = response.json()["error"]
    assert set(error) == {"message", "type", "code"}
    return error


def test_documents_are_listed_without_their_text(http: httpx2.Client) -> None:
    documents = {document["id"]: document for document in http.get("/v1/documents").json()["documents"]}
    assert set(PAGES) <= set(documents)
    leave = documents["leave/annual.md"]
    assert set(leave) == {"id", "name", "source", "content_hash", "chunks", "characters", "url", "same_as"}
    assert (leave["name"], leave["characters"]) == ("Annual leave", len(PAGES["leave/annual.md"]))


def test_all_pages_together_are_all_documents(http: httpx2.Client) -> None:
    whole = http.get("/v1/documents").json()
    ids, cursor = list[str](), ""
    while cursor is not None:
        page = http.get("/v1/documents", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        assert len(page["documents"]) <= 2
        assert page["total"] == whole["total"] == len(whole["documents"])
        ids += [row["id"] for row in page["documents"]]
        cursor = page["next_cursor"]
    assert sorted(ids) == [row["id"] for row in whole["documents"]]
    assert whole["next_cursor"] is None
    assert http.get("/v1/configuration").json()["documents"] == whole["total"]


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=all", "cursor=leave/annual.md", "cursor="])
def test_a_page_that_there_cannot_be_is_refused(http: httpx2.Client, query: str) -> None:
    refused(http.get(f"/v1/documents?{query}"), 400)


def test_a_document_has_its_parsed_text(http: httpx2.Client) -> None:
    document = http.get("/v1/documents/travel.txt").json()
    assert document["text"] == PAGES["travel.txt"]
    assert (document["format"], document["pages"]) == ("plain", [])
    assert http.get("/v1/documents/leave/annual.md").json()["format"] == "markdown"


def test_an_uploaded_page_is_found_and_can_be_deleted(http: httpx2.Client) -> None:
    report = uploaded(http, ("kitchen.md", NOTE))
    assert "uploads/kitchen.md" not in {row["path"] for row in report["failed"]}
    assert http.get("/v1/documents/uploads/kitchen.md").json()["name"] == "Kitchen"
    hits = http.post("/v1/search", json={"query": "When does the kitchen open?"}).json()["hits"]
    assert hits[0]["document_id"] == "uploads/kitchen.md"
    answer = http.request("DELETE", "/v1/documents/uploads/kitchen.md")
    assert answer.json() == {"id": "uploads/kitchen.md", "deleted": True, "job_id": None}
    refused(http.get("/v1/documents/uploads/kitchen.md"), 404)
    hits = http.post("/v1/search", json={"query": "When does the kitchen open?"}).json()["hits"]
    assert "uploads/kitchen.md" not in {hit["document_id"] for hit in hits}


def test_a_pdf_is_read_page_by_page(http: httpx2.Client) -> None:
    uploaded(http, ("plan.pdf", pdf_of("The lighthouse is painted in May.", "The harbour crane is oiled in June.")))
    document = http.get("/v1/documents/uploads/plan.pdf").json()
    first, second = document["pages"]
    text = document["text"]
    assert (first["number"], text[first["start"] : first["end"]].strip()) == (1, "The lighthouse is painted in May.")
    assert (second["number"], text[second["start"] : second["end"]]) == (2, "The harbour crane is oiled in June.")
    assert document["format"] == "rendered"
    hit = http.post("/v1/search", json={"query": "When is the harbour crane oiled?"}).json()["hits"][0]
    assert hit["document_id"] == "uploads/plan.pdf"
    assert "crane" in hit["text"]
    assert document["text"][hit["start"] : hit["end"]] == hit["text"]
    http.request("DELETE", "/v1/documents/uploads/plan.pdf")


def test_another_upload_of_one_name_is_a_document_of_its_own_and_the_response_says_so(http: httpx2.Client) -> None:
    uploaded(http, ("kitchen.md", NOTE))
    other = NOTE.replace(b"eight", b"nine")
    response = upload(http, ("kitchen.md", other), ("kitchen.md", NOTE)).json()
    assert response["documents"] == [
        {"name": "kitchen.md", "id": "uploads/kitchen (2).md", "outcome": "renamed"},
        {"name": "kitchen.md", "id": "uploads/kitchen.md", "outcome": "same"},
    ]
    report = wait_for_job(http, response["job_id"])
    assert (report["created"], report["updated"], report["unchanged"]) == (1, 0, 1)
    assert "eight" in http.get("/v1/documents/uploads/kitchen.md").json()["text"]
    assert "nine" in http.get("/v1/documents/uploads/kitchen%20(2).md").json()["text"]
    delete(http, "kitchen.md", "kitchen%20(2).md")


def test_a_new_version_replaces_a_document_if_the_request_says_so(http: httpx2.Client) -> None:
    uploaded(http, ("kitchen.md", NOTE))
    report = uploaded(http, ("kitchen.md", NOTE.replace(b"eight", b"nine")), replace="true")
    assert (report["created"], report["updated"]) == (0, 1)
    assert "nine" in http.get("/v1/documents/uploads/kitchen.md").json()["text"]
    delete(http, "kitchen.md")


def test_a_new_version_that_cannot_be_read_never_replaces_the_good_file(http: httpx2.Client, service: Serving) -> None:
    uploaded(http, ("plan.pdf", pdf_of("The lighthouse is painted in May.")))
    file = Path(service.env["GROUNDWORK_DATA_DIR"]) / "uploads" / "plan.pdf"
    good = file.read_bytes()
    report = uploaded(http, ("plan.pdf", b"%PDF-1.4 nonsense"), replace="true")
    assert [row["path"] for row in report["failed"]] == ["uploads/plan.pdf"]
    assert file.read_bytes() == good
    assert "lighthouse" in http.get("/v1/documents/uploads/plan.pdf").json()["text"]
    delete(http, "plan.pdf")


def test_replace_is_true_or_false(http: httpx2.Client) -> None:
    refused(upload(http, ("kitchen.md", NOTE), replace="perhaps"), 400)


def test_a_file_that_cannot_be_read_is_named_in_the_report_and_the_others_are_read(http: httpx2.Client) -> None:
    report = uploaded(http, ("broken.pdf", b"%PDF-1.4 nonsense"), ("kitchen.md", NOTE), ("empty.md", b""))
    assert {row["path"] for row in report["failed"]} == {"uploads/broken.pdf", "uploads/empty.md"}
    assert all(row["reason"] for row in report["failed"])
    assert report["created"] == 1
    delete(http, "kitchen.md", "broken.pdf", "empty.md")


def test_an_upload_that_failed_is_listed_and_can_be_deleted_and_no_later_job_repeats_it(http: httpx2.Client) -> None:
    uploaded(http, ("empty.md", b""))
    assert uploaded(http, ("kitchen.md", NOTE))["failed"] == []
    listed = http.get("/v1/documents").json()
    assert listed["unread"] == [{"id": "uploads/empty.md", "status": "failed", "reason": "it is empty"}]
    assert "uploads/empty.md" not in {row["id"] for row in listed["documents"]}
    refused(http.get("/v1/documents/uploads/empty.md"), 404)
    delete(http, "empty.md", "kitchen.md")
    assert http.get("/v1/documents").json()["unread"] == []


def test_uploads_of_one_content_are_one_document_with_two_names(http: httpx2.Client) -> None:
    uploaded(http, ("kitchen.md", NOTE))
    uploaded(http, ("copy.md", NOTE))
    rows = {row["id"]: row for row in http.get("/v1/documents").json()["documents"]}
    assert (rows["uploads/kitchen.md"]["same_as"], rows["uploads/kitchen.md"]["chunks"]) == (None, 1)
    assert (rows["uploads/copy.md"]["same_as"], rows["uploads/copy.md"]["chunks"]) == ("uploads/kitchen.md", 0)
    copy = http.get("/v1/documents/uploads/copy.md").json()
    assert (copy["id"], copy["text"].encode(), copy["same_as"]) == ("uploads/copy.md", NOTE, "uploads/kitchen.md")
    body = {"query": "When does the kitchen open?", "filter": {"document_ids": ["uploads/copy.md"]}}
    assert [hit["document_id"] for hit in http.post("/v1/search", json=body).json()["hits"]] == ["uploads/kitchen.md"]
    answer = http.request("DELETE", "/v1/documents/uploads/kitchen.md").json()
    wait_for_job(http, answer["job_id"])
    assert http.get("/v1/documents/uploads/copy.md").json()["same_as"] is None
    assert [hit["document_id"] for hit in http.post("/v1/search", json=body).json()["hits"]] == ["uploads/copy.md"]
    delete(http, "copy.md")


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
        (".env", "unsupported_document"),
        ("..", "bad_name"),
        ("../", "bad_name"),
        ("program.exe", "unsupported_document"),
        ("README", "unsupported_document"),
        ("md", "unsupported_document"),
    ],
)
def test_a_name_that_cannot_be_a_documents_is_refused(http: httpx2.Client, name: str, code: str) -> None:
    assert refused(upload(http, (name, NOTE)), 400)["code"] == code


@pytest.mark.parametrize(
    ("name", "document_id"),
    [
        (".hidden.md", "uploads/hidden.md"),
        ("CON.md", "uploads/_CON.md"),
        ("a:b?.md", "uploads/a_b_.md"),
        ("x" * 300 + ".md", "uploads/" + "x" * 197 + ".md"),
    ],
)
def test_an_odd_name_is_made_safe(http: httpx2.Client, name: str, document_id: str) -> None:
    response = upload(http, (name, NOTE)).json()
    assert response["documents"] == [{"name": name, "id": document_id, "outcome": "new"}]
    wait_for_job(http, response["job_id"])
    assert http.get(f"/v1/documents/{document_id}").json()["id"] == document_id
    delete(http, document_id.removeprefix("uploads/"))


@pytest.mark.parametrize("name", [b"\xff\xfe\x00", b""])
def test_a_raw_name_that_cannot_be_a_documents_is_refused(http: httpx2.Client, name: bytes) -> None:
    disposition = b'Content-Disposition: form-data; name="files"; filename="' + name + b'"'
    body = b"--x\r\n" + disposition + b"\r\n\r\n" + NOTE + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused(http.post("/v1/documents", content=body, headers=headers), 400)


def test_a_file_of_an_unread_kind_does_not_keep_the_others_out(http: httpx2.Client) -> None:
    response = upload(http, ("a.exe", NOTE), ("kitchen.md", NOTE), ("..", NOTE)).json()
    assert [document["name"] for document in response["documents"]] == ["kitchen.md"]
    assert response["refused"] == [
        {"name": "a.exe", "reason": "'a.exe' (.exe) is of a kind that is not read."},
        {"name": "..", "reason": "'..' cannot be a document's name. Give the file a plain name."},
    ]
    assert wait_for_job(http, response["job_id"])["created"] == 1
    delete(http, "kitchen.md")


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
    (tmp_path / "fence.md").write_text("# Fence\n\nThe fence is green.\n", encoding="utf-8")
    (tmp_path / "garden.md").unlink()
    assert service.ingest([tmp_path])["deleted"] == 1


def original_of(http: httpx2.Client, document_id: str, **headers: str) -> httpx2.Response:
    return http.get(f"/v1/documents/{document_id}/original", headers=headers)


def test_the_file_of_a_folder_is_sent_as_it_is_under_a_policy_that_runs_nothing(http: httpx2.Client) -> None:
    sent = original_of(http, "leave/annual.md")
    assert sent.content == PAGES["leave/annual.md"].encode()
    assert sent.headers["content-type"] == "text/plain; charset=utf-8"
    assert sent.headers["content-disposition"] == 'inline; filename="annual.md"'
    assert sent.headers["x-content-type-options"] == "nosniff"
    policy = sent.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "sandbox allow-downloads"} <= set(policy)
    described = http.get("/v1/documents/leave/annual.md").json()["original"]
    assert described == {"media_type": "text/plain; charset=utf-8", "inline": True, "bytes": len(sent.content)}


def test_an_uploaded_pdf_is_sent_in_parts(http: httpx2.Client) -> None:
    content = pdf_of("The lighthouse is painted in May.")
    uploaded(http, ("plan.pdf", content))
    whole = original_of(http, "uploads/plan.pdf")
    assert (whole.content, whole.headers["content-type"]) == (content, "application/pdf")
    assert whole.headers["accept-ranges"] == "bytes"
    part = original_of(http, "uploads/plan.pdf", Range="bytes=0-9")
    assert (part.status_code, part.content) == (206, content[:10])
    assert part.headers["content-range"] == f"bytes 0-9/{len(content)}"
    etag = whole.headers["etag"]
    last = original_of(http, "uploads/plan.pdf", **{"Range": "bytes=-5", "If-Range": etag})
    assert last.content == content[-5:]
    for value in (f"bytes={len(content)}-", f"bytes=0-9,{len(content)}-"):
        assert refused(original_of(http, "uploads/plan.pdf", Range=value), 416)["code"] == "range_not_satisfiable"
    delete(http, "plan.pdf")
    assert refused(original_of(http, "uploads/plan.pdf"), 404)["code"] == "document_not_found"


def test_a_range_that_cannot_be_read_is_refused(http: httpx2.Client) -> None:
    assert refused(original_of(http, "leave/annual.md", Range="lines=1-2"), 400)["code"] == "bad_range"


def test_a_text_that_is_not_utf_8_is_sent_without_a_charset(http: httpx2.Client) -> None:
    uploaded(http, ("bureau.txt", "Das Büro ist am Freitag geöffnet.\n".encode("latin-1")))
    assert original_of(http, "uploads/bureau.txt").headers["content-type"] == "text/plain"
    delete(http, "bureau.txt")


def test_an_uploaded_web_page_is_a_download(http: httpx2.Client) -> None:
    uploaded(http, ("page.html", b"<h1>Kitchen</h1><p>The kitchen opens at eight.</p><script>alert(1)</script>"))
    sent = original_of(http, "uploads/page.html")
    assert sent.headers["content-type"] == "application/octet-stream"
    assert sent.headers["content-disposition"] == 'attachment; filename="page.html"'
    assert http.get("/v1/documents/uploads/page.html").json()["original"]["inline"] is False
    delete(http, "page.html")


def test_a_file_that_has_changed_since_it_was_read_is_not_sent(http: httpx2.Client, service: Serving) -> None:
    uploaded(http, ("kitchen.md", NOTE))
    file = Path(service.env["GROUNDWORK_DATA_DIR"]) / "uploads" / "kitchen.md"
    file.write_bytes(NOTE.replace(b"eight", b"nine"))
    error = refused(original_of(http, "uploads/kitchen.md"), 409)
    assert error["code"] == "original_changed"
    document = http.get("/v1/documents/uploads/kitchen.md").json()
    assert (document["original"], "eight" in document["text"]) == (None, True)
    delete(http, "kitchen.md")


@pytest.mark.parametrize("path", ["nope.md", "..%2f..%2fetc%2fpasswd", "leave%2f..%2fleave%2fsick.md", "%00", "leave"])
def test_an_unknown_document_has_no_file(http: httpx2.Client, path: str) -> None:
    assert refused(original_of(http, path), 404)["code"] == "document_not_found"


def test_documents_that_disagree_are_reported_until_one_is_deleted(http: httpx2.Client) -> None:
    sentence = b"The north gate of the depot is locked at %d o'clock every evening.\n"
    uploaded(http, ("gate.md", sentence % 9), ("night.md", sentence % 10))
    (finding,) = [one for one in http.get("/v1/corpus-health").json()["findings"] if one["kind"] == "number"]
    places = {finding["a"]["document_id"], finding["b"]["document_id"]}
    assert places == {"uploads/gate.md", "uploads/night.md"}
    assert finding["a"]["text"].startswith("The north gate")
    delete(http, "gate.md", "night.md")
    assert [one for one in http.get("/v1/corpus-health").json()["findings"] if one["kind"] == "number"] == []

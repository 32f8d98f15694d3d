"""A service with API keys, as people run it: keys are made while it runs, and administrative acts are recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import openai
import pytest

from app.access.keys import create_key
from app.database import Database
from app.database.database import sqlite_url
from app.service.principals import Role
from testing.handbook import write_domain
from testing.processes import Serving, environment, groundwork, serving, wait_for_job

QUESTION = {"messages": [{"role": "user", "content": "How many days of annual leave do I have?"}]}
NOTE = [("files", ("note.md", b"# Note\n\nThe cellar is open on Mondays.\n"))]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory, embedding_url: str) -> Iterator[Serving]:
    """A service in the mode `keys`, on every address, with the handbook."""
    folder = tmp_path_factory.mktemp("keys")
    env = environment(
        folder / "data",
        write_domain(folder / "team", refuse_below=0.0),
        EMBEDDING_BASE_URL=embedding_url,
        EMBEDDING_MODEL="hash",
        GROUNDWORK_HOST="0.0.0.0",
        GROUNDWORK_AUTH="keys",
        GROUNDWORK_CALLER_LIMIT="20",
    )
    with serving(env, folder / "log") as running:
        # The command line is known by the token of the data directory.
        running.ingest()
        yield running


def key(closed: Serving, name: str, *roles: Role) -> str:
    """A key that is made while the service runs, by another process than its own."""
    database = Database(sqlite_url(Path(closed.env["GROUNDWORK_DATA_DIR"])))
    text = create_key(database, name, roles or ("ask",), frozenset(), datetime.now(UTC)).text
    database.close()
    return text


def client(closed: Serving, key: str | None = None) -> httpx2.Client:
    headers = {"Authorization": f"Bearer {key}"} if key is not None else {}
    return httpx2.Client(base_url=closed.url, headers=headers, timeout=60)


def test_openais_client_asks_with_a_key_that_was_made_while_the_service_runs(closed: Serving) -> None:
    with openai.OpenAI(base_url=f"{closed.url}/v1", api_key=key(closed, "sdk"), max_retries=0) as sdk:
        answer = sdk.chat.completions.create(model="groundwork", messages=QUESTION["messages"])  # type: ignore[arg-type]
        assert answer.choices[0].message.content
        assert "groundwork" in {model.id for model in sdk.models.list()}
    with openai.OpenAI(base_url=f"{closed.url}/v1", api_key="none", max_retries=0) as sdk:
        with pytest.raises(openai.AuthenticationError) as caught:
            sdk.models.list()
        assert caught.value.code == "invalid_api_key"


def test_without_a_key_only_the_page_and_the_probes_are_there(closed: Serving) -> None:
    with client(closed) as http:
        refused = http.post("/v1/chat/completions", json=QUESTION)
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="groundwork"')
        assert refused.json()["error"]["code"] == "authentication_required"
        for path in ("/", "/health", "/ready", "/widget/loader.js", "/v1/access"):
            assert http.get(path).status_code == 200, path
        for path in ("/v1/documents", "/v1/documents/travel.txt", "/v1/configuration", "/metrics", "/v1/audit"):
            assert http.get(path).status_code == 401, path


def test_a_role_is_what_a_key_may_do_and_its_acts_are_recorded(closed: Serving) -> None:
    with client(closed, key(closed, "asking", "ask")) as http:
        assert http.post("/v1/documents", files=NOTE).status_code == 403
        assert http.get("/v1/documents").status_code == 200
        assert http.get("/metrics").status_code == 403
    with client(closed, key(closed, "uploading", "ingest")) as http:
        upload = http.post("/v1/documents", files=NOTE)
        assert upload.status_code == 202
        wait_for_job(http, upload.json()["job_id"])
        assert http.post("/v1/search", json={"query": "leave"}).status_code == 403
        assert http.delete("/v1/documents/uploads/note.md").status_code == 200
    with client(closed, key(closed, "watching", "metrics")) as http:
        assert http.get("/metrics").status_code == 200
    acts = groundwork("audit", "--json", env=closed.env).json["acts"]
    known = [(act["principal_name"], act["action"], act["target"], act["status"]) for act in acts]
    assert ("asking", "documents.upload", "", 403) in known
    assert ("uploading", "documents.upload", "note.md", 202) in known
    assert ("uploading", "documents.delete", "uploads/note.md", 200) in known
    with client(closed, key(closed, "administering", "admin")) as http:
        assert len(http.get("/v1/audit?limit=2").json()["acts"]) == 2


def test_a_revoked_key_is_refused_by_the_running_service(closed: Serving) -> None:
    made = groundwork("keys", "create", "short-lived", "--role", "admin", "--days", "2", "--json", env=closed.env)
    assert (made.code, made.json["roles"]) == (0, ["admin"])
    text = made.json["key"]
    assert groundwork("keys", "revoke", "short-lived", env=closed.env).code == 0
    with client(closed, text) as http:
        assert http.post("/v1/search", json={"query": "leave"}).status_code == 401
    listed = groundwork("keys", "list", "--json", env=closed.env).json["keys"]
    assert [one["state"] for one in listed if one["name"] == "short-lived"] == ["revoked"]
    acts = groundwork("audit", "--json", env=closed.env).json["acts"]
    assert [act["action"] for act in acts[:2]] == ["keys.revoke", "keys.create"]


def test_the_command_line_of_this_machine_asks_without_a_key(closed: Serving) -> None:
    asked = groundwork("ask", "How many days of annual leave do I have?", "--json", env=closed.env)
    assert asked.code == 0, asked.err


def test_a_key_has_its_limit(closed: Serving) -> None:
    with client(closed, key(closed, "busy")) as http:
        body = {"answer": "Yes.", "contexts": ["Yes."]}
        statuses = [http.post("/v1/ground", json=body).status_code for _ in range(25)]
        assert statuses[:20] == [200] * 20
        assert 429 in statuses
        refused = http.post("/v1/ground", json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (429, "rate_limited")
        assert int(refused.headers["retry-after"]) >= 1
        assert http.get("/v1/configuration").status_code == 200


def test_the_page_signs_in_with_a_key(closed: Serving) -> None:
    with client(closed) as http:
        assert http.get("/v1/access").json()["sign_in"] == "key"
        assert http.post("/v1/sign-in", json={"api_key": "gwk_wrong"}).status_code == 401
        assert http.post("/v1/sign-in", json={"api_key": key(closed, "page")}).status_code == 204
        state = http.get("/v1/access").json()
        assert (state["name"], state["may_sign_out"]) == ("page", True)
        assert http.post("/v1/search", json={"query": "leave"}).status_code == 200
        assert http.post("/v1/sign-out").json() == {"next_url": None}
        assert http.post("/v1/search", json={"query": "leave"}).status_code == 401


def test_the_service_does_not_start_in_an_unsafe_combination(tmp_path: Path) -> None:
    env = environment(tmp_path / "data", write_domain(tmp_path / "team"), GROUNDWORK_HOST="0.0.0.0")
    ended = groundwork("serve", env=env)
    assert ended.code == 2
    assert "GROUNDWORK_AUTH is 'open'" in ended.err

"""A Qdrant server over real sockets: the calls of Qdrant's REST API that the index makes, answered by Qdrant Edge.

The engine is the real one, and the requests are those that qdrant-client sends; only the layer between the two is of
this module. What it does not offer (a condition, a query or a path) is refused with 400 or 404, never ignored.

    stall()    requests wait until `heal`, or until the client goes away
    drop()     the connection is closed without an answer
    fail(503)  requests are answered with this status
    heal()     requests are answered again, those that wait included
    kill()     nobody listens any more, and open connections are cut
    restart()  the server listens on the same port again, with the points that were written

`python -m testing.qdrant_http FOLDER PORT KEY_FILE` serves until it is stopped, for containers (tests/compose).

Not covered: the version check, snapshots, shards and replicas, strict mode, `wait=false` (every write has been applied
when it is answered), and conditions that the index does not use.
"""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import qdrant_edge as edge

from testing.listening import Listener

_LONGEST_STALL_SECONDS = 120.0
_NO_GRAPH = 1 << 40
"""See `core/index/edge/index.py`: building a graph would keep the interpreter's lock."""
_DISTANCES = {"Cosine": edge.Distance.Cosine, "Dot": edge.Distance.Dot, "Euclid": edge.Distance.Euclid}
_DATATYPES = {"float16": edge.VectorStorageDatatype.Float16, "float32": edge.VectorStorageDatatype.Float32}
_INDEXES = {"keyword": edge.PayloadSchemaType.Keyword, "bool": edge.PayloadSchemaType.Bool}
_CLAUSES = ("must", "should", "must_not")
Json = Mapping[str, Any]


class Refused(Exception):
    """A request that a Qdrant server refuses, or one that this server does not offer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Collection:
    """One shard in a folder. Its methods return what is in `result` of the response."""

    def __init__(self, folder: Path, shard: edge.EdgeShard) -> None:
        self._folder = folder
        self._shard = shard
        self._has_deleted = False
        self._lock = threading.Lock()

    @classmethod
    def create(cls, folder: Path, body: Json) -> Collection:
        """Make an empty collection with the vectors of the request."""
        sparse = {
            name: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf if given.get("modifier") == "idf" else None)
            for name, given in (body.get("sparse_vectors") or {}).items()
        }
        config = edge.EdgeConfig(
            vectors={name: _vector_params(given) for name, given in (body.get("vectors") or {}).items()},
            sparse_vectors=sparse,
            optimizers=edge.EdgeOptimizersConfig(indexing_threshold=_NO_GRAPH),
        )
        folder.mkdir(parents=True)
        return cls(folder, edge.EdgeShard.create(str(folder), config))

    @classmethod
    def load(cls, folder: Path) -> Collection:
        """Open a collection that was made before."""
        return cls(folder, edge.EdgeShard.load(str(folder)))

    def close(self) -> None:
        """Write everything and release the files."""
        with self._lock:
            self._shard.close()

    def index_field(self, body: Json) -> Json:
        """Index a field of the payloads."""
        kind = _INDEXES[body["field_schema"]]
        return self._update(edge.UpdateOperation.create_field_index(body["field_name"], kind))

    def upsert(self, body: Json) -> Json:
        """Insert or overwrite points."""
        points = [
            edge.Point(point["id"], {name: _vector(value) for name, value in point["vector"].items()}, point["payload"])
            for point in body["points"]
        ]
        return self._update(edge.UpdateOperation.upsert_points(points))

    def delete(self, body: Json) -> Json:
        """Delete points by their ids or by a filter."""
        self._has_deleted = True
        if "points" in body:
            return self._update(edge.UpdateOperation.delete_points(body["points"]))
        chosen = _filter(body["filter"])
        assert chosen is not None
        return self._update(edge.UpdateOperation.delete_points_by_filter(chosen))

    def set_payload(self, body: Json) -> Json:
        """Set fields of points, by their ids or by a filter."""
        chosen = _filter(body.get("filter"))
        if chosen is not None:
            return self._update(edge.UpdateOperation.set_payload_by_filter(chosen, body["payload"]))
        return self._update(edge.UpdateOperation.set_payload(body["points"], body["payload"]))

    def retrieve(self, body: Json) -> list[Json]:
        """Return points by their ids."""
        with self._lock:
            found = self._shard.retrieve(
                body["ids"],
                with_payload=_payload_choice(body.get("with_payload")),
                with_vector=body.get("with_vector") or False,
            )
        return [_record(point) for point in found]

    def scroll(self, body: Json) -> Json:
        """Return a page of points in the order of their ids, and where the next one begins."""
        request = edge.ScrollRequest(
            offset=body.get("offset"),
            limit=body.get("limit", 10),
            filter=_filter(body.get("filter")),
            with_payload=_payload_choice(body.get("with_payload", True)),
            with_vector=body.get("with_vector") or False,
        )
        with self._lock:
            found, following = self._shard.scroll(request)
        return {"points": [_record(point) for point in found], "next_page_offset": following and str(following)}

    def count(self, body: Json) -> Json:
        """Count points."""
        with self._lock:
            return {"count": self._shard.count(edge.CountRequest(filter=_filter(body.get("filter"))))}

    def facet(self, body: Json) -> Json:
        """Return the values of a field, each with the number of its points."""
        request = edge.FacetRequest(
            body["key"],
            limit=body.get("limit") or 10,
            exact=bool(body.get("exact")),
            filter=_filter(body.get("filter")),
        )
        with self._lock:
            return {"hits": [{"value": hit.value, "count": hit.count} for hit in self._shard.facet(request).hits]}

    def query(self, body: Json) -> Json:
        """Search."""
        request = _query_request(body)
        with self._lock:
            self._forget_deleted()
            found = self._shard.query(request)
        return {"points": [_scored(point) for point in found]}

    def query_batch(self, body: Json) -> list[Json]:
        """Search several times."""
        requests = edge.QueryBatchRequest([_query_request(one) for one in body["searches"]])
        with self._lock:
            self._forget_deleted()
            answers = self._shard.query_batch(requests)
        return [{"points": [_scored(point) for point in found]} for found in answers]

    def _update(self, operation: edge.UpdateOperation) -> Json:
        with self._lock:
            self._shard.update(operation)
        return {"operation_id": 0, "status": "completed"}

    def _forget_deleted(self) -> None:
        """Leave deleted points out of the IDF, as a server's optimizer does in the background."""
        if self._has_deleted:
            self._shard.optimize()
            self._shard.close()
            self._shard = edge.EdgeShard.load(str(self._folder))
            self._has_deleted = False


class Collections:
    """All collections below a folder, and their aliases. A name is a collection's or an alias."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._aliases_file = folder / "aliases.json"
        self._by_name: dict[str, Collection] = {}
        self._aliases: dict[str, str] = {}

    def open(self) -> None:
        """Open what was written before."""
        self._by_name = {path.name: Collection.load(path) for path in self._folder.iterdir() if path.is_dir()}
        if self._aliases_file.is_file():
            self._aliases = json.loads(self._aliases_file.read_text(encoding="utf-8"))

    def close(self) -> None:
        """Close every collection."""
        with self._lock:
            for collection in self._by_name.values():
                collection.close()
            self._by_name.clear()

    def named(self, name: str) -> Collection:
        """Return a collection. Raises Refused."""
        with self._lock:
            found = self._by_name.get(self._aliases.get(name, name))
        if found is None:
            raise Refused(404, f"Not found: Collection `{name}` doesn't exist!")
        return found

    def listed(self) -> Json:
        """Return the names of all collections."""
        with self._lock:
            return {"collections": [{"name": name} for name in sorted(self._by_name)]}

    def aliases(self) -> Json:
        """Return all aliases."""
        with self._lock:
            pairs = sorted(self._aliases.items())
        return {"aliases": [{"alias_name": alias, "collection_name": name} for alias, name in pairs]}

    def create(self, name: str, body: Json) -> bool:
        """Make a collection. Raises Refused where there is one."""
        with self._lock:
            if name in self._by_name:
                raise Refused(409, f"Wrong input: Collection `{name}` already exists!")
            self._by_name[name] = Collection.create(self._folder / name, body)
        return True

    def delete(self, name: str) -> bool:
        """Delete a collection with its aliases; whether there was one."""
        with self._lock:
            found = self._by_name.pop(name, None)
            self._keep_aliases({alias: of for alias, of in self._aliases.items() if of != name})
        if found is not None:
            found.close()
            shutil.rmtree(self._folder / name)
        return found is not None

    def change_aliases(self, body: Json) -> bool:
        """Apply all operations in one step. Raises Refused for an alias of no collection."""
        with self._lock:
            changed = dict(self._aliases)
            for operation in body["actions"]:
                if "create_alias" in operation:
                    given = operation["create_alias"]
                    if given["collection_name"] not in self._by_name:
                        raise Refused(404, f"Not found: Collection `{given['collection_name']}` doesn't exist!")
                    changed[given["alias_name"]] = given["collection_name"]
                else:
                    changed.pop(operation["delete_alias"]["alias_name"], None)
            self._keep_aliases(changed)
        return True

    def _keep_aliases(self, aliases: dict[str, str]) -> None:
        self._aliases = aliases
        self._aliases_file.write_text(json.dumps(aliases), encoding="utf-8")

    def answer(self, method: str, path: Sequence[str], body: Json) -> Any:
        """Return the result of a call. Raises Refused."""
        match (method, *path):
            case ("GET", "collections"):
                return self.listed()
            case ("GET", "aliases"):
                return self.aliases()
            case ("POST", "collections", "aliases"):
                return self.change_aliases(body)
            case ("PUT", "collections", name):
                return self.create(name, body)
            case ("DELETE", "collections", name):
                return self.delete(name)
            case (_, "collections", name, *call):
                return self._call_of(name, method, "/".join(call))(body)
        raise Refused(404, f"{method} /{'/'.join(path)} is not offered by this server.")

    def _call_of(self, name: str, method: str, call: str) -> Callable[[Json], Any]:
        collection = self.named(name)
        calls: dict[tuple[str, str], Callable[[Json], Any]] = {
            ("PUT", "index"): collection.index_field,
            ("PUT", "points"): collection.upsert,
            ("POST", "points"): collection.retrieve,
            ("POST", "points/delete"): collection.delete,
            ("POST", "points/payload"): collection.set_payload,
            ("POST", "points/scroll"): collection.scroll,
            ("POST", "points/count"): collection.count,
            ("POST", "facet"): collection.facet,
            ("POST", "points/query"): collection.query,
            ("POST", "points/query/batch"): collection.query_batch,
        }
        if (method, call) not in calls:
            raise Refused(404, f"{method} {call} of a collection is not offered by this server.")
        return calls[method, call]


class QdrantServer:
    """A running server with its faults. `requests` has the method and path of each request that came in."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", port: int = 0, api_key: str | None = None) -> None:
        """With an `api_key`, requests without it are answered with 401, but for `/readyz`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.api_key = api_key
        self.collections = Collections(folder)
        self.requests: list[str] = []
        owner = self

        class Handler(_Handler):
            qdrant = owner

        self._listener = Listener(Handler, host, port)
        self._dropping = False
        self._status: int | None = None
        self._going_on = threading.Event()
        self._going_on.set()

    @property
    def url(self) -> str:
        """The value for QDRANT_URL."""
        return f"http://127.0.0.1:{self._listener.port}"

    def stall(self) -> None:
        """Let requests wait until `heal`."""
        self._going_on.clear()

    def drop(self) -> None:
        """Close the connection of each request without an answer."""
        self._dropping = True

    def fail(self, status: int) -> None:
        """Answer each request with an error."""
        self._status = status

    def heal(self) -> None:
        """Answer requests again."""
        self._dropping, self._status = False, None
        self._going_on.set()

    def kill(self) -> None:
        """Stop listening and cut the open connections."""
        self._listener.kill()
        self.collections.close()

    def restart(self) -> None:
        """Listen, after `kill` on the port that was used before."""
        self.collections.open()
        self._listener.start()

    def close(self) -> None:
        """End every request, and listen no more."""
        self.heal()
        self.kill()

    def is_dropped(self) -> bool:
        """Wait for this request's turn; whether it is dropped. Raises Refused with the status of `fail`."""
        self._going_on.wait(_LONGEST_STALL_SECONDS)
        if self._status is not None:
            raise Refused(self._status, "the test lets this server fail")
        return self._dropping


@contextmanager
def running_qdrant(folder: Path) -> Iterator[QdrantServer]:
    """Run a server with its data in `folder` until the end of the block."""
    server = QdrantServer(folder)
    server.restart()
    try:
        yield server
    finally:
        server.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    qdrant: QdrantServer

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self._handle()

    def do_PUT(self) -> None:
        self._handle()

    def do_DELETE(self) -> None:
        self._handle()

    def _handle(self) -> None:
        path = urlsplit(self.path).path
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.qdrant.requests.append(f"{self.command} {path}")
        try:
            if self.qdrant.is_dropped():
                self.close_connection = True
                return
            names = [unquote(part) for part in path.strip("/").split("/")]
            if names == ["readyz"]:
                self._answer(200, {})
                return
            if self.qdrant.api_key not in (None, self.headers.get("api-key")):
                raise Refused(401, "Must provide an API key or an Authorization bearer token")
            result = self.qdrant.collections.answer(self.command, names, json.loads(content or b"{}"))
        except Refused as refused:
            self._answer(refused.status, {"status": {"error": str(refused)}, "time": 0.0})
        except Exception as error:
            # The engine's exceptions have no type of their own.
            self._answer(400, {"status": {"error": f"Wrong input: {error!r}"}, "time": 0.0})
        else:
            self._answer(200, {"result": result, "status": "ok", "time": 0.0})

    def _answer(self, status: int, body: Json) -> None:
        content = json.dumps(body).encode()
        with suppress(ConnectionError):  # the client gave up
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing on stderr."""


def _vector_params(given: Json) -> edge.EdgeVectorParams:
    multivector = given.get("multivector_config")
    return edge.EdgeVectorParams(
        given["size"],
        _DISTANCES[given["distance"]],
        multivector_config=edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim) if multivector else None,
        datatype=_DATATYPES[given.get("datatype") or "float32"],
    )


def _vector(given: Any) -> Any:
    return edge.SparseVector(given["indices"], given["values"]) if isinstance(given, dict) else given


def _query_request(body: Json) -> edge.QueryRequest:
    return edge.QueryRequest(
        limit=body.get("limit", 10),
        offset=body.get("offset"),
        prefetches=_prefetches(body),
        query=_query(body.get("query"), body.get("using")),
        filter=_filter(body.get("filter")),
        params=_params(body.get("params")),
        score_threshold=body.get("score_threshold"),
        with_payload=_payload_choice(body.get("with_payload")),
        with_vector=body.get("with_vector") or False,
    )


def _prefetches(body: Json) -> list[edge.Prefetch] | None:
    given = body.get("prefetch")
    if not given:
        return None
    return [
        edge.Prefetch(
            one.get("limit", 10),
            _query(one.get("query"), one.get("using")),
            _prefetches(one),
            filter=_filter(one.get("filter")),
            params=_params(one.get("params")),
            score_threshold=one.get("score_threshold"),
        )
        for one in (given if isinstance(given, list) else [given])
    ]


def _params(given: Json | None) -> edge.SearchParams | None:
    """Return the parameters of a search: which points count in the IDF. Raises Refused for others."""
    match {name: value for name, value in (given or {}).items() if value is not None}:
        case {"idf": {"corpus": corpus}, **rest} if not rest:
            return edge.SearchParams(idf=edge.IdfParams(_filter(corpus)))
        case nothing if not nothing:
            return None
    raise Refused(400, f"the parameters {given!r} are not offered by this server")


def _query(given: Any, using: str | None) -> Any:
    """Return how points are ranked: by their nearness to a vector, or by the fusion of the prefetched rankings."""
    match given:
        case {"rrf": settings}:
            return edge.Fusion.Rrf(k=settings.get("k") or 2, weights=settings.get("weights"))
        case {"fusion": "rrf"}:
            return edge.Fusion.Rrf(k=2)
        case {"nearest": vector}:
            return edge.Query.Nearest(_vector(vector), using=using)
        case [*_] | {"indices": _}:
            return edge.Query.Nearest(_vector(given), using=using)
    raise Refused(400, f"the query {given!r} is not offered by this server")


def _payload_choice(given: Any) -> Any:
    match given:
        case None:
            return False
        case {"exclude": fields}:
            return edge.PayloadSelector.Exclude(fields)
        case {"include": fields}:
            return edge.PayloadSelector.Include(fields)
    return given


def _filter(given: Json | None) -> edge.Filter | None:
    """Return a filter of the engine. Raises Refused for what is not offered."""
    if given is None:
        return None
    if unknown := {name for name, value in given.items() if value is not None} - set(_CLAUSES):
        raise Refused(400, f"the clauses {sorted(unknown)} of a filter are not offered by this server")
    clauses: dict[str, Any] = {}
    for name in _CLAUSES:
        conditions = given.get(name)
        if conditions is not None:
            clauses[name] = [_condition(one) for one in (conditions if isinstance(conditions, list) else [conditions])]
    return edge.Filter(**clauses)


def _condition(given: Json) -> Any:
    match {name: value for name, value in given.items() if value is not None}:
        case {"key": key, "match": wanted, **rest} if not rest:
            return edge.FieldCondition(key, match=_match(wanted))
        case {"is_empty": {"key": key}, **rest} if not rest:
            return edge.IsEmptyCondition(key)
        case {"is_null": {"key": key}, **rest} if not rest:
            return edge.IsNullCondition(key)
        case {"has_id": ids, **rest} if not rest:
            return edge.HasIdCondition(set(ids))
        case nested if set(nested) <= set(_CLAUSES):
            return _filter(nested)
    raise Refused(400, f"the condition {given!r} is not offered by this server")


def _match(given: Json) -> Any:
    match given:
        case {"value": value}:
            return edge.MatchValue(value)
        case {"any": values}:
            return edge.MatchAny(values)
        case {"except": values}:
            return edge.MatchExcept(values)
    raise Refused(400, f"the match {given!r} is not offered by this server")


def _record(point: Any) -> dict[str, Any]:
    return {"id": str(point.id), "payload": point.payload, "vector": _vectors_out(point.vector)}


def _scored(point: Any) -> dict[str, Any]:
    return {**_record(point), "version": point.version, "score": point.score}


def _vectors_out(vectors: Any) -> Any:
    if not isinstance(vectors, dict):
        return vectors
    return {
        name: {"indices": [*vector.indices], "values": [*vector.values]} if hasattr(vector, "indices") else vector
        for name, vector in vectors.items()
    }


def _serve(folder: str, port: str, key_file: str) -> None:
    """Serve on every address until SIGTERM, then write everything."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    server = QdrantServer(Path(folder), "0.0.0.0", int(port), Path(key_file).read_text(encoding="ascii").strip())
    server.restart()
    stop.wait()
    server.close()


if __name__ == "__main__":
    _serve(*sys.argv[1:])

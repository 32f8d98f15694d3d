#!/usr/bin/env bash
# qdrant-edge-py 0.9.0: the same hybrid query gives another first hit on the next call.
#
# One would guess: a query that is repeated on an unchanged shard returns the same points in the same order.
#
# What happens: points of equal score come in an order that differs from call to call, and in reciprocal rank fusion equal
# scores are the rule, not the exception: the best of one ranking and the best of the other score the same whenever
# each is as far down the other's ranking, or absent from it. With `limit` the cut falls by chance, too, so that a point is
# among the first hits in one call and not in the next. Sorting afterwards by score and id helps only when more than
# `limit` were fetched.
#
# Output seen:
#     scores of the first six hits: [0.524, 0.524, 0.358, 0.358, 0.276, 0.276]
#     first hits in 100 calls with limit 1: [0, 39]
#     orders of all 40 hits in 100 calls: more than 50
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check qdrant-edge-py==0.9.0
cat > "$folder/show.py" <<'PYTHON'
import tempfile

import qdrant_edge as edge

POINTS = 40
config = edge.EdgeConfig(
    vectors={"dense": edge.EdgeVectorParams(2, edge.Distance.Cosine)},
    sparse_vectors={"bm25": edge.EdgeSparseVectorParams()},
)
shard = edge.EdgeShard.create(tempfile.mkdtemp(dir="."), config)
# Each ranking alone has no equal scores: the dense one prefers low numbers, the sparse one high numbers.
points = [
    edge.Point(number, {"dense": [1.0, number / 100], "bm25": edge.SparseVector([7], [1.0 + number])}, {})
    for number in range(POINTS)
]
shard.update(edge.UpdateOperation.upsert_points(points))


def hits(limit: int):
    request = edge.QueryRequest(
        limit=limit,
        prefetches=[
            edge.Prefetch(limit=POINTS, query=edge.Query.Nearest([1.0, 0.0], using="dense")),
            edge.Prefetch(limit=POINTS, query=edge.Query.Nearest(edge.SparseVector([7], [1.0]), using="bm25")),
        ],
        query=edge.Fusion.Rrf(k=2),
    )
    return shard.query(request)


print(f"scores of the first six hits: {[round(hit.score, 3) for hit in hits(6)]}")
print(f"first hits in 100 calls with limit 1: {sorted({hits(1)[0].id for _ in range(100)})}")
orders = len({tuple(hit.id for hit in hits(POINTS)) for _ in range(100)})
print(f"orders of all 40 hits in 100 calls: {'more than 50' if orders > 50 else orders}")
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

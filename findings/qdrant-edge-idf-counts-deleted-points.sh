#!/usr/bin/env bash
# qdrant-edge-py 0.9.0: the IDF of a sparse vector counts deleted points until the shard is loaded again.
#
# One would guess: after points are deleted (at the latest after optimize()) the IDF modifier counts those that exist.
#
# What happens: neither deleting nor flush() nor optimize() changes it; closing and loading the shard does. A term
# that was common and has become rare keeps the weight of a common one for the life of the process: in a service that
# stays up, BM25 ranks by what the index once held. The formula is ln((N - n + 0.5) / (n + 0.5) + 1).
#
# Output seen:
#     50 of 100 points have the term: 0.693 (formula 0.693)
#     after deleting 49 of them:      0.693 (formula 3.546)
#     after flush():                  0.693
#     after optimize():               0.693
#     after close() and load():       3.546
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check qdrant-edge-py==0.9.0
cat > "$folder/show.py" <<'PYTHON'
import math
import tempfile

import qdrant_edge as edge

COMMON, OTHER = 7, 8


def formula(points: int, having: int) -> float:
    return math.log((points - having + 0.5) / (having + 0.5) + 1)


def idf(shard: edge.EdgeShard) -> float:
    """A query of weight 1 for one term, answered by a point of weight 1, scores the term's IDF."""
    query = edge.Query.Nearest(edge.SparseVector([COMMON], [1.0]), using="bm25")
    return shard.query(edge.QueryRequest(limit=1, query=query))[0].score


folder = tempfile.mkdtemp(dir=".")
config = edge.EdgeConfig(
    vectors={}, sparse_vectors={"bm25": edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)}
)
shard = edge.EdgeShard.create(folder, config)
points = [
    edge.Point(number, {"bm25": edge.SparseVector([COMMON if number < 50 else OTHER], [1.0])}, {})
    for number in range(100)
]
shard.update(edge.UpdateOperation.upsert_points(points))
print(f"50 of 100 points have the term: {idf(shard):.3f} (formula {formula(100, 50):.3f})")
shard.update(edge.UpdateOperation.delete_points(list(range(1, 50))))
print(f"after deleting 49 of them:      {idf(shard):.3f} (formula {formula(51, 1):.3f})")
shard.flush()
print(f"after flush():                  {idf(shard):.3f}")
shard.optimize()
print(f"after optimize():               {idf(shard):.3f}")
shard.close()
print(f"after close() and load():       {idf(edge.EdgeShard.load(folder)):.3f}")
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

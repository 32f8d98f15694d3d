#!/usr/bin/env bash
# qdrant-edge-py 0.9.0: a condition on a truth value is one on a number.
#
# One would guess: MatchValue(True), whose type is Union[str, int, bool], finds the points whose field is true.
#
# What happens: it finds those whose field is the number 1, and none that is true; MatchValue(False) finds 0. There is no
# error, with or without an index on the field. A facet over the field (with an index of the kind Bool) counts the truth
# values rightly. A Qdrant server, which gets the condition as JSON, does not have the fault.
#
# Output seen:
#     True: 1 point(s), [{'flag': 1}]
#     False: 0 point(s), []
#     facet: {'true': 2, 'false': 1}
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check qdrant-edge-py==0.9.0
cat > "$folder/show.py" <<'PYTHON'
import tempfile

import qdrant_edge as edge

folder = tempfile.mkdtemp(dir=".")
shard = edge.EdgeShard.create(folder, edge.EdgeConfig(sparse_vectors={"words": edge.EdgeSparseVectorParams()}))
shard.update(edge.UpdateOperation.create_field_index("flag", edge.PayloadSchemaType.Bool))
payloads = [{"flag": True}, {"flag": True}, {"flag": False}, {"flag": 1}]
shard.update(edge.UpdateOperation.upsert_points([edge.Point(id, {}, one) for id, one in enumerate(payloads)]))
counts = {}
for value in (True, False):
    only = edge.Filter(must=[edge.FieldCondition("flag", match=edge.MatchValue(value))])
    found, _ = shard.scroll(edge.ScrollRequest(limit=10, filter=only, with_payload=True))
    counts[value] = len(found)
    print(f"{value}: {len(found)} point(s), {[point.payload for point in found]}")
hits = shard.facet(edge.FacetRequest("flag", exact=True)).hits
facet = {str(hit.value).lower(): hit.count for hit in hits}
print(f"facet: {facet}")
raise SystemExit(0 if counts == {True: 1, False: 0} else "it is not as described")
PYTHON
(cd "$folder" && venv/bin/python show.py)

#!/usr/bin/env bash
# qdrant-edge-py 0.9.0: the memory of a segment that optimize() has replaced is held until flush().
#
# One would guess: optimize() copies the segment that is written to, with its postings and payload indexes in memory,
# into a segment in mapped files, and frees the old one when it returns; flush() is about the disk.
#
# What happens: the old segment's memory is given back at the next flush(). A process that writes and calls optimize()
# every few thousand points, and flushes once at the end, grows as if it had never called it.
#
# Output seen (anonymous memory that the points added, 30,000 of them with 40 terms and an indexed keyword each):
#     optimize() alone gives back less than a fifth of it
#     flush() behind it gives back more than half of it
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check qdrant-edge-py==0.9.0
cat > "$folder/show.py" <<'PYTHON'
import ctypes
import gc
import random
import tempfile
from pathlib import Path

import qdrant_edge as edge

POINTS = 30_000


def anonymous() -> int:
    """What this process holds in kilobytes, after the allocator has given back what it can."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/status").read_text().partition("RssAnon:")[2].split()[0])


config = edge.EdgeConfig(
    vectors={"dense": edge.EdgeVectorParams(64, edge.Distance.Cosine)},
    sparse_vectors={"words": edge.EdgeSparseVectorParams(memory=edge.Memory.Cold)},
    hnsw_config=edge.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=10_000),
    optimizers=edge.EdgeOptimizersConfig(indexing_threshold=1, default_segment_number=100),
    payload_memory=edge.Memory.Cold,
    id_tracker_memory=edge.Memory.Cold,
)
shard = edge.EdgeShard.create(tempfile.mkdtemp(dir="."), config)
shard.update(edge.UpdateOperation.create_field_index("page", edge.KeywordIndexParams(memory=edge.Memory.Cold)))
numbers = random.Random(0)
before = anonymous()
for first in range(0, POINTS, 500):
    batch = []
    for number in range(first, first + 500):
        terms = edge.SparseVector(sorted(numbers.sample(range(50_000), 40)), [1.0] * 40)
        vectors = {"dense": [numbers.random() for _ in range(64)], "words": terms}
        batch.append(edge.Point(number, vectors, {"page": f"page {number}"}))
    shard.update(edge.UpdateOperation.upsert_points(batch))
    del batch
shard.flush()
added = anonymous() - before


def given_back() -> float:
    return 1 - (anonymous() - before) / added


shard.optimize()
alone = given_back()
shard.flush()
print(f"optimize() alone gives back {'less than a fifth' if alone < 0.2 else 'a fifth or more'} of it")
print(f"flush() behind it gives back {'more than half' if given_back() > 0.5 else 'half or less'} of it")
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

#!/usr/bin/env bash
# qdrant-edge-py 0.9.0: optimize() keeps Python's interpreter lock from its beginning to its end.
#
# One would guess: like query() and update(), which other threads can run beside, a call that works for seconds in Rust
# lets the other threads of the process run.
#
# What happens: while optimize() builds the graph of 8,000 vectors, no other thread runs at all. A service that calls it
# in a thread answers nothing until it ends; with 75,000 vectors that takes minutes.
#
# Output seen:
#     a thread that wakes every 5 ms, beside update() of 8,000 vectors: it runs
#     a thread that wakes every 5 ms, beside optimize(): it does not run
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check qdrant-edge-py==0.9.0
cat > "$folder/show.py" <<'PYTHON'
import random
import tempfile
import threading
import time
from collections.abc import Callable

import qdrant_edge as edge


def beside(call: Callable[[], object]) -> str:
    """Whether a thread that wakes every 5 ms has a pause of more than half of the call's time."""
    ended = threading.Event()
    woken = [time.perf_counter()]

    def wake() -> None:
        while not ended.wait(0.005):
            woken.append(time.perf_counter())

    thread = threading.Thread(target=wake)
    thread.start()
    began = time.perf_counter()
    call()
    seconds = time.perf_counter() - began
    ended.set()
    thread.join()
    woken.append(time.perf_counter())
    pause = max(after - before for before, after in zip(woken, woken[1:]))
    return "it does not run" if pause > seconds / 2 else "it runs"


config = edge.EdgeConfig(vectors={"dense": edge.EdgeVectorParams(384, edge.Distance.Cosine)})
shard = edge.EdgeShard.create(tempfile.mkdtemp(dir="."), config)
numbers = random.Random(0)
points = [edge.Point(number, {"dense": [numbers.random() for _ in range(384)]}, {}) for number in range(8000)]


def write() -> None:
    for first in range(0, len(points), 100):
        shard.update(edge.UpdateOperation.upsert_points(points[first : first + 100]))


print(f"a thread that wakes every 5 ms, beside update() of 8,000 vectors: {beside(write)}")
print(f"a thread that wakes every 5 ms, beside optimize(): {beside(shard.optimize)}")
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

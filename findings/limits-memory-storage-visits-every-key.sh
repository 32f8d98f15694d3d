#!/usr/bin/env bash
# limits 5.8.0: MemoryStorage visits every key that it holds, in a thread of its own, after each request.
#
# One would guess: counting a request of one client in memory takes the same time however many other clients are known.
#
# What happens: a hit starts a timer of 10 ms, unless one is running, whose thread walks over all keys to drop what has
# expired. With 100,000 addresses known, which a public service sees in an hour, a hit takes a multiple of the processor
# time that it takes with 100 (36 times on a busy machine), and the walk holds the interpreter. Nothing bounds the number
# of keys. The storage in Redis has no such thread.
#
# Output seen (milliseconds differ from machine to machine, the ratio less):
#     100 keys:     processor time for a hit 0.7 ms
#     100,000 keys: processor time for a hit 25.4 ms
#     more than 10 times as much: yes
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check limits==5.8.0
cat > "$folder/show.py" <<'PYTHON'
import time

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

HITS = 30


def processor_ms_per_hit(known: int) -> float:
    limiter = FixedWindowRateLimiter(MemoryStorage())
    limit = RateLimitItemPerHour(1_000_000)
    for number in range(known):
        limiter.hit(limit, f"address {number}")
    time.sleep(0.5)
    began = time.process_time()
    for _ in range(HITS):
        limiter.hit(limit, "one client")
        # The timer of 10 ms has run when the next hit comes.
        time.sleep(0.2)
    return (time.process_time() - began) * 1000 / HITS


few, many = processor_ms_per_hit(100), processor_ms_per_hit(100_000)
print(f"100 keys:     processor time for a hit {few:.1f} ms")
print(f"100,000 keys: processor time for a hit {many:.1f} ms")
print(f"more than 10 times as much: {'yes' if many > 10 * few else 'no'}")
raise SystemExit(0 if many > 10 * few else 1)
PYTHON
"$folder/venv/bin/python" "$folder/show.py"

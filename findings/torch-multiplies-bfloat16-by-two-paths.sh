#!/usr/bin/env bash
# torch 2.13.0 on x86: in bfloat16 `a @ b` and F.linear(a, b) differ by a factor of up to sixty where the processor has
# no bfloat16 instructions, and which of them is faster depends on the processor.
#
# One would guess: both are one matrix product, so that timing either says how fast a model's layers run.
#
# What happens: with AVX2 only, F.linear goes through oneDNN and `@` does not, which is 60 times slower; with AVX-512
# without bfloat16 it is the other way round. float32 is faster than the better of the two on both. The restrictions
# are oneDNN's and ATen's own variables, which take effect on any newer processor.
#
# Output seen (one thread; billions of operations a second, 256 x 1024 by 1024 x 1024):
#     as with AVX2 only:             bfloat16 linear  11.4, @   0.2; float32 linear  40.7
#     as with AVX-512, no bfloat16:  bfloat16 linear   1.4, @  36.0; float32 linear  82.5
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
avx2=$(ONEDNN_MAX_CPU_ISA=AVX2 ATEN_CPU_CAPABILITY=avx2 venv/bin/python show.py)
echo "as with AVX2 only:             $avx2"
if grep -q avx512f /proc/cpuinfo; then
    avx512=$(ONEDNN_MAX_CPU_ISA=AVX512_CORE ATEN_CPU_CAPABILITY=avx512 venv/bin/python show.py)
    echo "as with AVX-512, no bfloat16:  $avx512"
fi
echo "$avx2" | awk '{ gsub(/[,;]/, ""); exit !($3 > 10 * $5 && $8 > 2 * $3) }'

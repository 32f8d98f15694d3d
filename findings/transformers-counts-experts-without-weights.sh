#!/usr/bin/env bash
# transformers 5.23.0: a LongCat-Flash model made from its configuration has a third more parameters than the published one.
#
# One would guess: the parameters of a model that is made from a configuration are those of the published checkpoint (560
# billion), so that they can be counted on the meta device.
#
# What happens: the 256 "zero experts" pass their input on and have no weights, but the class allocates gate and up
# projections for them, and no down projections: 741 billion parameters. Where the number of experts of the two stacks
# differs, the smaller one is right.
#
# Output seen:
#     parameters: 741.1 billion
#     experts with gate and up projections: 768
#     experts with down projections: 512
#     parameters with 512 of each: 560.7 billion
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 transformers==5.23.0
cat > "$folder/show.py" <<'PYTHON'
import torch
from transformers import AutoModelForCausalLM, LongcatFlashConfig

config = LongcatFlashConfig()
with torch.device("meta"):
    model = AutoModelForCausalLM.from_config(config)
count = sum(parameter.numel() for parameter in model.parameters())
experts = model.model.layers[0].mlp.experts
spare = len(experts.gate_up_proj) - len(experts.down_proj)
without = count - config.num_layers * spare * experts.gate_up_proj[0].numel()
print(f"parameters: {count / 1e9:.1f} billion")
print(f"experts with gate and up projections: {len(experts.gate_up_proj)}")
print(f"experts with down projections: {len(experts.down_proj)}")
print(f"parameters with {len(experts.down_proj)} of each: {without / 1e9:.1f} billion")
PYTHON
(cd "$folder" && HF_HUB_OFFLINE=1 venv/bin/python show.py 2>/dev/null) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

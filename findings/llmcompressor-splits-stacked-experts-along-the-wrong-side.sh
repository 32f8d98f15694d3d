#!/usr/bin/env bash
# llmcompressor 0.14.0.1: without the model in memory, transposed stacks of experts are split along the wrong side.
#
# One would guess: model_free_ptq makes of each stack `experts.gate_up_proj` the matrices gate_proj and up_proj of each
# expert, with as many columns as a layer has numbers, or refuses a layout that it does not know.
#
# What happens: gpt-oss and Llama 4 store this stack transposed, (experts, hidden size, 2 x intermediate size), and gpt-oss
# alternates the columns of gate and up. The stack is split in halves along its second dimension: the hidden size. Of a
# model with hidden size 256 and intermediate size 512, gate_proj becomes a matrix of 128 x 1024 in place of 512 x 256.
# The call ends without an error or a warning. vLLM cannot load the result. oneshot(), with the model in memory, knows
# both layouts.
#
# Output seen:
#     the stack gate_up_proj: (4, 256, 1024)
#     gate_proj of an expert, quantized: (128, 1024)
#     gate_proj of an expert, as the model reads it: (512, 256)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 llmcompressor==0.14.0.1 \
    compressed-tensors==0.19.0 transformers==5.17.0
cat > "$folder/show.py" <<'PYTHON'
import json
from pathlib import Path

import torch
from llmcompressor import model_free_ptq
from llmcompressor.modeling.moe.linearize import linearize_moe
from safetensors.torch import load_file
from transformers import GptOssConfig, GptOssForCausalLM

config = GptOssConfig(
    vocab_size=128, hidden_size=256, intermediate_size=512, num_hidden_layers=1, num_attention_heads=4,
    num_key_value_heads=2, head_dim=64, num_local_experts=4, num_experts_per_tok=2, layer_types=["full_attention"],
)
model = GptOssForCausalLM(config).to(torch.bfloat16)
model.save_pretrained("model")
settings = json.loads(Path("model/config.json").read_text())
settings.pop("quantization_config", None)
Path("model/config.json").write_text(json.dumps(settings))
stack = load_file("model/model.safetensors")["model.layers.0.mlp.experts.gate_up_proj"]
print(f"the stack gate_up_proj: {tuple(stack.shape)}")
model_free_ptq("model", "made", scheme="FP8_DYNAMIC", ignore=["lm_head", "re:.*router$", "re:.*embed_tokens$"])
made = load_file("made/model.safetensors")["model.layers.0.mlp.experts.0.gate_proj.weight"]
print(f"gate_proj of an expert, quantized: {tuple(made.shape)}")
model = GptOssForCausalLM.from_pretrained("model", dtype=torch.bfloat16)
linearize_moe(model)
read = dict(model.named_parameters())["model.layers.0.mlp.experts.0.gate_proj.weight"]
print(f"gate_proj of an expert, as the model reads it: {tuple(read.shape)}")
PYTHON
(cd "$folder" && HF_HUB_OFFLINE=1 venv/bin/python show.py 2> /dev/null) | grep -E '^(the stack|gate_proj of)' | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

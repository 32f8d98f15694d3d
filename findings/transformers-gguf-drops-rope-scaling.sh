#!/usr/bin/env bash
# transformers 5.23.0: a Llama 3.1 in GGUF is loaded without its scaled positions.
#
# One would guess: a GGUF file has all that a model computes with, and a reader that does not know a tensor says so.
# llama.cpp's converter stores the scaling of Llama 3.1 and later as a tensor, rope_freqs.weight, one factor for each
# frequency; llama.cpp applies it.
#
# What happens: transformers leaves the tensor out, reports no missing or unexpected key, and the configuration has the
# rope type "default". The model computes other positions than the file's, in short texts a little, in long ones much.
# The same file with and without the tensor gives the same model.
#
# Output seen:
#     rope type with the factors: default
#     missing keys: 0, unexpected keys: 0
#     largest difference of the logits, with and without the factors: 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
	torch==2.13.0 transformers==5.23.0 gguf==0.19.0 accelerate==1.15.0
cat > "$folder/show.py" <<'PYTHON'
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import gguf
import numpy as np
import torch
from transformers import AutoModelForCausalLM, GgufConfig


def write(name: str, factors: bool) -> None:
    writer, numbers = gguf.GGUFWriter(name, "llama"), np.random.default_rng(0)
    writer.add_block_count(1)
    writer.add_context_length(4096)
    writer.add_embedding_length(64)
    writer.add_feed_forward_length(128)
    writer.add_head_count(2)
    writer.add_head_count_kv(2)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(500000.0)
    writer.add_vocab_size(32)
    if factors:
        writer.add_tensor("rope_freqs.weight", np.linspace(1, 8, 16, dtype=np.float32))
    shapes = {"token_embd": (32, 64), "output_norm": (64,), "blk.0.attn_norm": (64,), "blk.0.ffn_norm": (64,)}
    shapes |= {f"blk.0.attn_{part}": (64, 64) for part in ("q", "k", "v", "output")}
    shapes |= {"blk.0.ffn_gate": (128, 64), "blk.0.ffn_up": (128, 64), "blk.0.ffn_down": (64, 128)}
    for tensor, shape in shapes.items():
        writer.add_tensor(f"{tensor}.weight", numbers.standard_normal(shape).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def load(name: str):
    return AutoModelForCausalLM.from_pretrained(
        ".", gguf_file=name, quantization_config=GgufConfig(dequantize=True), output_loading_info=True
    )


write("with.gguf", factors=True)
write("without.gguf", factors=False)
(scaled, loaded), (plain, _) = load("with.gguf"), load("without.gguf")
tokens = torch.arange(32).repeat(64)[None]
with torch.inference_mode():
    difference = (scaled(tokens).logits - plain(tokens).logits).abs().max().item()
print("rope type with the factors:", scaled.config.rope_parameters["rope_type"])
print(f"missing keys: {len(loaded['missing_keys'])}, unexpected keys: {len(loaded['unexpected_keys'])}")
print("largest difference of the logits, with and without the factors:", difference)
PYTHON
(cd "$folder" && venv/bin/python show.py 2>/dev/null) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

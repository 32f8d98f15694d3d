#!/usr/bin/env bash
# transformers 5.23.0: a multimodal model made from a published configuration may lack its output head.
#
# One would guess: whether input embedding and output head are one tensor is decided by the language model's own class, which
# for Mistral says no, where the published configuration (Mistral-Small-3.1) states nothing; so that a model made from
# the configuration has the parameters of the checkpoint, and those of one loaded from it.
#
# What happens: Mistral3Config has a default of its own, yes. A model made from the configuration shares one tensor, 0.67
# billion parameters less than the checkpoint; a model that is loaded keeps the checkpoint's head.
#
# Output seen:
#     the language model's default: False, the whole model's: True
#     made from the configuration: one tensor, 23.3 billion parameters
#     with the language model's default: two tensors, 24.0 billion parameters
#     loaded from a checkpoint with a head, by the same fields: two tensors
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check torch==2.13.0 transformers==5.23.0
cat > "$folder/show.py" <<'PYTHON'
import json
from pathlib import Path

import torch
from transformers import AutoModelForImageTextToText, Mistral3Config

TEXT = {
    "model_type": "mistral", "hidden_size": 5120, "intermediate_size": 32768, "num_hidden_layers": 40, "head_dim": 128,
    "num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 131072, "sliding_window": None,
}
VISION = {
    "model_type": "pixtral", "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24, "head_dim": 64,
    "num_attention_heads": 16, "image_size": 1540, "patch_size": 14,
}
SMALL = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 1, "num_attention_heads": 4, "head_dim": 16}


def made(text, vision, **more):
    config = Mistral3Config(text_config=text, vision_config=vision, vision_feature_layer=-1, **more)
    return AutoModelForImageTextToText.from_config(config)


def tensors(model):
    return "one tensor" if model.lm_head.weight is model.get_input_embeddings().weight else "two tensors"


def billions(model):
    return f"{sum(parameter.numel() for parameter in model.parameters()) / 1e9:.1f} billion parameters"


with torch.device("meta"):
    stated, by_text = made(TEXT, VISION), made(TEXT, VISION, tie_word_embeddings=False)
config = stated.config
print(f"the language model's default: {config.text_config.tie_word_embeddings}, the whole model's: {config.tie_word_embeddings}")
print(f"made from the configuration: {tensors(stated)}, {billions(stated)}")
print(f"with the language model's default: {tensors(by_text)}, {billions(by_text)}")

small = {"num_key_value_heads": 2, "vocab_size": 100, "model_type": "mistral", **SMALL}
made(small, {**VISION, **SMALL, "image_size": 28}, tie_word_embeddings=False).save_pretrained("saved")
file = Path("saved/config.json")
published = json.loads(file.read_text())
del published["tie_word_embeddings"]
published["text_config"].pop("tie_word_embeddings", None)
file.write_text(json.dumps(published))
loaded = AutoModelForImageTextToText.from_pretrained("saved")
print(f"loaded from a checkpoint with a head, by the same fields: {tensors(loaded)}")
PYTHON
(cd "$folder" && HF_HUB_OFFLINE=1 venv/bin/python show.py 2>/dev/null) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

"""A compression with data: layer after layer, with the samples running through the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .attention import use_fused_attention
from .layers import Layers, layers_folder
from .prefix import Prefix, is_exact
from .recipe import Recipe, make_recipe
from .samples import loader, tokenize


def compress_calibrated(job: dict[str, Any]) -> dict[str, Any]:
    """Compress the model, and return what the result says of it."""
    import torch
    from compressed_tensors.utils import patch_attr
    from llmcompressor import oneshot
    from llmcompressor.modeling.moe.linearize import linearize_moe
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(job["model"], local_files_only=True)
    rows, truncated = tokenize(tokenizer, job["samples"], job["max_tokens"])
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype="auto", local_files_only=True)
    # Stacks of experts are not quantized. LLM Compressor's loader of linear experts needs torchvision to be installed.
    linearize_moe(model)
    torch.manual_seed(0)
    prefix = Prefix(rows)
    use_fused_attention(prefix)
    with patch_attr(model.config, "_attn_implementation", "eager"):
        if prefix.length and not (job["kv_cache"] is None and is_exact(model, rows, prefix)):
            prefix.length = 0
    layers = Layers(layers_folder(job))
    recipe: Recipe = make_recipe(job, layers, model, prefix)
    oneshot(
        model=model,
        tokenizer=tokenizer,
        recipe=list(recipe.modifiers),
        pipeline=recipe.pipeline,
        dataset=loader(prefix.split(rows)),
        output_dir=job["out"],
    )
    return {
        "recipe": (Path(job["out"]) / "recipe.yaml").read_text(encoding="utf-8"),
        "samples": len(rows),
        "tokens": sum(map(len, rows)),
        "truncated": truncated,
        "kept_layers": layers.kept,
    }

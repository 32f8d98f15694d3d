"""A compression with data: layer after layer, with the samples running through the model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .attention import use_fused_attention
from .layers import Layers, layers_folder
from .recipe import Recipe, make_recipe
from .samples import dataset, tokenize


def compress_calibrated(job: dict[str, Any]) -> dict[str, Any]:
    """Compress the model, and return what the result says of it."""
    import torch
    from llmcompressor import oneshot
    from llmcompressor.modeling.moe.linearize import linearize_moe
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(job["model"], local_files_only=True)
    rows, truncated = tokenize(tokenizer, job["samples"], job["max_tokens"])
    model = AutoModelForCausalLM.from_pretrained(job["model"], dtype="auto", local_files_only=True)
    # Stacks of experts are not quantized. LLM Compressor's loader of linear experts needs torchvision to be installed.
    linearize_moe(model)
    torch.manual_seed(0)
    use_fused_attention()
    layers = Layers(layers_folder(job))
    recipe: Recipe = make_recipe(job, layers, model)
    oneshot(
        model=model,
        tokenizer=tokenizer,
        recipe=list(recipe.modifiers),
        pipeline=recipe.pipeline,
        dataset=dataset(rows),
        max_seq_length=job["max_tokens"],
        num_calibration_samples=len(rows),
        shuffle_calibration_samples=False,
        output_dir=job["out"],
    )
    return {
        "recipe": (Path(job["out"]) / "recipe.yaml").read_text(encoding="utf-8"),
        "samples": len(rows),
        "tokens": sum(map(len, rows)),
        "truncated": truncated,
        "kept_layers": layers.kept,
    }

"""The model in its types, with adapters where they are asked for.

full, bfloat16 in hardware    weights in float32, products in bfloat16 (autocast)
LoRA, bfloat16 in hardware    the base in bfloat16, adapters in float32, products in bfloat16
neither                       float32
"""

from __future__ import annotations

import contextlib
from typing import Any

from .attention import Branches


def load(job: dict[str, Any], branches: Branches) -> Any:
    """Return the model that is trained, on the accelerator where there is one."""
    import torch
    from transformers import AutoModelForCausalLM

    small = job["bfloat16"] and job["method"] == "lora"
    model = AutoModelForCausalLM.from_pretrained(
        job["model"],
        dtype=torch.bfloat16 if small else torch.float32,
        attn_implementation=branches.register(),
        local_files_only=True,
    )
    model.config.use_cache = False
    return _adapted(model.to(device()), job) if job["method"] == "lora" else model.to(device())


def _adapted(model: Any, job: dict[str, Any]) -> Any:
    from peft import LoraConfig, get_peft_model

    adapters = LoraConfig(
        r=job["lora_rank"], lora_alpha=2 * job["lora_rank"], target_modules="all-linear", task_type="CAUSAL_LM"
    )
    return get_peft_model(model, adapters)


def device() -> Any:
    """Return the accelerator, or the processor."""
    import torch

    return torch.accelerator.current_accelerator() or torch.device("cpu")


def in_its_types(bfloat16: bool) -> Any:
    """Return the context in which the model computes."""
    import torch

    return torch.autocast(device().type, dtype=torch.bfloat16) if bfloat16 else contextlib.nullcontext()

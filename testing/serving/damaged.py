"""A checkpoint with damage, as a failed conversion leaves it."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def damaged_checkpoint(source: Path, folder: Path, share: float = 1.0) -> Path:
    """Copy a checkpoint of one file, and mix noise into every second matrix of its layers; return the copy.

    `share` is the noise's part: 1 replaces the weights by noise of the same deviation, .1 leaves nine tenths of them.
    """
    shutil.copytree(source, folder)
    file = folder / "model.safetensors"
    weights = load_file(file)
    generator = torch.Generator().manual_seed(1)
    matrices = sorted(name for name, weight in weights.items() if weight.ndim == 2 and ".layers." in name)
    for name in matrices[::2]:
        weight = weights[name].float()
        noise = torch.randn(weight.shape, generator=generator) * weight.std()
        weights[name] = ((1 - share) * weight + share * noise).to(weights[name].dtype)
    save_file(weights, file, metadata={"format": "pt"})
    return folder

"""The layers that are solved, in files: a run that was cut off continues after them.

A layer whose file exists is not observed and solved again. The samples still run through it, since the next layer
needs its output.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .hessians import derived

PACKAGES = ("llmcompressor", "compressed-tensors", "torch", "transformers")


def layers_folder(job: dict[str, Any]) -> Path:
    """Return the folder for solved layers: one for each set of versions, since others may solve a layer differently."""
    folder = Path(job["layers"]) / "-".join(version(name) for name in PACKAGES)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Layers:
    """The files of solved layers, in their order; `kept` counts those of an earlier run."""

    def __init__(self, folder: Path) -> None:
        self._files = (folder / f"{number}.safetensors" for number in itertools.count())
        self.current = next(self._files)
        self.kept = 0

    def move_on(self, *, kept: bool) -> None:
        """Go to the next layer."""
        self.kept += kept
        self.current = next(self._files)


def resumable(kind: Any, layers: Layers) -> Any:
    """Return a modifier that solves layer after layer, and continues where an earlier run was cut off."""

    def calibrate_module(self: Any, module: Any, inputs: Any, output: Any) -> None:
        if not layers.current.exists():
            kind.calibrate_module(self, module, inputs, output)

    def on_sequential_epoch_end(self: Any, state: Any, event: Any, modules: Sequence[Any], **rest: Any) -> None:
        kept = layers.current.exists()
        if kept:
            restore_layer(state.model, modules, layers.current)
        else:
            kind.on_sequential_epoch_end(self, state, event, modules=modules, **rest)
            if any(module in self._module_names for module in modules):
                keep_layer(state.model, modules, layers.current)
        layers.move_on(kept=kept)

    return derived(kind, {"calibrate_module": calibrate_module, "on_sequential_epoch_end": on_sequential_epoch_end})


def keep_layer(model: Any, modules: Sequence[Any], file: Path) -> None:
    """Write every tensor of these modules except the embeddings, which are never changed."""
    from safetensors.torch import save_file

    tensors = {
        f"{name}:{key}": tensor.detach().cpu().contiguous()
        for name, module in names_of(model, modules)
        for key, tensor in (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
    }
    half = file.with_suffix(".half")
    save_file(tensors, half)
    with half.open("rb") as written:
        os.fsync(written.fileno())
    half.replace(file)


def restore_layer(model: Any, modules: Sequence[Any], file: Path) -> None:
    """Load what `keep_layer` wrote into the modules."""
    from compressed_tensors.utils import update_offload_parameter
    from safetensors.torch import load_file

    named = dict(names_of(model, modules))
    for name, tensor in load_file(file).items():
        module, _, key = name.rpartition(":")
        update_offload_parameter(named[module], key, tensor)


def names_of(model: Any, modules: Sequence[Any]) -> list[tuple[str, Any]]:
    """Return the modules that a layer changes, with their names."""
    from torch.nn import Embedding

    names = {module: name for name, module in model.named_modules()}
    return [(names[module], module) for module in modules if not isinstance(module, Embedding)]

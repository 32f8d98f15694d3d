"""What vLLM reserves for models: run by the Python of an environment with vLLM, never imported by the rest.

    python worker.py JOB.json

The job: `models` (a list of {"name", "config"}: configurations without their quantization), `tensor` (sizes of tensor
parallelism), `result` (the file for the answer). The answer has one object a model:

    {"name", "context", "block", "weights": [[name, shape] …], "layers": {"1": [[layer, {…}] …], …},
     "refused": {"2": "why"}}

A layer is {"kind", "block", "page_bytes", "window", "width", "states", "state_bytes"}: the class of vLLM's
specification, tokens and bytes of a page on one GPU, and bytes of a number; of a layer with a state, how many states a
request keeps, and the bytes of one. A model that vLLM cannot build is {"name", "error"}.

The model is built on PyTorch's meta device, without weights; its layers are asked for the specification that vLLM plans
its cache with. No GPU is needed, and nothing is sent: sizes of tensor parallelism are pretended. Sparse attention has
no backend for processors, so that the one for GPUs is named instead. The dtype of a state is the one on a GPU.
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

_WORST = 300
"""Characters of an error that are kept."""
_OTHER_NAMES = {
    "n_embd": "hidden_size",
    "n_layer": "num_hidden_layers",
    "num_layers": "num_hidden_layers",
    "n_head": "num_attention_heads",
}
"""Names of fields in checkpoints' own classes, and those that vLLM reads."""


def main() -> None:
    """Answer the job that the file names."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder))
        answers = [describe(model, job["tensor"], Path(folder)) for model in job["models"]]
    Path(job["result"]).write_text(json.dumps(answers), encoding="utf-8")


def prepare(folder: Path) -> None:
    """Make vLLM build models in this one process, as it would for a GPU."""
    import torch
    from vllm import model_executor  # noqa: F401
    from vllm.config import VllmConfig, set_current_vllm_config
    from vllm.distributed import init_distributed_environment, initialize_model_parallel
    from vllm.model_executor.models import registry
    from vllm.platforms import current_platform
    from vllm.triton_utils import triton
    from vllm.v1.worker.workspace import init_workspace_manager

    # Each class would be inspected in a process of its own, so that CUDA is not started: there is none to start.
    registry._run_in_subprocess = lambda function: function()
    # A plan is for GPUs. With the first of these instructions vLLM keeps states in float32 on a processor; without the
    # second it turns prefix caching off for latent attention.
    torch.cpu._is_avx512_bf16_supported = lambda: False
    torch.cpu._is_amx_tile_supported = lambda: True
    platform = type(current_platform)
    chosen = platform.get_attn_backend_cls

    def backend(selected_backend: Any, attn_selector_config: Any, num_heads: int | None = None) -> str:
        if attn_selector_config.use_sparse:
            return "vllm.v1.attention.backends.mla.flashmla_sparse.FlashMLASparseBackend"
        return str(chosen(selected_backend, attn_selector_config, num_heads))

    platform.get_attn_backend_cls = staticmethod(backend)
    _accept_any_experts()
    _read_zeros()
    init_workspace_manager(torch.device("meta"))
    torch.accelerator.empty_cache = lambda: None
    if not hasattr(triton, "set_allocator"):
        triton.set_allocator = lambda _: None
    with set_current_vllm_config(VllmConfig()):
        init_distributed_environment(1, 0, f"file://{folder}/store", 0, "gloo")
        initialize_model_parallel(1)


def _read_zeros() -> None:
    """Read zeros from the meta device: a few models read a constant of theirs while they are built."""
    import torch

    tensor: Any = torch.Tensor
    item, tolist, cpu = tensor.item, tensor.tolist, tensor.cpu
    tensor.item = lambda self: 0.0 if self.is_meta else item(self)
    tensor.tolist = lambda self: tolist(torch.zeros(self.shape, device="cpu")) if self.is_meta else tolist(self)
    tensor.cpu = lambda self, *args, **given: self if self.is_meta else cpu(self, *args, **given)


def _accept_any_experts() -> None:
    """Accept experts of widths that the processor's kernel does not have: no kernel runs."""
    from vllm.model_executor.layers.fused_moe import unquantized_fused_moe_method as method
    from vllm.model_executor.layers.fused_moe.oracle import unquantized

    choose = method.select_unquantized_moe_backend

    def select(moe_config: Any) -> Any:
        try:
            return choose(moe_config)
        except NotImplementedError:
            backend = unquantized.UnquantizedMoeBackend.CPU
            return backend, unquantized.backend_to_kernel_cls(backend)[0]

    method.select_unquantized_moe_backend = select


def _accept_any_type(stated: Mapping[str, Any]) -> None:
    """Read a type that is a checkpoint's own code as its fields: vLLM may have the model, and no code is run."""
    from transformers import AutoConfig, PretrainedConfig
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES  # type: ignore[attr-defined]
    from vllm.transformers_utils.config import _CONFIG_REGISTRY

    kind = stated.get("model_type")
    if not isinstance(kind, str) or kind in CONFIG_MAPPING_NAMES or kind in _CONFIG_REGISTRY:
        return
    # The library reads the context while it builds the object, before the object has the fields that it was given.
    fields = {name: value for name, value in stated.items() if not hasattr(PretrainedConfig, name)}
    names = {usual: other for other, usual in _OTHER_NAMES.items() if other in stated and usual not in stated}
    about = {**fields, "model_type": kind, "attribute_map": names}
    AutoConfig.register(kind, type("StatedConfig", (PretrainedConfig,), about), exist_ok=True)


def describe(model: Mapping[str, Any], tensor: Sequence[int], folder: Path) -> dict[str, Any]:
    """Return what vLLM says about one model."""
    home = folder / "model"
    home.mkdir(exist_ok=True)
    (home / "config.json").write_text(json.dumps(model["config"]), encoding="utf-8")
    about: dict[str, Any] = {"name": model["name"], "layers": {}, "refused": {}}
    try:
        _accept_any_type(model["config"])
        config = configure(home)
    except Exception as error:
        return {"name": model["name"], "error": reason(error)}
    for size in tensor:
        try:
            with devices(size, config):
                built = build(config)
                about["layers"][str(size)] = [
                    [name, layer] for name, spec in specifications(config) if (layer := read_spec(spec, config))
                ]
        except Exception as error:
            if "weights" not in about:
                return {"name": model["name"], "error": reason(error)}
            about["refused"][str(size)] = reason(error)
            continue
        if "weights" not in about:
            about["context"] = context(config.model_config)
            about["block"] = config.cache_config.block_size
            about["weights"] = [[name, list(weight.shape)] for name, weight in built.named_parameters()]
    return about


def reason(error: Exception) -> str:
    """Return an error in a line of at most _WORST characters, without what pydantic puts around it."""
    line = " ".join(f"{type(error).__name__}: {error}".split())
    line = line.partition("Value error, ")[2] or line
    line = line.partition(" [type=")[0].rstrip(".")
    return line if len(line) <= _WORST else line[: _WORST - 1] + "…"


@contextmanager
def devices(size: int, config: Any) -> Iterator[None]:
    """Pretend that so many GPUs share each layer, and that this process has the first one's part."""
    from vllm.distributed import parallel_state

    group = parallel_state.get_tp_group()
    group.world_size = size
    config.parallel_config.tensor_parallel_size = size
    config.compilation_config.static_forward_context.clear()
    try:
        yield
    finally:
        group.world_size = 1


def configure(home: Path) -> Any:
    """Return vLLM's configuration for a folder with a config.json, as `model serve` asks for it."""
    from vllm.engine.arg_utils import EngineArgs

    return EngineArgs(
        model=str(home),
        runner="generate",
        skip_tokenizer_init=True,
        load_format="dummy",
        dtype="bfloat16",
        enforce_eager=True,
        enable_prefix_caching=True,
        kv_cache_memory_bytes=1 << 30,
    ).create_engine_config()


def build(config: Any) -> Any:
    """Return vLLM's model on the meta device."""
    import torch
    from vllm.config import set_current_vllm_config
    from vllm.model_executor.model_loader.utils import initialize_model
    from vllm.utils.torch_utils import set_default_torch_dtype

    config.model_config.verify_with_parallel_config(config.parallel_config)
    with set_current_vllm_config(config), set_default_torch_dtype(torch.bfloat16), torch.device("meta"):
        return initialize_model(config)


def context(model: Any) -> int | None:
    """Return the longest request; None where no field of the configuration states it, and vLLM would assume 2,048."""
    derived, _ = model.model_arch_config.derived_max_model_len_and_key
    if derived == float("inf"):
        return None
    # Of a model with LongRoPE vLLM reads the shorter context by default, and the longer one if asked.
    return int(max(derived, model.max_model_len))


def specifications(config: Any) -> Iterator[tuple[str, Any]]:
    """Yield the specification of each layer that has a cache of its own, as vLLM's model runner collects them."""
    from vllm.config import set_current_vllm_config
    from vllm.model_executor.layers.attention_layer_base import AttentionLayerBase

    with set_current_vllm_config(config):
        for name, layer in config.compilation_config.static_forward_context.items():
            if not isinstance(layer, AttentionLayerBase) or getattr(layer, "kv_sharing_target_layer_name", None):
                continue
            spec = layer.get_kv_cache_spec(config)
            if spec is not None:
                yield name, spec


def read_spec(spec: Any, config: Any) -> dict[str, Any] | None:
    """Return a specification as numbers."""
    from vllm.utils.torch_utils import get_dtype_size

    kind = type(spec).__name__
    if kind == "MambaSpec":
        page = spec.real_page_size_bytes
        states = spec.max_memory_usage_bytes(config) // spec.page_size_bytes
        return {"kind": kind, "states": states, "state_bytes": page}
    window = getattr(spec, "sliding_window", None) or getattr(spec, "attention_chunk_size", None)
    return {
        "kind": kind,
        "block": spec.block_size,
        "page_bytes": spec.real_page_size_bytes,
        "window": window,
        "width": get_dtype_size(spec.dtype),
    }


if __name__ == "__main__":
    os.environ.update(VLLM_LOGGING_LEVEL="ERROR", VLLM_NO_USAGE_STATS="1", HF_HUB_OFFLINE="1")
    main()

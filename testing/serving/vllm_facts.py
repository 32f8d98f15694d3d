"""Run by vLLM's Python: what the installed vLLM says of flags, kernels and sizes of the cache. JSON in, JSON out."""

import json
import sys
from pathlib import Path
from typing import Any

import torch
import vllm
from vllm.engine.arg_utils import EngineArgs
from vllm.entrypoints.launchers.cli_args import make_arg_parser
from vllm.model_executor.kernels import linear
from vllm.model_executor.layers.fused_moe.experts import cpu_moe
from vllm.model_executor.layers.quantization.utils import quant_utils
from vllm.platforms import PlatformEnum
from vllm.utils.argparse_utils import FlexibleArgumentParser
from vllm.v1.core.kv_cache_utils import get_kv_cache_configs
from vllm.v1.kv_cache_interface import FullAttentionSpec, KVCacheSpec, SlidingWindowSpec

KERNELS = {
    "w4a16": "_POSSIBLE_KERNELS",
    "w8a8": "_POSSIBLE_INT8_KERNELS",
    "fp8": "_POSSIBLE_FP8_KERNELS",
    "fp8-block": "_POSSIBLE_FP8_BLOCK_KERNELS",
    "fp8-weights": "_POSSIBLE_WFP8A16_KERNELS",
    "mxfp8": "_POSSIBLE_MXFP8_KERNELS",
    "nvfp4": "_POSSIBLE_NVFP4_KERNELS",
    "mxfp4": "_POSSIBLE_MXFP4_KERNELS",
}
EXPERTS = ("CPUExpertsInt8", "CPUExpertsInt4", "CPUExpertsFp8", "CPUExpertsFp8W8A8", "CPUExpertsMxfp4")
EXPERT_KEYS = {
    "w8a8": ("kInt8StaticChannelSym", "kInt8DynamicTokenSym"),
    "w4a16": ("kInt4Static", None),
    "fp8": ("kFp8StaticChannelSym", "kFp8DynamicTokenSym"),
    "fp8-block": ("kFp8Static128BlockSym", "kFp8Dynamic128Sym"),
}


def main() -> None:
    asked = json.loads(sys.stdin.read())
    parser = make_arg_parser(FlexibleArgumentParser())
    parsed = [{name: str(value) for name, value in vars(parser.parse_args(plan)).items()} for plan in asked["plans"]]
    kernels = {
        kind: [kernel.__name__ for kernel in getattr(linear, table).get(PlatformEnum.CPU, [])]
        for kind, table in KERNELS.items()
    }
    config = EngineArgs(model=asked["model"], enforce_eager=True, kv_cache_memory_bytes=1 << 30).create_engine_config()
    # The engine resolves it before it plans the cache; the attention of processors has this one.
    config.cache_config.kv_cache_layout = "LBHNC"
    enough = [[_is_enough(config, pool, pool["bytes"] - less) for less in (0, 1)] for pool in asked["pools"]]
    narrow_build = Path(vllm.__file__).with_name("_C_AVX2.abi3.so").read_bytes()
    facts = {
        "parsed": parsed,
        "kernels": kernels,
        "experts": {kind: experts(kind) for kind in EXPERT_KEYS},
        "enough": enough,
        "avx2_w4a16": b"cpu_gemm_wna16" in narrow_build,
    }
    Path(sys.argv[1]).write_text(json.dumps(facts), encoding="utf-8")


def _is_enough(config: Any, pool: dict[str, Any], size: int) -> bool:
    """Return whether vLLM plans a cache of this size for a request of so many tokens, or refuses it."""
    config.model_config.max_model_len = pool["tokens"]
    layers = {f"layers.{number}": _layer(pool, window) for number, window in enumerate(pool["windows"])}
    try:
        get_kv_cache_configs(config, [layers], [size])
    except ValueError as error:
        if "KV cache is needed" not in str(error):
            raise
        return False
    return True


def _layer(pool: dict[str, Any], window: int | None) -> KVCacheSpec:
    heads = {"num_kv_heads": 1, "head_size": pool["values"] // 2, "dtype": torch.bfloat16}
    if window is None:
        return FullAttentionSpec(block_size=128, **heads)
    return SlidingWindowSpec(block_size=128, sliding_window=window, **heads)


def experts(kind: str) -> dict[str, bool]:
    """Return the kernels for experts on x86 that take such weights, and whether this processor has what each needs."""
    keys = [key and getattr(quant_utils, key) for key in EXPERT_KEYS[kind]]
    kernels = [getattr(cpu_moe, name) for name in EXPERTS]
    return {
        kernel.__name__: kernel._supports_current_device() for kernel in kernels if kernel._supports_quant_scheme(*keys)
    }


if __name__ == "__main__":
    main()

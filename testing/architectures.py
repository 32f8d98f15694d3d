"""Configurations of many architectures, made from transformers' own classes at sizes that are no class's default.

Each is small in width and has enough layers for every kind of layer that the architecture mixes. Some are in the form
in which they are published: with the names of a checkpoint's own code, nested in a multimodal model, or incomplete.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DENSE: dict[str, Any] = {
    "hidden_size": 768,
    "num_hidden_layers": 6,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 64,
    "intermediate_size": 2560,
    "vocab_size": 40960,
    "max_position_embeddings": 16384,
}
_EXPERTS: dict[str, Any] = {
    **_DENSE,
    "num_experts": 16,
    "num_local_experts": 16,
    "n_routed_experts": 16,
    "num_experts_per_tok": 4,
    "moe_intermediate_size": 512,
}
_LATENT: dict[str, Any] = {
    "hidden_size": 768,
    "num_hidden_layers": 6,
    "num_attention_heads": 16,
    "num_key_value_heads": 16,
    "intermediate_size": 2560,
    "vocab_size": 40960,
    "max_position_embeddings": 16384,
    "q_lora_rank": 384,
    "kv_lora_rank": 512,
    "qk_nope_head_dim": 128,
    "qk_rope_head_dim": 64,
    "v_head_dim": 128,
    "n_routed_experts": 16,
    "num_experts_per_tok": 4,
    "moe_intermediate_size": 512,
    "n_shared_experts": 1,
    "n_group": 4,
    "topk_group": 2,
    "first_k_dense_replace": 1,
}
_MAMBA2: dict[str, Any] = {"mamba_n_heads": 24, "mamba_d_head": 64, "mamba_d_state": 64, "mamba_expand": 2}
_SLIDING = ["sliding_attention", "sliding_attention", "full_attention"] * 2
_DELTA = ["linear_attention", "linear_attention", "linear_attention", "full_attention"] * 2
_DELTA_NET: dict[str, Any] = {
    "num_hidden_layers": 8,
    "layer_types": _DELTA,
    "linear_num_key_heads": 8,
    "linear_num_value_heads": 16,
    "linear_key_head_dim": 64,
    "linear_value_head_dim": 64,
}
_GPT2: dict[str, Any] = {"n_embd": 768, "n_layer": 6, "n_head": 12, "vocab_size": 40960, "n_positions": 2048}

FROM_CLASSES: Mapping[str, dict[str, Any]] = {
    "afmoe": {**_EXPERTS, "num_dense_layers": 1, "num_shared_experts": 1, "layer_types": _SLIDING,
              "sliding_window": 512},
    "apertus": _DENSE,
    "arcee": _DENSE,
    "bamba": {**_DENSE, **_MAMBA2, "attn_layer_indices": [2, 5], "mamba_n_groups": 1},
    "bloom": {"hidden_size": 768, "n_layer": 6, "n_head": 12, "vocab_size": 40960},
    "cohere": _DENSE,
    "cohere2": {**_DENSE, "layer_types": _SLIDING, "sliding_window": 1024},
    "deepseek_v2": {**_LATENT, "topk_method": "greedy", "n_group": 1, "topk_group": 1},
    "deepseek_v3": _LATENT,
    "deepseek_v32": {**_LATENT, "index_n_heads": 16, "index_head_dim": 128, "index_topk": 512},
    "dots1": {**_EXPERTS, "n_shared_experts": 1, "first_k_dense_replace": 1, "n_group": 1, "topk_group": 1},
    "ernie4_5": _DENSE,
    "ernie4_5_moe": {**_DENSE, "moe_num_experts": 16, "moe_k": 4, "moe_intermediate_size": 512,
                     "moe_num_shared_experts": 2, "moe_layer_start_index": 1, "moe_layer_end_index": 5,
                     "moe_layer_interval": 1},
    "exaone4": {**_DENSE, "layer_types": _SLIDING, "sliding_window": 1024},
    "exaone_moe": {**_EXPERTS, "layer_types": _SLIDING, "sliding_window": 1024, "n_group": 1, "topk_group": 1,
                   "num_shared_experts": 1, "first_k_dense_replace": 1, "mlp_layer_types": ["dense"] + ["sparse"] * 5},
    "falcon": {"hidden_size": 768, "num_hidden_layers": 6, "num_attention_heads": 12, "num_kv_heads": 4,
               "new_decoder_architecture": True, "vocab_size": 40960},
    "falcon_h1": {**_DENSE, "mamba_d_ssm": 1024, "mamba_n_heads": 16, "mamba_d_head": 64, "mamba_d_state": 64,
                  "mamba_n_groups": 1},
    "falcon_mamba": {"hidden_size": 768, "num_hidden_layers": 6, "state_size": 16, "vocab_size": 40960},
    "flex_olmo": {**_EXPERTS, "num_key_value_heads": 8},
    "gemma": _DENSE,
    "gemma2": {**_DENSE, "sliding_window": 1024},
    "gemma3_text": {**_DENSE, "num_hidden_layers": 8, "sliding_window": 512},
    "gemma3n_text": {**_DENSE, "num_hidden_layers": 10, "intermediate_size": [2560] * 10, "num_kv_shared_layers": 5,
                     "hidden_size_per_layer_input": 64, "vocab_size_per_layer_input": 40960, "layer_types": (
                         ["sliding_attention"] * 4 + ["full_attention"]) * 2,
                     "activation_sparsity_pattern": [0.0] * 10, "sliding_window": 512},
    "gemma4_text": {**_DENSE, "num_hidden_layers": 12, "num_kv_shared_layers": 0, "hidden_size_per_layer_input": 0,
                    "sliding_window": 512, "global_head_dim": 128},
    "glm": {**_DENSE},
    "glm4": {**_DENSE},
    "glm4_moe": {**_EXPERTS, "n_shared_experts": 1, "first_k_dense_replace": 1, "n_group": 1, "topk_group": 1},
    "glm4_moe_lite": {**_LATENT, "n_group": 1, "topk_group": 1},
    "glm_moe_dsa": {**_LATENT, "index_n_heads": 16, "index_head_dim": 128, "index_topk": 512},
    "gpt2": _GPT2,
    "gpt_bigcode": {**_GPT2, "multi_query": True},
    "gpt_neox": {**_DENSE},
    "gpt_oss": {**_EXPERTS, "layer_types": ["sliding_attention", "full_attention"] * 3, "sliding_window": 128},
    "gptj": {**_GPT2, "rotary_dim": 32},
    "granite": _DENSE,
    "granitemoe": _EXPERTS,
    "granitemoehybrid": {**_EXPERTS, **_MAMBA2, "mamba_n_groups": 1, "layer_types": ["mamba", "mamba", "attention"] * 2,
                         "shared_intermediate_size": 1024},
    "granitemoeshared": {**_EXPERTS, "shared_intermediate_size": 1024},
    "helium": _DENSE,
    "hunyuan_v1_dense": _DENSE,
    "hunyuan_v1_moe": {**_EXPERTS, "moe_topk": 4, "num_shared_expert": 1},
    "hyperclovax": _DENSE,
    "jais2": _DENSE,
    "jamba": {**_EXPERTS, "num_hidden_layers": 8, "attn_layer_period": 4, "attn_layer_offset": 2, "mamba_d_state": 16,
              "mamba_dt_rank": 48},
    "kimi_linear": {**_LATENT, "num_experts": 16, "num_experts_per_token": 4},
    "lfm2": {**_DENSE, "layer_types": ["conv", "conv", "full_attention"] * 2, "conv_dim": 768, "conv_dim_out": 768,
             "block_auto_adjust_ff_dim": False},
    "lfm2_moe": {**_EXPERTS, "layer_types": ["conv", "conv", "full_attention"] * 2, "num_dense_layers": 2},
    "llama": _DENSE,
    "llama4_text": {**_EXPERTS, "intermediate_size_mlp": 4096, "num_experts_per_tok": 1, "num_hidden_layers": 8,
                    "interleave_moe_layer_step": 2, "attention_chunk_size": 1024},
    "longcat_flash": {**_LATENT, "num_layers": 4, "ffn_hidden_size": 2048, "expert_ffn_hidden_size": 512, "moe_topk": 4,
                      "zero_expert_num": 8},
    "mamba": {"hidden_size": 768, "num_hidden_layers": 6, "state_size": 16, "vocab_size": 40960},
    "mamba2": {"hidden_size": 768, "num_hidden_layers": 6, "state_size": 64, "num_heads": 24, "head_dim": 64,
               "n_groups": 1, "vocab_size": 40960},
    "minimax": {**_EXPERTS, "layer_types": ["linear_attention", "full_attention"] * 3},
    "minimax_m2": _EXPERTS,
    "ministral": {**_DENSE, "layer_types": ["full_attention"] * 6},
    "ministral3": _DENSE,
    "mistral": {**_DENSE, "sliding_window": 1024},
    "mixtral": {**_EXPERTS, "sliding_window": None},
    "mpt": {"d_model": 768, "n_layers": 6, "n_heads": 12, "vocab_size": 40960},
    "nemotron": _DENSE,
    "nemotron_h": {**_DENSE, "layers_block_type": ["mamba", "mlp", "attention"] * 2, "mamba_num_heads": 24,
                   "n_groups": 8, "mamba_head_dim": 64, "ssm_state_size": 64},
    "olmo": _DENSE,
    "olmo2": _DENSE,
    "olmo3": {**_DENSE, "layer_types": _SLIDING, "sliding_window": 1024},
    "olmo_hybrid": {**_DENSE, **_DELTA_NET},
    "olmoe": _EXPERTS,
    "opt": {"hidden_size": 768, "num_hidden_layers": 6, "num_attention_heads": 12, "ffn_dim": 2560, "vocab_size": 40960,
            "word_embed_proj_dim": 768, "max_position_embeddings": 2048},
    "persimmon": _DENSE,
    "phi": _DENSE,
    "phi3": {**_DENSE, "head_dim": 48},
    "phimoe": {**_EXPERTS},
    "qwen2": {**_DENSE, "head_dim": 48},
    "qwen2_moe": {**_EXPERTS, "shared_expert_intermediate_size": 1024},
    "qwen3": _DENSE,
    "qwen3_5_moe_text": {**_EXPERTS, **_DELTA_NET, "shared_expert_intermediate_size": 1024},
    "qwen3_5_text": {**_DENSE, **_DELTA_NET},
    "qwen3_moe": _EXPERTS,
    "qwen3_next": {**_EXPERTS, **_DELTA_NET, "shared_expert_intermediate_size": 1024},
    "seed_oss": _DENSE,
    "smollm3": _DENSE,
    "solar_open": {**_EXPERTS, "n_shared_experts": 1, "n_group": 1, "topk_group": 1},
    "stablelm": _DENSE,
    "starcoder2": _DENSE,
    "vaultgemma": {**_DENSE, "layer_types": _SLIDING, "sliding_window": 512},
    "youtu": {**_LATENT},
    "zamba2": {**_DENSE, "num_key_value_heads": 16, "num_hidden_layers": 6, "mamba_d_state": 64,
               "layers_block_type": ["mamba", "mamba", "hybrid"] * 2,
               "mamba_headdim": 64, "num_mem_blocks": 1, "adapter_rank": 32, "attention_hidden_size": 1536,
               "attention_head_dim": 96, "num_query_groups": 16, "n_mamba_heads": 24, "mamba_ngroups": 1},
}  # fmt: skip
"""The fields that each is made with, by its `model_type`; the rest are the class's defaults."""

OWN_CODE: Mapping[str, dict[str, Any]] = {
    "internlm2": {**_DENSE, "model_type": "internlm2", "architectures": ["InternLM2ForCausalLM"], "hidden_act": "silu",
                  "bias": False, "rms_norm_eps": 1e-5, "rope_theta": 1e6, "rope_scaling": None, "head_dim": 48,
                  "tie_word_embeddings": False},
    "exaone": {"model_type": "exaone", "architectures": ["ExaoneForCausalLM"], "activation_function": "silu",
               "layer_norm_epsilon": 1e-5, "num_layers": 6, "hidden_size": 768, "intermediate_size": 2560,
               "num_attention_heads": 16, "num_key_value_heads": 8, "head_dim": 48, "vocab_size": 40960,
               "max_position_embeddings": 16384, "rope_theta": 1e6, "tie_word_embeddings": False},
}  # fmt: skip
"""Configurations of classes that are a checkpoint's own code, which vLLM alone builds: both have a Llama's shape."""

REFUSED_BY_FORMULAS = frozenset({"minimax"})
"""Those whose cache vLLM alone knows."""
TRACED_BY_VLLM = frozenset({"dots1", "flex_olmo", "minimax", "phimoe", "solar_open"})
"""Mixtures for which vLLM 0.32 has no class of its own: it traces transformers' experts, up to half a minute each."""
PUBLISHED: Mapping[str, dict[str, Any]] = {
    "afmoe": {"score_func": "sigmoid", "route_norm": True, "route_scale": 1.0, "n_group": 1, "topk_group": 1},
    "glm4_moe": {"head_dim": 48},
    "glm4_moe_lite": {"first_k_dense_replace": 1},
    "lfm2": {"block_dim": 768, "conv_dim": 768, "conv_dim_out": 768, "block_ff_dim": 2560},
    "longcat_flash": {"mla_scale_q_lora": True, "mla_scale_kv_lora": True, "zero_expert_type": "identity"},
    "minimax_m2": {"rotary_dim": 64, "scoring_func": "sigmoid"},
}
"""Fields of published configurations that transformers' class does not have, and that vLLM reads."""


def make_config(kind: str) -> dict[str, Any]:
    """Return the configuration of one of FROM_CLASSES as it would be in config.json."""
    from transformers import AutoConfig
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    known = AutoConfig.for_model(kind)
    known.allow_global_per_layer_attribute_access = True
    fields = {
        name: value for name, value in FROM_CLASSES[kind].items() if hasattr(known, name) or name in known.attribute_map
    }
    about = {"architectures": [MODEL_FOR_CAUSAL_LM_MAPPING_NAMES[kind]], "pad_token_id": 0}
    made: dict[str, Any] = AutoConfig.for_model(kind, **about, **fields).to_dict()
    return {**made, **PUBLISHED.get(kind, {})}

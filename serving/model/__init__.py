"""A model as numbers: what of it takes memory, bandwidth and arithmetic.

architecture  a checkpoint's config.json, or a built-in model's name, becomes a ModelShape, by the stages below
library       transformers' configuration, and its model on the meta device
parameters    the tensors of that model, by what they are
stored        how a quantized checkpoint is stored
reservation   what vLLM reserves for the model, asked in its own environment (worker)
formulas      the same from the modules of transformers' model, without vLLM
shape         the result: matrices, experts, attention layers and cache
schemes       weights in bf16, FP8, INT8, INT4 or FP4
kv_cache      bytes that tokens and states take in the cache
"""

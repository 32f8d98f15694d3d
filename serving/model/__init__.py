"""A model as numbers: what of it takes memory, bandwidth and arithmetic.

shape         matrices, attention layers and experts
architecture  a checkpoint's config.json, or the name of a built-in model, becomes a ModelShape
schemes       weights in bf16, FP8, INT8, INT4 or FP4
kv_cache      bytes that tokens take in the cache
"""

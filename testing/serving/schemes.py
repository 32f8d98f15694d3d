"""What is compressed in tests and in the table of docs/compression.md: arguments of `parse_scheme` by their label."""

from __future__ import annotations

from collections.abc import Mapping

from serving.compress.target import Target

CPU = Target()
SCHEMES: Mapping[str, tuple[str, ...]] = {
    "w8a8": ("w8a8",),
    "w4a16": ("w4a16",),
    "fp8": ("fp8",),
    "fp8-block": ("fp8-block",),
    "nvfp4": ("nvfp4",),
    "mxfp4": ("mxfp4",),
    "bf16+kv-fp8": ("bf16", "fp8"),
    "bf16+sparsegpt-2:4": ("bf16", "bf16", "sparsegpt"),
}

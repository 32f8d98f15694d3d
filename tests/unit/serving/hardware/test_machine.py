"""Memory, processor and GPUs as the system reports them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.errors import ServingError
from serving.hardware.gpu import installed_gpu
from serving.hardware.machine import find_machine, read_gpus

LISTING = """\
0, GPU-aaaa, NVIDIA H100 80GB HBM3, 81559, 81004, 9.0
1, GPU-bbbb, NVIDIA H100 80GB HBM3, 81559, 40000, 9.0
2, GPU-cccc, NVIDIA L4, 23034, 22500, 8.9
"""
GIB = 1 << 30


def write_system(folder: Path, total: int = 24, available: int = 20) -> Path:
    proc = folder / "proc"
    proc.mkdir(parents=True)
    (proc / "meminfo").write_text(
        f"MemTotal: {total * GIB // 1024} kB\nMemFree: 1 kB\nMemAvailable: {available * GIB // 1024} kB\n"
    )
    (proc / "cpuinfo").write_text("processor : 0\nflags\t\t: fpu avx512f avx512_bf16\nprocessor : 1\nflags : fpu\n")
    return proc


def test_memory_flags_and_cores_are_found(tmp_path: Path) -> None:
    machine = find_machine({"PATH": ""}, write_system(tmp_path), tmp_path / "no-cgroup")
    assert (machine.memory, machine.available) == (24 * GIB, 20 * GIB)
    assert machine.flags == {"fpu", "avx512f", "avx512_bf16"}
    assert machine.cores == len(os.sched_getaffinity(0))
    assert (machine.gpus, machine.compiles) == ((), False)


def test_a_container_has_no_more_memory_than_its_limit_and_files_in_memory_are_free(tmp_path: Path) -> None:
    proc, cgroup = write_system(tmp_path), tmp_path / "cgroup"
    cgroup.mkdir()
    (cgroup / "memory.max").write_text(f"{8 * GIB}\n")
    (cgroup / "memory.current").write_text(f"{5 * GIB}\n")
    (cgroup / "memory.stat").write_text(f"anon 0\ninactive_file {2 * GIB}\n")
    machine = find_machine({"PATH": ""}, proc, cgroup)
    assert (machine.memory, machine.available) == (8 * GIB, 5 * GIB)
    (cgroup / "memory.max").write_text("max\n")
    assert find_machine({"PATH": ""}, proc, cgroup).memory == 24 * GIB


def test_gpus_are_read_as_nvidia_smi_lists_them() -> None:
    gpus = read_gpus(LISTING)
    assert [gpu.name for gpu in gpus] == ["NVIDIA H100 80GB HBM3", "NVIDIA H100 80GB HBM3", "NVIDIA L4"]
    assert gpus[0] == installed_gpu("NVIDIA H100 80GB HBM3", 9.0, 81559 << 20, 81004 << 20)


@pytest.mark.parametrize(
    ("visible", "capabilities"),
    [("2,0", [8.9, 9.0]), ("GPU-bbbb", [9.0]), ("", []), ("-1", []), ("1,7,0", [9.0])],
)
def test_hidden_gpus_are_not_found(visible: str, capabilities: list[float]) -> None:
    assert [gpu.capability for gpu in read_gpus(LISTING, visible)] == capabilities


def test_a_gpu_that_states_no_memory_is_named() -> None:
    with pytest.raises(ServingError, match="which states no memory"):
        read_gpus("0, GPU-aaaa, NVIDIA GB10, [N/A], [N/A], 12.1\n")


def test_a_gpu_that_is_hidden_need_not_state_its_memory() -> None:
    listing = LISTING + "3, GPU-dddd, NVIDIA GB10, [N/A], [N/A], 12.1\n"
    assert [gpu.capability for gpu in read_gpus(listing, "2")] == [8.9]


def test_an_nvidia_smi_that_fails_is_an_error(tmp_path: Path) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\nexit 9\n")
    tool.chmod(0o755)
    with pytest.raises(ServingError, match="CUDA_VISIBLE_DEVICES= "):
        find_machine({"PATH": str(tmp_path)}, write_system(tmp_path), tmp_path)
    hidden = {"PATH": str(tmp_path), "CUDA_VISIBLE_DEVICES": ""}
    assert find_machine(hidden, tmp_path / "proc", tmp_path).gpus == ()


def test_a_system_that_does_not_state_its_memory_is_refused(tmp_path: Path) -> None:
    proc = write_system(tmp_path)
    (proc / "meminfo").write_text("MemTotal: many\n")
    with pytest.raises(ServingError, match="Linux is needed here"):
        find_machine({"PATH": ""}, proc, tmp_path)

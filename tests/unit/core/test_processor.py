"""The flags of the processor, as Linux lists them."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.processor import computes_bfloat16, flags_in, processor_flags


@pytest.mark.parametrize(
    ("cpuinfo", "flags"),
    [
        pytest.param("processor : 0\nflags\t\t: fpu avx2\nprocessor : 1\nflags : sse\n", {"fpu", "avx2"}, id="x86"),
        pytest.param("processor : 0\nFeatures\t: fp asimd bf16\n", {"fp", "asimd", "bf16"}, id="ARM"),
        pytest.param("vmx flags : ept\nflags : fpu\n", {"fpu"}, id="another line that ends in flags"),
        pytest.param("processor : 0\n", set(), id="no flags"),
        pytest.param("", set(), id="nothing"),
        pytest.param("flags :\n", set(), id="an empty line"),
    ],
)
def test_the_first_processors_flags_are_read(cpuinfo: str, flags: set[str]) -> None:
    assert flags_in(cpuinfo) == flags


def test_flags_are_read_from_the_systems_file(tmp_path: Path) -> None:
    (tmp_path / "cpuinfo").write_bytes(b"model name : \xff\nflags : fpu\n")

    assert processor_flags(tmp_path) == {"fpu"}


def test_a_system_without_cpuinfo_has_no_known_flag(tmp_path: Path) -> None:
    assert processor_flags(tmp_path) == frozenset()


@pytest.mark.parametrize(
    ("flags", "native"),
    [({"avx2", "avx512_bf16"}, True), ({"amx_bf16"}, True), ({"avx2", "avx512f"}, False), (set(), False)],
)
def test_bfloat16_is_computed_only_where_the_flags_name_it(flags: set[str], native: bool) -> None:
    assert computes_bfloat16(frozenset(flags)) is native

"""What the processor of this machine can do, from /proc/cpuinfo. Linux; elsewhere no flag is known."""

from __future__ import annotations

from pathlib import Path


def processor_flags(proc: Path = Path("/proc")) -> frozenset[str]:
    """Return the flags of the first processor; an empty set where the system has no /proc/cpuinfo."""
    cpuinfo = proc / "cpuinfo"
    if not cpuinfo.is_file():
        return frozenset()
    return flags_in(cpuinfo.read_text(encoding="utf-8", errors="replace"))


def flags_in(cpuinfo: str) -> frozenset[str]:
    """Return the flags of the first processor that the text of /proc/cpuinfo lists. ARM calls them Features."""
    for line in cpuinfo.splitlines():
        name, _, values = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return frozenset(values.split())
    return frozenset()


def computes_bfloat16(flags: frozenset[str]) -> bool:
    """Return whether products of bfloat16 are instructions of an x86 processor with these flags.

    Not covered: ARM's `bf16`, on which nothing was measured.
    """
    return not flags.isdisjoint({"avx512_bf16", "amx_bf16"})

"""Build compound files (MS-CFB), the containers of Outlook's mails and of Office's older formats."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

Storage: TypeAlias = "Mapping[str, bytes | Storage]"
"""Streams and storages by name."""

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_END, _FREE, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass
class _Entry:
    """An entry of the directory."""

    name: str
    kind: int
    child: int = _NONE
    next: int = _NONE
    start: int = _END
    size: int = 0
    content: bytes = field(default=b"", repr=False)

    def packed(self) -> bytes:
        """Return the 128 bytes of the entry. Siblings are a list: each is the right child of the one before."""
        name = self.name.encode("utf-16-le")
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(name) + 2, self.kind, 1, _NONE, self.next, self.child)
            + bytes(36)
            + struct.pack("<IQ", self.start, self.size)
        )


def compound_file(root: Storage) -> bytes:
    """Return a compound file with these streams; those below 4,096 bytes are in its mini stream."""
    entries = [_Entry("Root Entry", _ROOT)]
    _add(entries, entries[0], root)
    sectors: list[bytes] = []
    chains: list[int] = []
    mini, mini_chains = b"", list[int]()
    for entry in entries[1:]:
        entry.size = len(entry.content)
        if entry.size >= _CUTOFF:
            entry.start = _chain(sectors, chains, entry.content)
        elif entry.size:
            entry.start = len(mini_chains)
            count = -(-entry.size // _MINI)
            mini_chains += [*range(entry.start + 1, entry.start + count), _END]
            mini += entry.content.ljust(count * _MINI, b"\0")
    if mini:
        entries[0].start, entries[0].size = _chain(sectors, chains, mini), len(mini)
    mini_fat = struct.pack(f"<{len(mini_chains)}I", *mini_chains)
    first_mini = _chain(sectors, chains, mini_fat, filler=b"\xff") if mini_fat else _END
    directory = _chain(sectors, chains, b"".join(entry.packed() for entry in entries))
    return _file(sectors, chains, directory, first_mini, -(-len(mini_fat) // _SECTOR))


def _add(entries: list[_Entry], parent: _Entry, storage: Storage) -> None:
    before: _Entry | None = None
    for name in sorted(storage, key=lambda name: (len(name), name.upper())):
        content = storage[name]
        entry = _Entry(name, _STREAM if isinstance(content, bytes) else _STORAGE)
        if before is None:
            parent.child = len(entries)
        else:
            before.next = len(entries)
        entries.append(entry)
        before = entry
        if isinstance(content, bytes):
            entry.content = content
        else:
            _add(entries, entry, content)


def _chain(sectors: list[bytes], chains: list[int], content: bytes, filler: bytes = b"\0") -> int:
    """Append content as a chain of sectors, and return the first."""
    start = len(sectors)
    count = -(-len(content) // _SECTOR)
    padded = content.ljust(count * _SECTOR, filler)
    sectors += [padded[at * _SECTOR : (at + 1) * _SECTOR] for at in range(count)]
    chains += [*range(start + 1, start + count), _END]
    return start


def _file(sectors: list[bytes], chains: list[int], directory: int, mini_fat: int, mini_fat_sectors: int) -> bytes:
    """Return the file. Its header lists up to 109 sectors of the table of chains: files of up to 7 MB."""
    count = 1
    while len(chains) + count > count * _SECTOR // 4:
        count += 1
    table = [*chains, *[_FAT] * count]
    table += [_FREE] * (count * _SECTOR // 4 - len(table))
    numbers = [*range(len(sectors), len(sectors) + count), *[_FREE] * (109 - count)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<9I", 0, count, directory, 0, _CUTOFF, mini_fat, mini_fat_sectors, _END, 0)
    return b"".join([header + struct.pack("<109I", *numbers), *sectors, struct.pack(f"<{len(table)}I", *table)])

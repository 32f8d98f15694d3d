"""Connect to public addresses only.

A name is looked up once, every address that it has is checked, and the connection goes to one of those: a name that
leads somewhere else a moment later changes nothing. Each redirect is a connection of its own and is checked as well.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from typing import TypeAlias

import httpcore2

from core.errors import DocumentError

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_SocketOption: TypeAlias = "tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]"


class CheckedBackend(httpcore2.SyncBackend):
    """Connects as httpcore does, to addresses that were checked. Raises DocumentError for others."""

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        """See httpcore2.NetworkBackend."""
        found = _addresses_of(host, port)
        if not self._allow_private:
            for address in found:
                if not is_public(address):
                    raise DocumentError(
                        f"{host} is {address}, which is no public address; if that is meant, set allow_private = true "
                        "in [[url_lists]] of domain.toml"
                    )
        return super().connect_tcp(found[0], port, timeout, local_address, socket_options)


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet, also where it has an IPv4 address in it."""
    parsed: _Address = ipaddress.ip_address(address.partition("%")[0])
    embedded = _embedded(parsed)
    if embedded is not None:
        return is_public(str(embedded))
    return parsed.is_global and not parsed.is_multicast


def _embedded(address: _Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _addresses_of(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(f"the name {host} cannot be looked up: {error}") from error
    return [str(entry[4][0]) for entry in found]

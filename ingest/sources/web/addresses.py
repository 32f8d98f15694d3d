"""Connect to public addresses only, and no longer than agreed.

A name is looked up once, every address that it has is checked, and the connection goes to one of those: a name that
leads somewhere else a moment later changes nothing. Each redirect is a connection of its own and is checked as well.

Not covered: how long the system looks a name up; its resolver has a limit of its own.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable
from typing import Any, TypeAlias

import httpcore2

from core.errors import DocumentError

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that IANA gives out of IPv6. The module `ipaddress` takes old site-local addresses (fec0::/10), ::127.0.0.1 and
others outside of it for public ones."""
_SocketOption: TypeAlias = "tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]"


class CheckedBackend(httpcore2.SyncBackend):
    """Connects as httpcore does, to addresses that were checked. Raises DocumentError for others.

    Connecting, sending and receiving end `seconds` after this object was made, however slowly bytes come.
    """

    def __init__(self, *, allow_private: bool, seconds: float) -> None:
        self._allow_private = allow_private
        self._deadline = time.monotonic() + seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore2.NetworkStream:
        """See httpcore2.NetworkBackend. Each address of the host is tried, until one answers."""
        found = _addresses_of(host, port)
        if not self._allow_private:
            for address in found:
                if not is_public(address):
                    raise DocumentError(
                        f"{host} is {address}, which is no public address; if that is meant, set allow_private = true "
                        "in [[url_lists]] of domain.toml"
                    )
        *others, last = found
        for tried, address in enumerate(others):
            # The addresses share the time: one that drops packets must not use up that of the next.
            seconds = _left(self._deadline, timeout) / (len(found) - tried)
            try:
                return _Timed(
                    super().connect_tcp(address, port, seconds, local_address, socket_options), self._deadline
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        stream = super().connect_tcp(last, port, _left(self._deadline, timeout), local_address, socket_options)
        return _Timed(stream, self._deadline)


class _Timed(httpcore2.NetworkStream):
    """A connection that ends at a time of the monotonic clock. httpcore's own limits are those of each single read."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See httpcore2.NetworkStream."""
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See httpcore2.NetworkStream."""
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        """See httpcore2.NetworkStream."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """See httpcore2.NetworkStream."""
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _Timed(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """See httpcore2.NetworkStream."""
        return self._stream.get_extra_info(info)


def is_public(address: str) -> bool:
    """Say whether an IP address belongs to the public internet, also where it has an IPv4 address in it."""
    parsed: _Address = ipaddress.ip_address(address.partition("%")[0])
    embedded = _embedded(parsed)
    if embedded is not None:
        return is_public(str(embedded))
    if isinstance(parsed, ipaddress.IPv6Address) and parsed not in _GLOBAL_UNICAST:
        return False
    return parsed.is_global and not parsed.is_multicast


def _embedded(address: _Address) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)


def _addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host, at least one, in the order in which the system would try them."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore2.ConnectError(f"the name {host} cannot be looked up: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _left(deadline: float, most: float | None) -> float:
    """Return the seconds until a time, `most` at most. Raises httpcore2.ReadTimeout where it is over."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("it took too long")
    return left if most is None else min(left, most)

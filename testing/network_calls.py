"""Which addresses outside of the machine a program tried to reach, read from strace's log of its calls.

    strace -f -qq -s 0 -e trace=connect,sendto,sendmsg,sendmmsg -o LOG COMMAND

A look-up of a name counts too, also one that is sent to a resolver on this machine. Not covered: addresses that a
program hands to the kernel in another way (io_uring).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

TRACED = ("connect", "sendto", "sendmsg", "sendmmsg")
_CALL = re.compile(rf"\b({'|'.join(TRACED)})\(.*$", re.MULTILINE)
_ADDRESS = re.compile(r'sa_family=AF_INET6?, sin6?_port=htons\((\d+)\),.*?"([0-9a-fA-F:.]+)"')
_DNS = 53


def attempts_outside(log: str) -> Iterator[str]:
    """Yield "call address:port" for every attempt to leave the machine."""
    for call in _CALL.finditer(log):
        for port, address in _ADDRESS.findall(call.group()):
            target = ipaddress.ip_address(address)
            # 0.0.0.0 as a target is this machine.
            if int(port) == _DNS or not (target.is_loopback or target.is_unspecified):
                yield f"{call.group(1)} {address}:{port}"

"""Origins of web pages, as browsers write them: scheme, host, and the port where it is not the scheme's default."""

from __future__ import annotations

import re

_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?/?")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LAST_PORT = 65_535
_THIS_MACHINE = ("localhost", "127.0.0.1", "[::1]")


def parse_origin(text: str) -> str | None:
    """Return the origin as a browser writes it, in lower case and without a default port; None for anything else."""
    found = _ORIGIN.fullmatch(text.lower())
    if found is None:
        return None
    scheme, host, port = found["scheme"], found["host"], found["port"]
    if port is not None and not 0 < int(port) <= _LAST_PORT:
        return None
    is_default = port is None or int(port) == _DEFAULT_PORTS[scheme]
    return f"{scheme}://{host}" if is_default else f"{scheme}://{host}:{int(port)}"


def is_on_this_machine(origin: str) -> bool:
    """Return whether an origin names the machine of the browser itself: localhost, 127.0.0.1 or [::1]."""
    found = _ORIGIN.fullmatch(origin)
    return found is not None and found["host"] in _THIS_MACHINE

"""The socket that a service listens on."""

from __future__ import annotations

import socket

from core.errors import ConfigurationError


def open_listener(host: str, port: int, setting: str) -> socket.socket:
    """Return a socket that listens. `setting` names the variable of the port.

    Bind before anything is loaded, so that a taken port is known at once. Raises ConfigurationError for one.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With an explicit protocol, asyncio sets TCP_NODELAY; otherwise every answer waits 40 ms for an acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"Port {port} on {host} cannot be used: {error.strerror}. Choose another with --port or {setting}."
        ) from error
    listener.listen(512)
    listener.set_inheritable(True)
    return listener


def shown_url(host: str, port: int) -> str:
    """Return the URL under which this machine reaches a service that listens on `host`."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104
    return f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"

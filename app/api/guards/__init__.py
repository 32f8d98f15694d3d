"""What every request passes before a route sees it: the host, the caller and its origin, and the size of its body.

Plain ASGI, because a wrapping response would hide from a stream that its client has disconnected.
"""

from app.api.guards.guard import Guard

__all__ = ["Guard"]

"""The key by which a router in front of several model servers sends requests with the same beginning to the same one.

A prefix cache has what a server has read before. The fixed part of a prompt is in every server's cache after its first
request; what follows it decides which requests share more: in a conversation its oldest turn, else the passages with
the question. Routers read the key from the header `X-Session-ID` (deploy/router/envoy.yaml; others by an option); a
server ignores it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from core.recipe import Recipe
from core.types import Message

HEADER = "X-Session-ID"
_DIGITS = 32


def affinity_key(messages: Sequence[Message], recipe: Recipe, cache_salt: str) -> str:
    """Return 32 hexadecimal digits: the same for prompts whose first message behind the fixed part is the same.

    Requests with different salts share no cache, and have different keys. No text can be read from a key.
    """
    fixed = 1 if recipe.shown_example is None else 3
    first = messages[min(fixed, len(messages) - 1)]
    return hashlib.sha256(f"{cache_salt}\0{first.role}\0{first.content}".encode()).hexdigest()[:_DIGITS]

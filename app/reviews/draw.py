"""Draw spot checks: a random share of the answers, decided by a keyed hash of the answer's id.

The same id gives the same decision, so that a draw can be repeated and checked. The key (the salt) is random and never
leaves the database: nobody can choose an id, by an idempotency key for example, that is not drawn. With a lower share,
those that are drawn are among those of the higher one.
"""

from __future__ import annotations

import hmac
import secrets

_BYTES = 8
_PLACES = 2 ** (8 * _BYTES)
_SALT_BYTES = 32


def new_salt() -> str:
    """Return a salt that nobody can guess."""
    return secrets.token_hex(_SALT_BYTES)


def is_drawn(salt: str, answer_id: str, share: float) -> bool:
    """Return whether an answer is a spot check. `share` is from 0 (none is) to 1 (each is)."""
    place = int.from_bytes(hmac.digest(salt.encode(), answer_id.encode(), "sha256")[:_BYTES], "big")
    return bool(place < share * _PLACES)

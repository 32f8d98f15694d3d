"""What keys and sessions look like, for those who do not look them up."""

from __future__ import annotations

from datetime import timedelta

KEY_PREFIX = "gwk_"
"""Of every API key, which distinguishes it from the tokens of a provider and of the widget (`gww_`)."""
SESSION_LENGTH = timedelta(hours=10)
"""For which a session of the page is valid. Chosen: a working day; a user who loses a group keeps it for no longer."""

"""The teacher that the options of `model distill` name."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ConfigurationError

if TYPE_CHECKING:
    from core.settings import Settings
    from evals.distill.data.teacher.client import Teacher


def teacher_of(
    settings: Settings, url: str | None, model: str | None, replies: Path, at_once: int = 8
) -> Teacher | None:
    """Return the teacher behind a server's address; None without one. Its replies are kept in a folder.

    Raises ConfigurationError for a model without a server.
    """
    from evals.distill.data.teacher.client import Teacher

    if url is None:
        if model is not None:
            raise ConfigurationError(f"--teacher-model is {model}, and no server is named. Add --teacher-url.")
        return None
    # The key belongs to the server of the settings; no other one is sent it.
    key = settings.llm_api_key if url == settings.llm_base_url else None
    return Teacher(url, replies, model, key, at_once)

"""What a test does where a real component is missing: skip on a person's machine, fail in CI."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest


def report_missing(message: str) -> NoReturn:
    """Skip the test with the message, which says how to install the component. In CI (CI=true) fail it instead."""
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


def need_program(name: str, message: str) -> None:
    """Report the message as missing unless the program is on the PATH."""
    if shutil.which(name) is None:
        report_missing(message)

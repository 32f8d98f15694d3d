"""`groundwork keys` refuses what cannot be meant before it opens the database."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.operations.access import keys
from core.errors import ConfigurationError


@pytest.mark.parametrize("group", ["", " staff", "*", "a\nb"])
def test_a_group_that_no_document_can_have_is_refused(group: str) -> None:
    ended = CliRunner().invoke(keys, ["create", "portal", "--group", "it", "--group", group])
    assert isinstance(ended.exception, ConfigurationError)
    assert "The groups of --group are" in str(ended.exception)

from __future__ import annotations

import pytest

from core.languages import language_code


@pytest.mark.parametrize(("name", "code"), [("german", "de"), ("hinglish", "hi-Latn"), ("klingon", ""), ("", "")])
def test_a_language_has_the_code_that_html_names_it_by(name: str, code: str) -> None:
    assert language_code(name) == code

"""The answers file of a project is read and written as copier does it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.fork.answers import ANSWERS, Answers, read_answers, write_answers
from core.errors import ConfigurationError


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    answers = Answers("gh:a/b", "1.0-3-gabc", {"name": "law", "title": "Ärger: 'ja' # \"nein\"", "accent": "#2a5f4f"})

    write_answers(tmp_path, answers)

    assert read_answers(tmp_path) == answers
    assert read_answers(tmp_path).domain == "law"


def test_a_version_of_digits_stays_a_text(tmp_path: Path) -> None:
    write_answers(tmp_path, Answers("/t", "1234567", {"name": "law"}))

    assert read_answers(tmp_path).version == "1234567"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (None, "was not made by `groundwork new`"),
        (b"", "has no '_src_path'"),
        (b"- a\n", "has no '_src_path'"),
        (b"_src_path: /t\nname: law\n", "has no '_commit'"),
        (b"_src_path: /t\n_commit: '1'\n", "has no 'name'"),
        (b"_src_path: [\n", "cannot be read"),
        (b"_src_path: \xff\n", "cannot be read"),
        (b"<<<<<<< HEAD\n_commit: 1.0\n=======\n_commit: 2.0\n>>>>>>> x\n", "cannot be read"),
    ],
)
def test_a_file_that_does_not_say_what_it_must_is_named_with_the_fix(
    tmp_path: Path, content: bytes | None, found: str
) -> None:
    if content is not None:
        (tmp_path / ANSWERS).write_bytes(content)

    with pytest.raises(ConfigurationError, match=found) as caught:
        read_answers(tmp_path)

    assert ANSWERS in str(caught.value)

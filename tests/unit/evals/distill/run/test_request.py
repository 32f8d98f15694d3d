from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from evals.distill.data.teacher.client import Teacher
from evals.distill.run.request import DistillRunRequest, OtherDomain, parse_other_domain, set_name


def test_another_domain_is_named_with_its_data_directory() -> None:
    assert parse_other_domain("onboarding=/srv/data=1") == OtherDomain("onboarding", Path("/srv/data=1"))
    assert parse_other_domain(" domains/team = data ") == OtherDomain("domains/team", Path("data"))


@pytest.mark.parametrize("text", ["", "onboarding", "onboarding=", "=data", " = "])
def test_a_domain_without_a_data_directory_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--also-judge is .* it must be DOMAIN=DATA_DIR"):
        parse_other_domain(text)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"questions": 0}, "--questions is 0"),
        ({"concurrency": 0}, "--concurrency is 0"),
        ({"number": -1}, "--number is -1"),
        ({"also": (OtherDomain("a", Path("x")), OtherDomain("a", Path("y")))}, "the domain 'a' twice"),
    ],
)
def test_values_that_cannot_be_used_are_refused(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        DistillRunRequest(Path("model"), Path("out"), **more)


@pytest.mark.parametrize("name", ["../up", "", ".hidden", "a b"])
def test_a_domain_whose_name_is_no_folder_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be the name of a folder"):
        set_name(name)


def test_the_key_of_a_teacher_is_no_part_of_what_is_written() -> None:
    teacher = Teacher("http://localhost:1/v1", Path("replies"), "large", "sk-secret")
    request = DistillRunRequest(Path("model"), Path("out"), teacher=teacher)
    assert request.describe_teacher() == {"address": "http://localhost:1/v1", "model": "large"}
    assert "sk-secret" not in repr(request)

"""Errors in the configuration are reported on stderr, with the file, the key, the value and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.processes import groundwork

GOOD = 'name = "team"\ntitle = "Team"\nrefusal = "No."\nsources = ["corpus"]\n'


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        ("name = team\n", ["domain.toml", "line 1", "Fix that line"]),
        (GOOD + "colour = 5\n", ["domain.toml", "unknown key 'colour'", "Known keys"]),
        (GOOD + 'language = "klingon"\n', ["klingon", "english"]),
        (GOOD + "[recipe]\ntop_k = 0\n", ["domain.toml", "recipe.top_k is 0", "from 1 to 100"]),
    ],
    ids=["no TOML", "unknown key", "unknown language", "number out of bounds"],
)
def test_an_error_in_the_domain_is_reported_with_file_key_and_fix(
    env: dict[str, str], toml: str, expected: list[str]
) -> None:
    (Path(env["GROUNDWORK_DOMAIN"]) / "domain.toml").write_text(toml, encoding="utf-8")
    done = groundwork("search", "annual leave", "--json", env=env)
    assert done.code == 2
    assert done.out == ""
    assert all(part in done.err for part in expected), done.err
    assert len(done.err.splitlines()) == 1


def test_a_missing_prompt_is_reported_with_its_file(env: dict[str, str]) -> None:
    (Path(env["GROUNDWORK_DOMAIN"]) / "prompts" / "system.md").unlink()
    done = groundwork("search", "annual leave", env=env)
    assert done.code == 2
    assert "prompts/system.md" in done.err


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        (["search", "annual leave"], "GROUNDWORK_DOMAIN", "nowhere"),
        (["serve"], "GROUNDWORK_PORT", "eighty"),
        (["ask", "How many days?"], "LLM_BASE_URL", "localhost:8001"),
        (["ingest"], "QDRANT_URL", "//host"),
    ],
)
def test_an_error_in_the_environment_is_reported_with_its_variable(
    env: dict[str, str], command: list[str], name: str, value: str
) -> None:
    done = groundwork(*command, env={**env, name: value})
    assert done.code == 2
    assert f"{name} is '{value}'" in done.err
    assert len(done.err.splitlines()) == 1

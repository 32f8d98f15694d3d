"""What is wrong with the configuration is told on stderr: the file, the key, the value and the mend."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support_app.processes import groundwork

GOOD = 'name = "team"\ntitle = "Team"\nrefusal = "No."\nsources = ["corpus"]\n'


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("name = team\n", ["domain.toml", "line 1", "Mend that line"]),
        (GOOD.replace('title = "Team"\n', ""), ["domain.toml", "'title'", 'title = "…"']),
        (GOOD + "colour = 5\n", ["domain.toml", "unknown key 'colour'", "Known keys"]),
        (GOOD + 'language = "klingon"\n', ["klingon", "english"]),
        (GOOD + "[recipe]\ntop_k = 0\n", ["domain.toml", "recipe.top_k is 0", "from 1 to 100"]),
        (GOOD + '[recipe]\nrefuse_below = "high"\n', ["domain.toml", "recipe.refuse_below is 'high'", "from 0 to 1"]),
        (GOOD + "[recipes.default]\ntop_k = 1\n", ["domain.toml", "[recipes.default]"]),
    ],
)
def test_a_mistake_in_the_domain_is_told_with_file_key_and_mend(
    env: dict[str, str], toml: str, told: list[str]
) -> None:
    (Path(env["GROUNDWORK_DOMAIN"]) / "domain.toml").write_text(toml, encoding="utf-8")
    done = groundwork("search", "annual leave", "--json", env=env)
    assert done.code == 2
    assert done.out == ""
    assert all(part in done.err for part in told), done.err
    assert len(done.err.splitlines()) == 1


def test_a_missing_prompt_is_told_with_its_file(env: dict[str, str]) -> None:
    (Path(env["GROUNDWORK_DOMAIN"]) / "prompts" / "system.md").unlink()
    done = groundwork("search", "annual leave", env=env)
    assert done.code == 2
    assert "prompts/system.md" in done.err


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GROUNDWORK_DOMAIN", "nowhere", "GROUNDWORK_DOMAIN is 'nowhere'"),
        ("GROUNDWORK_PORT", "eighty", "GROUNDWORK_PORT is 'eighty'"),
        ("LLM_BASE_URL", "localhost:8001", "LLM_BASE_URL is 'localhost:8001'"),
        ("QDRANT_URL", "//host", "QDRANT_URL is '//host'"),
    ],
)
def test_a_mistake_in_the_environment_is_told_with_its_variable(
    env: dict[str, str], name: str, value: str, told: str
) -> None:
    for command in (["search", "annual leave"], ["serve"]):
        done = groundwork(*command, env={**env, name: value})
        assert done.code == 2
        assert told in done.err
        assert len(done.err.splitlines()) == 1

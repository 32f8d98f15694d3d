"""The domains that come with the project are complete, and an editor can check them."""

from __future__ import annotations

import hashlib
import json

import pytest

from core.domain import load_domain
from testing.builders import REPOSITORY
from testing.domain_schema import SCHEMA, domain_schema

DOMAINS = ["documents", "onboarding"]


def test_the_json_schema_is_the_models() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == domain_schema(), "Run python -m testing.domain_schema."


def test_every_key_of_the_json_schema_is_described() -> None:
    schema = json.loads(domain_schema())
    tables = [schema, *schema["$defs"].values()]

    assert all(key.get("description") for table in tables for key in table["properties"].values())


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_file_begins_with_a_line_that_leads_an_editor_to_the_schema(name: str) -> None:
    folder = REPOSITORY / "domains" / name
    directive, _, path = (folder / "domain.toml").read_text(encoding="utf-8").splitlines()[0].partition(" ")

    assert directive == "#:schema"
    assert (folder / path).resolve() == SCHEMA


# The evaluation's baseline and the prompt caches depend on these prompts; change a hash together with the baseline.
@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        ("documents", "6ea09a7101b2b5104ed5062fbe0eac16beb5725cc0ff9d0f5c64deaf81703a52"),
        ("onboarding", "d3947471bac86b74c7cb194b1109405efb3e3fa1376ed833dbc6c20f3035fb06"),
    ],
)
def test_the_system_prompt_is_the_one_that_was_evaluated(name: str, sha256: str) -> None:
    domain = load_domain(REPOSITORY / "domains" / name)
    prompt = domain.recipes["default"].system_prompt

    assert hashlib.sha256(prompt.encode()).hexdigest() == sha256
    assert f"reply with exactly this sentence and nothing else: {domain.refusal}\n" in prompt

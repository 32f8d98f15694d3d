"""The domains that come with the project are complete, and an editor can check them."""

from __future__ import annotations

import hashlib
import json
import tomllib

import pytest

from core.domain import DomainFile, load_domain
from testing.builders import REPOSITORY
from testing.domain_reference import PAGE, domain_reference, examples
from testing.domain_schema import SCHEMA, domain_schema

DOMAINS = sorted(file.parent.name for file in (REPOSITORY / "domains").glob("*/domain.toml"))
"""Those that come with the project and, in a fork, its own."""


def test_the_json_schema_is_the_models() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == domain_schema(), "Run python -m testing.domain_schema."


def test_every_key_of_the_json_schema_is_described() -> None:
    schema = json.loads(domain_schema())
    tables = [schema, *schema["$defs"].values()]

    assert all(key.get("description") for table in tables for key in table["properties"].values())


def test_the_page_about_the_keys_is_that_of_the_models() -> None:
    assert PAGE.read_text(encoding="utf-8") == domain_reference(), "Run: make docs-reference"


def test_every_key_is_on_the_page_with_an_example() -> None:
    schema = json.loads(domain_schema())
    page = domain_reference()

    for table in [schema, *schema["$defs"].values()]:
        for name in table["properties"]:
            assert f"\n| `{name}` | " in page


def test_the_examples_of_the_page_are_a_valid_file() -> None:
    lines: list[str] = []
    header = ""
    for of_table, line in examples():
        lines += [] if of_table == header else ["", of_table]
        lines.append(line)
        header = of_table

    read = DomainFile.model_validate(tomllib.loads("\n".join(lines)))

    assert (read.recipe.top_k, read.records.days, read.sites[0].limits.address) == (8, 30, 200)
    assert read.experiments[0].arms["strict"].recipe.example is not None


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_file_begins_with_a_line_that_leads_an_editor_to_the_schema(name: str) -> None:
    folder = REPOSITORY / "domains" / name
    directive, _, path = (folder / "domain.toml").read_text(encoding="utf-8").splitlines()[0].partition(" ")

    assert directive == "#:schema"
    assert (folder / path).resolve() == SCHEMA


@pytest.mark.parametrize("name", DOMAINS)
def test_a_domain_can_be_loaded_and_its_prompt_contains_the_refusal(name: str) -> None:
    domain = load_domain(REPOSITORY / "domains" / name)

    assert domain.identity == name
    assert domain.refusal in domain.recipes["default"].system_prompt


# The evaluation's baseline and the prompt caches depend on these prompts; change a hash together with the baseline.
@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        ("documents", "6ea09a7101b2b5104ed5062fbe0eac16beb5725cc0ff9d0f5c64deaf81703a52"),
        ("onboarding", "d3947471bac86b74c7cb194b1109405efb3e3fa1376ed833dbc6c20f3035fb06"),
        ("support-portal", "84ac46225a3cb566671b412ca57bdae8ee93c4c32c33e8a63ce126fe5ae71550"),
    ],
)
def test_the_system_prompt_is_the_one_that_was_evaluated(name: str, sha256: str) -> None:
    domain = load_domain(REPOSITORY / "domains" / name)
    prompt = domain.recipes["default"].system_prompt

    assert hashlib.sha256(prompt.encode()).hexdigest() == sha256
    assert f"reply with exactly this sentence and nothing else: {domain.refusal}\n" in prompt

"""A run is refused where the service answers with another recipe than the one that would be written down."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.service.recipes import Recipes
from core.domain import load_domain
from core.errors import ConfigurationError
from evals.run.configuration import check_recipe
from testing.handbook import write_domain


def test_a_service_with_the_recipe_of_the_file_is_evaluated(tmp_path: Path) -> None:
    domain = load_domain(write_domain(tmp_path / "team", recipes="[recipes.short]\ntop_k = 3\n"))
    released = replace(domain.recipes["default"], name="release-0a", top_k=2)

    for recipe in ("default", "short"):
        check_recipe(domain, recipe, {"recipes": Recipes(domain.recipes).hashes})
    served = Recipes({**domain.recipes, "default": released}, domain.recipes["default"])
    check_recipe(domain, "default", {"recipes": served.hashes})


@pytest.mark.parametrize("edit", ["value", "prompt", "nothing is reported"])
def test_a_service_from_before_an_edit_is_not_evaluated(tmp_path: Path, edit: str) -> None:
    folder = write_domain(tmp_path / "team")
    service = {"recipes": dict(Recipes(load_domain(folder).recipes).hashes)}
    file = folder / ("domain.toml" if edit == "value" else "prompts/system.md")
    if edit == "nothing is reported":
        service = {}
    elif edit == "value":
        text = file.read_text(encoding="utf-8").replace("top_k = 4", "top_k = 3")
        file.write_text(text, encoding="utf-8")
    else:
        file.write_text(file.read_text(encoding="utf-8") + "\nBe brief.\n", encoding="utf-8")

    with pytest.raises(ConfigurationError, match=r"another recipe 'default' than .*Restart the service"):
        check_recipe(load_domain(folder), "default", service)

"""The domain: the folder of data that a fork edits (`domains/<name>/`).

    domain.toml    name, words on the page, language, sources, recipes, what to do when the model is busy
    prompts/       system.md, the stable first part of every prompt
    corpus/        the documents, when they live with the domain
    cases.jsonl    gold questions for the evaluation

Not covered yet: access rules and the widget's copy and colours.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Set
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, get_args

from core.errors import ConfigurationError
from core.overload import Overload, OverloadAnswer
from core.recipe import GroundingPolicy, Recipe

_BOUNDS: Mapping[str, tuple[float, float]] = {
    "top_k": (1, 100),
    "candidates": (1, 1000),
    "rrf_k": (1, 1000),
    "refuse_below": (0, 1),
    "sentences": (1, 20),
    "temperature": (0, 2),
    "max_tokens": (1, 32_768),
    "ttft_ms": (1, 600_000),
}
_CHOICES: Mapping[str, tuple[str, ...]] = {"grounding": get_args(GroundingPolicy), "answer": get_args(OverloadAnswer)}
_RECIPE_KEYS = frozenset(field.name for field in fields(Recipe)) - {"name", "system_prompt"}
_OVERLOAD_KEYS = frozenset(field.name for field in fields(Overload))
# By the defaults: a table may write 0 for 0.0, and an arm must still be free to say 0.7.
_WHOLE = frozenset(key for key in _RECIPE_KEYS if isinstance(getattr(Recipe(), key), int))
_KEYS: Mapping[str, type] = {
    "name": str,
    "title": str,
    "tagline": str,
    "language": str,
    "refusal": str,
    "sources": list,
    "suggestions": list,
    "recipe": dict,
    "recipes": dict,
    "overload": dict,
}


@dataclass(frozen=True, slots=True)
class Domain:
    """One domain, validated. `recipes` maps names to recipes and always has "default"."""

    name: str
    title: str
    tagline: str
    language: str
    refusal: str
    folder: Path
    sources: tuple[Path, ...]
    suggestions: tuple[str, ...]
    recipes: Mapping[str, Recipe]
    overload: Overload

    @property
    def cases(self) -> Path:
        """Where the gold questions lie; the file may be absent."""
        return self.folder / "cases.jsonl"


def load_domain(folder: Path) -> Domain:
    """Read `folder/domain.toml` and the prompts beside it.

    Raises ConfigurationError that names the file, the key, the value and the mend.
    """
    file = folder / "domain.toml"
    table = _read_toml(file)
    _check_keys(file, table)
    default = _recipe(file, "recipe", table.get("recipe", {}), Recipe(system_prompt=_system_prompt(folder)))
    arms = {
        name: replace(_recipe(file, f"recipes.{name}", arm, default), name=name)
        for name, arm in table.get("recipes", {}).items()
    }
    if "default" in arms:
        raise ConfigurationError(f"{file}: [recipes.default] is not allowed; the default recipe is the table [recipe].")
    return Domain(
        name=_text(file, table, "name"),
        title=_text(file, table, "title"),
        tagline=table.get("tagline", ""),
        language=table.get("language", "english"),
        refusal=_text(file, table, "refusal"),
        folder=folder,
        sources=tuple(folder / source for source in _texts(file, table, "sources")),
        suggestions=_texts(file, table, "suggestions"),
        recipes={"default": default, **arms},
        overload=replace(Overload(), **_values(file, "overload", table.get("overload", {}), _OVERLOAD_KEYS)),
    )


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no domain file {file}. Copy domains/onboarding/domain.toml there and edit it, "
            "or set GROUNDWORK_DOMAIN to a domain that exists."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not valid TOML: {error}. Mend that line.") from error


def _check_keys(file: Path, table: Mapping[str, Any]) -> None:
    for key, value in table.items():
        if key not in _KEYS:
            raise ConfigurationError(f"{file}: unknown key '{key}'. Known keys: {', '.join(_KEYS)}.")
        if not isinstance(value, _KEYS[key]):
            raise ConfigurationError(
                f"{file}: '{key}' is {value!r}, a {_toml_name(value)}; it must be a {_toml_name(_KEYS[key]())}."
            )


def _text(file: Path, table: Mapping[str, Any], key: str) -> str:
    value = str(table.get(key, "")).strip()
    if not value:
        raise ConfigurationError(f"{file}: the key '{key}' is missing or empty. Add a line: {key} = \"…\"")
    return value


def _texts(file: Path, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = table.get(key, [])
    for value in values:
        if not isinstance(value, str) or not value.strip():
            raise ConfigurationError(f"{file}: '{key}' holds {value!r}; each entry must be a non-empty string.")
    return tuple(values)


def _recipe(file: Path, where: str, table: Any, base: Recipe) -> Recipe:
    return replace(base, **_values(file, where, table, _RECIPE_KEYS))


def _values(file: Path, where: str, table: Any, known: Set[str]) -> dict[str, Any]:
    if not isinstance(table, dict):
        raise ConfigurationError(f"{file}: '{where}' is {table!r}; it must be a table: [{where}]")
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in known:
            raise ConfigurationError(
                f"{file}: unknown key '{key}' in [{where}]. Known keys: {', '.join(sorted(known))}."
            )
        read = _choice if key in _CHOICES else _number
        values[key] = read(file, f"{where}.{key}", key, value)
    return values


def _number(file: Path, where: str, key: str, value: Any) -> int | float:
    low, high = _BOUNDS[key]
    numeric = isinstance(value, int if key in _WHOLE else int | float) and not isinstance(value, bool)
    if not numeric or not low <= value <= high:
        kind = "a whole number" if key in _WHOLE else "a number"
        raise ConfigurationError(f"{file}: {where} is {value!r}; it must be {kind} from {low:g} to {high:g}.")
    return int(value) if key in _WHOLE else float(value)


def _choice(file: Path, where: str, key: str, value: Any) -> str:
    if value not in _CHOICES[key]:
        raise ConfigurationError(f"{file}: {where} is {value!r}; it must be one of {', '.join(_CHOICES[key])}.")
    return str(value)


def _system_prompt(folder: Path) -> str:
    file = folder / "prompts" / "system.md"
    try:
        return file.read_text(encoding="utf-8").strip()
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The prompt {file} cannot be read ({type(error).__name__}). It is the first message of every prompt: "
            "write it as UTF-8 text, or copy domains/onboarding/prompts/system.md."
        ) from error


def _toml_name(value: object) -> str:
    names = {
        str: "string",
        list: "list of strings",
        dict: "table",
        bool: "boolean",
        int: "number",
        float: "number",
    }
    return names.get(type(value), type(value).__name__)

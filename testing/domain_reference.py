"""Write docs/domain.md, which documents domain.toml key by key: `python -m testing.domain_reference`.

Everything on the page comes from the JSON Schema of `DomainFile`: tables, keys, types, bounds, defaults, meanings and
examples. A meaning that is wrong there is corrected in `core/`, in the description of its field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from core.domain import DomainFile

PAGE = Path(__file__).resolve().parents[1] / "docs" / "domain.md"
Schema: TypeAlias = Mapping[str, Any]

_INTRODUCTION = """\
# domain.toml, key by key

Every key that `domain.toml` may have: what it means, which values it takes, and what holds without it. A domain is a folder in `domains/`:

| file | what it is |
|---|---|
| `domain.toml` | this page |
| `prompts/system.md` | the first message of every prompt; `{refusal}` in it stands for the refusal |
| `prompts/small.md`, `prompts/small-example.toml` | the same for [small models](answers.md#small-models), with an example; they may be absent |
| `corpus/` | documents that are kept with the domain; `sources` names it |
| `cases.jsonl`, `baseline.json` | [gold questions](evals.md#the-questions), and the figures of a run that later runs are compared with; they may be absent |
| `portal/` | web pages of the domain's own, which the service serves at `/portal/` ([support-portal.md](support-portal.md)); it may be absent |

The file is read when a command starts: restart the service after a change. An unknown key, a missing one and a value out of bounds end
the start with a message that names the key, the value and the fix. Required are `name`, `title` and `refusal`.

This page is generated from the code by `make docs-reference`; a test compares it. An editor completes and checks a file whose first
line is `#:schema ../domain.schema.json`. A whole file with comments is [that of the sample](../domains/onboarding/domain.toml).
"""  # noqa: E501

_PLACEHOLDERS = {
    "texts": "de",
    "widget.texts": "de",
    "recipes": "short",
    "experiments.arms": "strict",
}
"""The key of an example, where a table has any number of keys with the same value."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table. `example` is a line of TOML in code, or a link to the table that is the key's value."""

    name: str
    values: str
    default: str
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table of domain.toml: its header, what it is, and its keys; `like` is the header of one that has the others."""

    header: str
    meaning: str
    keys: tuple[Key, ...]
    like: str | None = None


def domain_reference() -> str:
    """Return the page as Markdown."""
    tables = [*_tables()]
    contents = "\n".join(f"- {_link(table.header)}: {_first_sentence(table.meaning)}" for table in tables)
    return "\n".join([_INTRODUCTION, f"{contents}\n", *(_section(table) for table in tables)])


def examples() -> Iterator[tuple[str, str]]:
    """Yield the header of each table and a line of it with the example of each key that has a value of its own."""
    for table in _tables():
        yield from ((table.header, key.example.strip("`")) for key in table.keys if key.example.startswith("`"))


def _tables() -> Iterator[Table]:
    """Yield the tables in the order of the file, each before those inside it."""
    root = DomainFile.model_json_schema()
    default = DomainFile.model_validate({"name": "-", "title": "-", "refusal": "-"})
    yield Table(
        "",
        "The keys of the first level; those with a table have a section of their own below.",
        (*_keys(root, root, "", default),),
    )
    yield from _inner_tables(root, root, "", default, {})


def _inner_tables(
    root: Schema, schema: Schema, path: str, default: object, described: dict[frozenset[str], str]
) -> Iterator[Table]:
    """Yield the tables that are values of keys; `default` is the value of the table around them, None without one.

    `described` are the tables so far, by the names of their keys: what has all keys of another table refers to it.
    """
    for name, value in schema["properties"].items():
        inner, header = _table_at(root, value, f"{path}.{name}" if path else name)
        if inner is None:
            continue
        names = frozenset(inner["properties"])
        known = next((of for of in described if of <= names), frozenset[str]())
        like = described.get(known)
        described.setdefault(names, header)
        own = {"properties": _without(inner, known), "required": inner.get("required", ())}
        inner_path, inner_default = header.strip("[]"), getattr(default, name, None)
        yield Table(header, _meaning(value, inner, like), (*_keys(root, own, inner_path, inner_default),), like)
        yield from _inner_tables(root, own, inner_path, inner_default, described)


def _meaning(value: Schema, inner: Schema, like: str | None) -> str:
    """Return what a table is: what its key says where there may be several, and what its type says."""
    by_name, of_type = _paragraph(value.get("description", "")), _paragraph(inner["description"])
    is_mapping = _present(value).get("type") == "object"
    if not is_mapping:
        return of_type
    return by_name if like is not None else f"{by_name} {of_type}"


def _without(schema: Schema, known: frozenset[str]) -> dict[str, Any]:
    return {name: value for name, value in schema["properties"].items() if name not in known}


def _table_at(root: Schema, value: Schema, path: str) -> tuple[Schema | None, str]:
    """Return the schema of the table that a key has as its value, and its header; None for any other value."""
    value = _present(value)
    if value.get("type") == "array":
        inner = _resolved(root, value["items"])
        return (inner, f"[[{path}]]") if "properties" in inner else (None, "")
    inner = _resolved(root, value)
    if "properties" in inner:
        return inner, f"[{path}]"
    more = inner.get("additionalProperties")
    entry = _resolved(root, more) if isinstance(more, Mapping) else {}
    return (entry, f"[{path}.{_PLACEHOLDERS[path]}]") if "properties" in entry else (None, "")


def _keys(root: Schema, schema: Schema, path: str, default: object) -> Iterator[Key]:
    for name, value in schema["properties"].items():
        inner, header = _table_at(root, value, f"{path}.{name}" if path else name)
        if inner is None:
            values = _values(value)
            without = _default(getattr(default, name, value.get("default")))
        else:
            values = "tables" if header.startswith("[[") else "a table"
            without = "its defaults" if "$ref" in value else "none"
        if name in schema.get("required", ()):
            without = "**required**"
        example = _example(name, value) if inner is None else _link(header)
        yield Key(name, values, without, _paragraph(value["description"]), example)


def _present(value: Schema) -> Schema:
    """Return the schema of a value that may be left out, as if it were there."""
    if "anyOf" not in value:
        return value
    chosen = next(one for one in value["anyOf"] if one.get("type") != "null")
    return {**value, **chosen}


def _resolved(root: Schema, value: Schema) -> Schema:
    if "$ref" not in value:
        return value
    found: Schema = root["$defs"][value["$ref"].rpartition("/")[2]]
    return found


def _values(value: Schema) -> str:
    """Say which values a key takes: "a whole number, 1 to 100"."""
    value = _present(value)
    if "enum" in value:
        return " or ".join(f'`"{one}"`' for one in value["enum"])
    kind = value["type"]
    if kind == "array":
        return f"a list of texts{_bounds(value['items'])}" + (", at least one" if value.get("minItems") else "")
    if kind == "object":
        entry = value.get("additionalProperties")
        return f"a table of numbers{_bounds(entry)}" if isinstance(entry, Mapping) else "a table of any values"
    if value.get("format") == "date":
        return "a date"
    words = {"boolean": "`true` or `false`", "integer": "a whole number", "number": "a number", "string": "a text"}
    return words[kind] + _bounds(value)


def _bounds(value: Schema) -> str:
    if "minimum" in value:
        return f", {_number(value['minimum'])} to {_number(value['maximum'])}"
    if "pattern" in value:
        return f", matching `{value['pattern']}`"
    return ""


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) or value != int(value) else f"{int(value):,}"


def _default(value: Any) -> str:
    return "none" if value is None or value in ({}, [], ()) else f"`{_toml(value)}`"


def _example(name: str, value: Schema) -> str:
    """Return the example of a key as a line of TOML: that of its description, else another value than the default."""
    schema = _present(value)
    if schema.get("format") == "date":
        return f"`{name} = {value['examples'][0]}`"
    if schema["type"] == "boolean":
        return f"`{name} = {_toml(not value['default'])}`"
    if "enum" in schema:
        return f"`{name} = {_toml(next(one for one in schema['enum'] if one != value['default']))}`"
    return f"`{name} = {_toml(value['examples'][0])}`"


def _toml(value: Any) -> str:
    """Write a value as TOML does on one line."""
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_toml_key(key)} = {_toml(one)}" for key, one in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float) and value == int(value):
        return f"{value:.1f}"
    return json.dumps(value, ensure_ascii=False)


def _toml_key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _paragraph(text: str) -> str:
    """Return the first paragraph of a docstring or description, on one line."""
    return " ".join(text.partition("\n\n")[0].split())


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".")


def _title(header: str) -> str:
    return f"`{header}`" if header else "The file itself"


def _link(header: str) -> str:
    anchor = re.sub(r"[^\w\- ]", "", _title(header).lower()).replace(" ", "-")
    return f"[{_title(header)}](#{anchor})"


def _section(table: Table) -> str:
    rows = [_row(f"`{key.name}`", _escaped(key.meaning), key.values, key.default, key.example) for key in table.keys]
    head = ["| key | meaning | values | default | example |", "|---|---|---|---|---|"] if rows else []
    like = [] if table.like is None else [f"The keys of {_link(table.like)}{', and these:' if rows else '.'}", ""]
    return "\n".join([f"## {_title(table.header)}\n", table.meaning, "", *like, *head, *rows]).rstrip() + "\n"


def _escaped(text: str) -> str:
    """Return a text whose stars are no emphasis in Markdown."""
    return text.replace("*", "\\*")


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(domain_reference(), encoding="utf-8")

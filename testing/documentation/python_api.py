"""docs/reference/python.md: what programs of others import, read from the code by griffe, without importing it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from pathlib import Path

import griffe

from testing.documentation.markdown_text import cell, code_cell, docstring, row

_WIDTH = 100
_ROOT = Path(__file__).resolve().parents[2]
_HEAD = """# Python reference

What programs of your own import: the grounding checker, the parts for LlamaIndex, the recipe, the settings, the
protocol of an index, and the errors. This page is made from the code by `make docs-reference`. Everything else is
internal and may change with any version. Programs to start from: [one that checks an
answer](../../examples/check_an_answer.py), and those of [llama-index.md](../llama-index.md).

"""
_PARTS: Sequence[tuple[str, str, Sequence[str]]] = (
    (
        "The grounding checker",
        "app.grounding",
        (
            *("check.check", "ContextIndex", "AnswerStream", "CheckedSentence", "Report"),
            *("Flag", "FlagReason", "Evidence", "SentenceScore", "Unjudged"),
        ),
    ),
    ("A retriever for LlamaIndex", "app.llama_index", ("GroundworkRetriever",)),
    ("A chunker and an embedder for LlamaIndex", "ingest.llama_index", ("GroundworkChunker", "GroundworkEmbedding")),
    ("The recipe", "core.recipe", ("RecipeTable", "Recipe", "Example")),
    ("Settings", "core.settings", ("Settings", "read_settings")),
    ("Values", "core.types", ("Document", "DocumentRecord", "Chunk", "SearchFilter", "HybridQuery", "Hit", "Message")),
    ("The index", "core.index.protocol", ("WritableIndex", "Index", "IndexView", "IndexStore")),
    ("Errors", "core.errors", ()),
)


def python_page() -> str:
    """Return the page."""
    loader = griffe.GriffeLoader(search_paths=[_ROOT], allow_inspection=False)
    for package in dict.fromkeys(module.partition(".")[0] for _, module, _ in _PARTS):
        loader.load(package)
    lines = [_HEAD.rstrip(), ""]
    for title, module, names in _PARTS:
        part = loader.modules_collection[module]
        lines += [f"## {title}", "", f"`{module}`", ""]
        lines += [docstring(part.docstring.value), ""] if part.docstring else []
        for name in names:
            member = part[name]
            lines += list(_shown(member.final_target if member.is_alias else member))
    return "\n".join(lines).rstrip() + "\n"


def _shown(thing: griffe.Object | griffe.Alias) -> Iterator[str]:
    yield from (f"### {thing.name}", "")
    if isinstance(thing, griffe.Class):
        bases = ", ".join(str(base) for base in thing.bases)
        yield from _code(f"class {thing.name}({bases}): ..." if bases else f"class {thing.name}: ...")
    elif isinstance(thing, griffe.Function):
        yield from _code(_signature(thing))
    elif isinstance(thing, griffe.Attribute):
        yield from _code(f"{thing.name} = {thing.value}")
    yield from _documented(thing)
    if isinstance(thing, griffe.Class):
        members = _members(thing)
        yield from _fields([one for one in members if isinstance(one, griffe.Attribute)])
        for member in members:
            if isinstance(member, griffe.Function):
                yield from (f"#### {thing.name}.{member.name}", "")
                yield from _code(_signature(member))
                yield from _documented(member)


def _code(code: str) -> Iterator[str]:
    yield from ("```python", code, "```", "")


def _documented(thing: griffe.Object | griffe.Alias) -> Iterator[str]:
    if thing.docstring:
        yield from (docstring(thing.docstring.value), "")


def _members(thing: griffe.Class) -> list[griffe.Object | griffe.Alias]:
    """The public members of a class, after those of its private bases, which have no entry of their own."""
    inherited = [one for base in thing.resolved_bases if base.name.startswith("_") for one in base.members.values()]
    return [one for one in (*inherited, *thing.members.values()) if not one.name.startswith("_")]


def _fields(fields: Sequence[griffe.Attribute]) -> Iterator[str]:
    if not fields:
        return
    yield from (row("field", "type", "default", "meaning"), row("---", "---", "---", "---"))
    for one in fields:
        kind, description = _annotated(one.annotation)
        default = "" if one.value is None or "property" in one.labels else str(one.value)
        if isinstance(one.value, griffe.ExprCall):
            default, description = _keyword(one.value, "default"), _text(one.value) or description
        meaning = one.docstring.value if one.docstring else description
        yield row(f"`{one.name}`", code_cell(kind), code_cell(default), cell(meaning))
    yield ""


def _annotated(annotation: object) -> tuple[str, str]:
    """The type, and the description of a pydantic field in `Annotated[type, Field(description=…)]`."""
    if not (isinstance(annotation, griffe.ExprSubscript) and str(annotation.left) == "Annotated"):
        return str(annotation or ""), ""
    assert isinstance(annotation.slice, griffe.ExprTuple)
    kind, *rest = annotation.slice.elements
    return str(kind), "".join(_text(part) for part in rest if isinstance(part, griffe.ExprCall))


def _keyword(call: griffe.ExprCall, name: str) -> str:
    """The source of a keyword argument; empty without one."""
    keywords = [one for one in call.arguments if isinstance(one, griffe.ExprKeyword) and one.name == name]
    return str(keywords[0].value) if keywords else ""


def _text(field: griffe.ExprCall) -> str:
    """The description of a pydantic field."""
    source = _keyword(field, "description")
    return str(ast.literal_eval(source)) if source else ""


def _signature(function: griffe.Function) -> str:
    """The signature, on one line where it fits, else with a parameter a line."""
    parameters = [_parameter(one) for one in function.parameters if one.name not in ("self", "cls")]
    kinds = [one.kind for one in function.parameters if one.name not in ("self", "cls")]
    keyword_only = griffe.ParameterKind.keyword_only
    if keyword_only in kinds and griffe.ParameterKind.var_positional not in kinds:
        parameters.insert(kinds.index(keyword_only), "*")
    returns = f" -> {function.returns}" if function.returns is not None else ""
    line = f"def {function.name}({', '.join(parameters)}){returns}: ..."
    if len(line) <= _WIDTH:
        return line
    return f"def {function.name}(\n" + "".join(f"    {one},\n" for one in parameters) + f"){returns}: ..."


def _parameter(one: griffe.Parameter) -> str:
    stars = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}
    text = (
        (stars.get(one.kind, "") if one.kind else "")
        + one.name
        + (f": {one.annotation}" if one.annotation is not None else "")
    )
    if one.default is None or one.kind in stars:
        return text
    return f"{text} = {one.default}" if one.annotation is not None else f"{text}={one.default}"

"""docs/reference/cli.md: every command of `groundwork` with its arguments and options, from typer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import typer.main

from cli.main import __doc__ as exit_codes
from cli.main import cli
from testing.documentation.markdown_text import cell, code_cell, row

_KINDS = {str: "TEXT", int: "NUMBER", float: "NUMBER", Path: "PATH"}
_HEAD = """# Commands

Every command of `groundwork` with its arguments and options. This page is made from the program by
`make docs-reference`; `groundwork COMMAND --help` prints the same. With `--json` a command prints one JSON object on
stdout and nothing else; progress and logs go to stderr.

| exit code | meaning |
|---|---|
"""


def commands_page() -> str:
    """Return the page."""
    codes = re.findall(r"(\d) ([^;.]+)[;.]", (exit_codes or "").partition("Exit codes:")[2])
    table = "\n".join(row(number, cell(meaning)) for number, meaning in codes)
    sections = [_section(names, command) for names, command in _commands(typer.main.get_command(cli), ["groundwork"])]
    return _HEAD + table + "\n\n" + "\n".join(sections)


def _commands(command: Any, names: list[str]) -> Iterator[tuple[list[str], Any]]:
    """The commands below a group, in its order, without hidden ones. Typer has its own copy of click's classes."""
    if (children := getattr(command, "commands", None)) is None:
        yield names, command
        return
    for name, child in children.items():
        if not child.hidden:
            yield from _commands(child, [*names, name])


def _section(names: list[str], command: Any) -> str:
    parameters = [one for one in command.params if not getattr(one, "hidden", False)]
    usage = " ".join([*names, *(_usage(one) for one in parameters if one.param_type_name == "argument"), "[OPTIONS]"])
    help_text = re.sub(r"(?<!\n)\n(?!\n)", " ", (command.help or "").strip())
    lines = [f"## {' '.join(names)}", "", help_text, "", f"    {usage}", ""]
    if parameters:
        lines += [row("", "default", "meaning"), row("---", "---", "---")]
        lines += [row(code_cell(_name(one)), code_cell(_default(one)), cell(one.help or "")) for one in parameters]
        lines.append("")
    return "\n".join(lines)


def _usage(argument: Any) -> str:
    name = argument.name.upper() + ("…" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _name(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return _usage(parameter)
    names = ", ".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {_value(parameter.type_descriptor.annotation, parameter.metavar)}"


def _value(annotation: Any, metavar: str | None) -> str:
    """What a value is: the choices, or the name of its type."""
    if metavar:
        return metavar
    parts = get_args(annotation)
    if get_origin(annotation) is Literal:
        return "|".join(map(str, parts))
    if get_origin(annotation) in (list, tuple):
        return _value(parts[0], None)
    return _KINDS[annotation]


def _default(parameter: Any) -> str:
    """The default where it is a value; what is found out at run time is in the help."""
    value = parameter.default
    return str(value) if isinstance(value, str | int | float | Path) and value not in ("", False) else ""

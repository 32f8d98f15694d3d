"""Read the gold questions of a file: one JSON object on each line (`evals/cases/case.py`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from core.errors import ConfigurationError
from core.json_lines import json_lines
from core.types import Message
from evals.cases.case import Case, Gold, Kind, LabelledAnswer, Split

_REQUIRED = ("id", "question", "kind", "gold", "split")
_TEXT = '"…"'
_EXAMPLES = {"unsupported": '["…"]'}
"""How the value of a key is shown in a message; every other one is a text."""
_OPTIONAL = ("answer", "required", "forbidden", "history", "tags", "labelled")


def load_cases(file: Path) -> list[Case]:
    """Read the cases of a file, in order. Raises ConfigurationError that names the file, line, key and fix."""
    cases: list[Case] = []
    lines_by_id: dict[str, int] = {}
    for number, line in read_lines(file):
        case = read_line(f"{file}, line {number}", line)
        if case.id in lines_by_id:
            raise ConfigurationError(
                f"{file}, line {number}: 'id' is '{case.id}', which line {lines_by_id[case.id]} has already. "
                "Give each case its own id."
            )
        lines_by_id[case.id] = number
        cases.append(case)
    if not cases:
        raise ConfigurationError(
            f"{file} contains no cases. Add one JSON object on each line; see evals/cases/case.py."
        )
    return cases


def read_lines(file: Path) -> list[tuple[int, str]]:
    """Return the lines of a file that are not blank, with their numbers. Raises ConfigurationError."""
    return json_lines(_read(file))


def read_line(where: str, line: str) -> Case:
    """Return the case of a line of JSON. Raises ConfigurationError that names `where` (file and line), key and fix."""
    return read_case(where, _parse(where, line))


def read_case(where: str, row: Any) -> Case:
    """Return the case of a parsed line. Raises ConfigurationError that names `where` (file and line), key and fix."""
    if not isinstance(row, dict):
        raise ConfigurationError(f"{where} is {row!r}; it must be a JSON object.")
    _check_keys(where, row)
    kind = _choice(where, row, "kind", get_args(Kind))
    case = Case(
        id=_text(where, row, "id"),
        question=_text(where, row, "question"),
        kind=kind,
        gold=tuple(
            Gold(_text(f"{where}, gold", entry, "document_id"), _text(f"{where}, gold", entry, "quote"))
            for entry in _objects(where, row, "gold", ("document_id", "quote"))
        ),
        split=_choice(where, row, "split", get_args(Split)),
        answer=_optional_text(where, row, "answer"),
        history=_history(where, row),
        tags=frozenset(_words(where, row, "tags")),
        labelled=tuple(
            _labelled(f"{where}, labelled answer {number}", entry)
            for number, entry in enumerate(_objects(where, row, "labelled", ("answer", "unsupported")), start=1)
        ),
        required=_required(where, row),
        forbidden=_tokens(where, "forbidden", _words(where, row, "forbidden")),
    )
    _check_kind(where, case)
    return case


def choose_split(cases: Sequence[Case], split: Split | Literal["all"], file: Path) -> list[Case]:
    """Return the cases of one split, or all. Raises ConfigurationError when there are none."""
    chosen = [case for case in cases if split in ("all", case.split)]
    if not chosen:
        raise ConfigurationError(
            f"{file} contains no cases of the split '{split}'. Use --split all, or give some cases this split."
        )
    return chosen


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError(
            f"There is no file {file}. Write gold questions to it (see domains/onboarding/cases.jsonl), "
            "or name another file with --cases."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The cases in {file} cannot be read: {error}. The file must be UTF-8 text."
        ) from error


def _parse(where: str, line: str) -> Any:
    try:
        value = json.loads(line)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise ConfigurationError(
            f"{where} has {error.object[error.start]!r}, which is half of a character. Write the whole character."
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"{where} is not valid JSON: {error}. Write one object on each line.") from error
    return value


def _check_keys(where: str, row: Mapping[str, Any]) -> None:
    for key in _REQUIRED:
        if key not in row:
            raise ConfigurationError(f"{where}: the key '{key}' is missing. Required keys: {', '.join(_REQUIRED)}.")
    for key in row:
        if key not in (*_REQUIRED, *_OPTIONAL):
            known = ", ".join((*_REQUIRED, *_OPTIONAL))
            raise ConfigurationError(f"{where}: unknown key '{key}'. Known keys: {known}.")


def _check_kind(where: str, case: Case) -> None:
    if case.answerable and not case.gold:
        raise ConfigurationError(
            f"{where}: 'gold' is empty, but the kind is '{case.kind}'. "
            "Quote the words that answer the question, or set the kind to 'unanswerable'."
        )
    if not case.answerable and case.gold:
        raise ConfigurationError(
            f"{where}: 'gold' quotes {case.gold[0].document_id}, but the kind is '{case.kind}'. "
            "Remove the quote, or set the kind to 'answerable'."
        )
    if not case.answerable and case.required:
        raise ConfigurationError(
            f"{where}: 'required' has {case.required[0][0]!r}, but the kind is '{case.kind}'. "
            "Remove the tokens, or set the kind to 'answerable'."
        )
    if case.kind == "follow_up" and not case.history:
        raise ConfigurationError(f"{where}: 'history' is empty, but the kind is 'follow_up'. Add the turns before it.")
    for alternatives in case.required:
        if both := [token for token in alternatives if token in case.forbidden]:
            raise ConfigurationError(
                f"{where}: {both[0]!r} is both in 'required' and in 'forbidden'. Remove it from one of them."
            )


def _required(where: str, row: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    entries = row.get("required", [])
    if not isinstance(entries, list) or not all(isinstance(entry, (str, list)) for entry in entries):
        raise ConfigurationError(
            f"{where}: 'required' is {entries!r}; it must be a list of strings, or of lists of alternatives: "
            '["€650", ["6 months", "six months"]].'
        )
    return tuple(_alternatives(where, entry) for entry in entries)


def _alternatives(where: str, entry: str | list[Any]) -> tuple[str, ...]:
    tokens = [entry] if isinstance(entry, str) else entry
    if not tokens or not all(isinstance(token, str) for token in tokens):
        raise ConfigurationError(
            f"{where}: 'required' has the alternatives {entry!r}; they must be a list of at least one string."
        )
    return _tokens(where, "required", tokens)


def _tokens(where: str, key: str, tokens: Sequence[str]) -> tuple[str, ...]:
    for token in tokens:
        if not any(character.isalnum() for character in token):
            raise ConfigurationError(
                f"{where}: '{key}' has {token!r}, which has no letter or digit. Write a word or a number, or remove it."
            )
    return tuple(tokens)


def _history(where: str, row: Mapping[str, Any]) -> tuple[Message, ...]:
    turns = _objects(where, row, "history", ("role", "content"))
    return tuple(
        Message(
            _choice(f"{where}, history", turn, "role", ("user", "assistant")),
            _text(f"{where}, history", turn, "content"),
        )
        for turn in turns
    )


def _labelled(where: str, entry: Mapping[str, Any]) -> LabelledAnswer:
    answer = _text(where, entry, "answer")
    parts = _words(where, entry, "unsupported")
    for part in parts:
        times = answer.count(part) if part.strip() else 0
        if times == 0:
            raise ConfigurationError(
                f"{where}: 'unsupported' has {part!r}, which is not in the answer. Copy the words from the "
                "answer, with their case and punctuation."
            )
        if times > 1:
            raise ConfigurationError(
                f"{where}: 'unsupported' has {part!r}, which is in the answer {times} times. Copy more of the words "
                "around the one that is meant."
            )
    return LabelledAnswer(answer, tuple(parts))


def _objects(where: str, row: Mapping[str, Any], key: str, keys: tuple[str, ...]) -> list[dict[str, Any]]:
    entries = row.get(key, [])
    if not isinstance(entries, list) or not all(isinstance(e, dict) and set(e) == set(keys) for e in entries):
        wanted = ", ".join(f'"{name}": {_EXAMPLES.get(name, _TEXT)}' for name in keys)
        raise ConfigurationError(f"{where}: '{key}' is {entries!r}; it must be a list of {{{wanted}}}.")
    return entries


def _text(where: str, row: Mapping[str, Any], key: str) -> str:
    value = row[key]
    if not isinstance(value, str) or not value.strip():
        raise ConfigurationError(f"{where}: '{key}' is {value!r}; it must be a non-empty string.")
    return value


def _optional_text(where: str, row: Mapping[str, Any], key: str) -> str:
    value = row.get(key, "")
    if not isinstance(value, str):
        raise ConfigurationError(f"{where}: '{key}' is {value!r}; it must be a string.")
    return value


def _words(where: str, row: Mapping[str, Any], key: str) -> list[str]:
    words = row.get(key, [])
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ConfigurationError(f"{where}: '{key}' is {words!r}; it must be a list of strings.")
    return words


def _choice(where: str, row: Mapping[str, Any], key: str, choices: tuple[str, ...]) -> Any:
    value = row[key]
    if value not in choices:
        raise ConfigurationError(f"{where}: '{key}' is {value!r}; it must be one of {', '.join(choices)}.")
    return value

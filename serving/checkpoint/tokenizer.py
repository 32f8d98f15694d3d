"""Whether two checkpoints have the same tokenizer: the same tokens under the same numbers, and the same chat template.

A draft model and a teacher are only of use to a model that reads and writes the same tokens.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.errors import ConfigurationError

_FILE, _SETTINGS, _TEMPLATE = "tokenizer.json", "tokenizer_config.json", "chat_template.jinja"
_SPECIAL = ("bos_token", "eos_token")
_SHOWN = 40


def tokenizer_difference(one: Path, other: Path) -> str | None:
    """Return the first difference of two checkpoints' tokenizers, as the end of a sentence; None where there is none.

    Compared are the vocabulary, how text is split into tokens, the tokens that begin and end a text, and the chat
    template. Raises ConfigurationError for a folder without a tokenizer.json that can be read.
    """
    return next(_differences(one, other), None)


def _differences(one: Path, other: Path) -> Iterator[str]:
    first, second = _read(one / _FILE), _read(other / _FILE)
    yield from _of_vocabularies(_vocabulary(first), _vocabulary(second))
    for part in ("normalizer", "pre_tokenizer"):
        if first.get(part) != second.get(part):
            yield f"the rules by which text is split differ ({part} of {_FILE})"
    merges, others = (tokenizer.get("model", {}).get("merges") for tokenizer in (first, second))
    if _pairs(merges) != _pairs(others):
        yield f"the merges of the vocabulary differ (model.merges of {_FILE})"
    settings, other_settings = _settings(one), _settings(other)
    for name in _SPECIAL:
        mine, theirs = _content(settings.get(name)), _content(other_settings.get(name))
        if mine != theirs:
            yield f"{name} is {mine!r} in the one and {theirs!r} in the other"
    template, other_template = _template(one, settings), _template(other, other_settings)
    if template != other_template:
        yield _of_templates(template, other_template)


def _of_vocabularies(one: Mapping[str, int], other: Mapping[str, int]) -> Iterator[str]:
    for token, number in one.items():
        if token not in other:
            yield f"the token {token!r} ({number}) is only in the one, which has {len(one):,} tokens to {len(other):,}"
        elif other[token] != number:
            yield f"the token {token!r} is number {number} in the one and {other[token]} in the other"
    for token in other.keys() - one.keys():
        counts = f"{len(other):,} tokens to {len(one):,}"
        yield f"the token {token!r} ({other[token]}) is only in the other, which has {counts}"


def _of_templates(one: str, other: str) -> str:
    if not (one and other):
        return f"only {'the one' if one else 'the other'} has a chat template"
    place = next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), None)
    at = min(len(one), len(other)) if place is None else place
    return (
        f"the chat templates differ from character {at} on: {one[at : at + _SHOWN]!r} and {other[at : at + _SHOWN]!r}"
    )


def _vocabulary(tokenizer: Mapping[str, Any]) -> dict[str, int]:
    """Return the number of each token; those of a Unigram model are in a list, in order."""
    found = tokenizer.get("model", {}).get("vocab", {})
    numbers = {row[0]: number for number, row in enumerate(found)} if isinstance(found, list) else dict(found)
    return {**numbers, **{row["content"]: row["id"] for row in tokenizer.get("added_tokens", ())}}


def _pairs(merges: Any) -> list[list[str]]:
    """Return the merges in one form: older files have a text for each pair."""
    return [pair.split(" ", 1) if isinstance(pair, str) else list(pair) for pair in merges or ()]


def _template(folder: Path, settings: Mapping[str, Any]) -> str:
    file = folder / _TEMPLATE
    if file.is_file():
        return file.read_text(encoding="utf-8").strip()
    stated = settings.get("chat_template") or ""
    if isinstance(stated, list):
        stated = next((row["template"] for row in stated if row.get("name") == "default"), "")
    return str(stated).strip()


def _content(token: Any) -> str | None:
    return token.get("content") if isinstance(token, dict) else token


def _settings(folder: Path) -> Mapping[str, Any]:
    return _read(folder / _SETTINGS) if (folder / _SETTINGS).is_file() else {}


def _read(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"{file} cannot be read ({error}), so that tokenizers cannot be compared. Save the tokenizer again with "
            "transformers."
        ) from error
    if not isinstance(found, dict):
        raise ConfigurationError(f"{file} holds no object. Save the tokenizer again with transformers.")
    return found

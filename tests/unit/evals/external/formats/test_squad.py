from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError
from evals.external.formats.squad import read_squad
from tests.unit.evals.external.sets import SQUAD, write_squad


def test_paragraphs_are_passages_and_impossible_questions_have_no_relevant_one(tmp_path: Path) -> None:
    found = read_squad(write_squad(tmp_path / "dev.json"))
    assert [passage.id for passage in found.passages] == ["1-Social_insects#1", "1-Social_insects#2"]
    assert found.passages[0].title == "Social insects"
    answerable, impossible = found.questions
    assert (set(answerable.relevant), answerable.answers) == ({"1-Social_insects#1"}, ("honey",))
    assert (impossible.relevant, impossible.answers, impossible.answerable) == (frozenset(), (), False)


def _qa(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["data"][0]["paragraphs"][0]["qas"][0]
    return found


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda whole: whole.pop("data"), r"'data' is None; it must be a list of objects"),
        (lambda whole: whole["data"][0].pop("paragraphs"), r"article 1: 'paragraphs' is None"),
        (lambda whole: _qa(whole).pop("answers"), r"article 1, paragraph 1, question 's1': 'answers' is None"),
        (lambda whole: _qa(whole).update(answers=[]), r"question 's1' has 0 answers, but 'is_impossible' is false"),
        (lambda whole: _qa(whole).update(is_impossible="no"), r"'is_impossible' is 'no'; it must be true or false"),
        (lambda whole: _qa(whole).update(id="s2"), r"paragraph 1: the question 's2' is in the file already"),
        (lambda whole: whole.update(data=[]), "has no question"),
    ],
)
def test_a_wrong_file_is_named_with_the_place(
    tmp_path: Path, damage: Callable[[dict[str, Any]], object], message: str
) -> None:
    whole = copy.deepcopy(dict(SQUAD))
    damage(whole)
    with pytest.raises(ConfigurationError, match=message):
        read_squad(write_squad(tmp_path / "dev.json", whole))


def test_a_file_that_is_no_json_and_one_that_is_not_there_are_named(tmp_path: Path) -> None:
    (tmp_path / "dev.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"dev\.json is not valid JSON"):
        read_squad(tmp_path / "dev.json")
    with pytest.raises(ConfigurationError, match="is not a file"):
        read_squad(tmp_path / "other.json")


def test_an_article_without_a_title_gives_its_paragraphs_none(tmp_path: Path) -> None:
    whole = copy.deepcopy(dict(SQUAD))
    del whole["data"][0]["title"]
    found = read_squad(write_squad(tmp_path / "dev.json", whole))
    assert [(passage.id, passage.title) for passage in found.passages] == [("1#1", ""), ("1#2", "")]

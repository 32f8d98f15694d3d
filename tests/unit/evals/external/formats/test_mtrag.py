from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.types import Message
from evals.external.formats.mtrag import read_mtrag
from tests.unit.evals.external.sets import MTRAG_TASKS, write_mtrag


def test_the_questions_of_the_domain_are_read_with_history_answers_and_answerability(tmp_path: Path) -> None:
    found = read_mtrag(write_mtrag(tmp_path), "cloud")
    first, second, third = found.questions
    assert (first.text, first.answerable, first.answers) == ("What do bees make?", True, ("Honey.",))
    assert first.relevant == {"d1"}
    assert second.history == (Message("user", "What do bees make?"), Message("assistant", "Honey."))
    assert (second.answerable, second.relevant) == (False, frozenset())
    assert third.answerable is None
    assert found.notes == ("1 questions are answerable in part or conversation: not counted in the refusals.",)


def test_the_folder_of_an_older_checkout_is_found(tmp_path: Path) -> None:
    write_mtrag(tmp_path)
    (tmp_path / "mtrag-human").rename(tmp_path / "human")
    assert len(read_mtrag(tmp_path, "cloud").questions) == 3


def test_a_domain_without_its_corpus_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"has no file corpora/passage_level/govt\.jsonl"):
        read_mtrag(write_mtrag(tmp_path), "govt")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Answerability": ["MAYBE"]}, r"line 1: 'Answerability' is \['MAYBE'\]; it must be one of ANSWERABLE"),
        ({"Answerability": None}, r"line 1: 'Answerability' is None"),
        ({"input": []}, r"line 1: the last turn of 'input' must be one of the user"),
        ({"input": "text"}, r"line 1: 'input' is 'text'; it must be a list of objects"),
        ({"input": [{"speaker": "robot", "text": "Hm."}]}, r"'speaker' is 'robot'; it must be user or agent"),
    ],
)
def test_a_wrong_task_is_named(tmp_path: Path, change: dict[str, object], message: str) -> None:
    write_mtrag(tmp_path, tasks=({**MTRAG_TASKS[0], **change},))
    with pytest.raises(ConfigurationError, match=message):
        read_mtrag(tmp_path, "cloud")


def test_tasks_of_other_domains_alone_are_refused(tmp_path: Path) -> None:
    write_mtrag(tmp_path, tasks=MTRAG_TASKS[3:], qrels=())
    with pytest.raises(ConfigurationError, match="has no task whose 'Collection' contains 'ibmcloud'"):
        read_mtrag(tmp_path, "cloud")


def test_a_judgement_of_an_unknown_task_is_named(tmp_path: Path) -> None:
    write_mtrag(tmp_path, qrels=(("c<::>9", "d1", 1),))
    with pytest.raises(ConfigurationError, match=r"dev\.tsv, line 2: there is no question 'c<::>9'"):
        read_mtrag(tmp_path, "cloud")

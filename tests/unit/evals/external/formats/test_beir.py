from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from evals.external.formats.beir import read_beir
from evals.external.question_set import ExternalPassage
from tests.unit.evals.external.sets import BEIR_CORPUS, BEIR_QRELS, BEIR_QUERIES, write_beir, write_lines, write_qrels


def test_the_passages_and_the_judged_questions_are_read_with_their_grades(tmp_path: Path) -> None:
    found = read_beir(write_beir(tmp_path))
    assert found.passages[0] == ExternalPassage("d1", "Bees make honey from nectar.", "Bees")
    assert [question.id for question in found.questions] == ["q1", "q2"]
    assert found.questions[0].grades == {"d1": 2, "d3": 0}
    assert found.questions[0].relevant == {"d1"}


def test_a_gzipped_corpus_is_read(tmp_path: Path) -> None:
    write_beir(tmp_path)
    plain = tmp_path / "corpus.jsonl"
    (tmp_path / "corpus.jsonl.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    assert len(read_beir(tmp_path).passages) == len(BEIR_CORPUS)


def test_a_question_with_grades_of_zero_alone_is_not_asked(tmp_path: Path) -> None:
    found = read_beir(write_beir(tmp_path, qrels=(("q1", "d1", 0), ("q2", "d2", 1))))
    assert [question.id for question in found.questions] == ["q2"]


def test_a_line_separator_inside_a_text_does_not_end_its_line(tmp_path: Path) -> None:
    write_beir(tmp_path)
    line = '{"_id": "d4", "title": "", "text": "One\u2028two."}\n'
    with (tmp_path / "corpus.jsonl").open("a", encoding="utf-8") as corpus:
        corpus.write(line)
    assert read_beir(tmp_path).passages[-1].text == "One\u2028two."


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", r"corpus\.jsonl, line 4 is not valid JSON"),
        ("[1]", r"corpus\.jsonl, line 4 is \[1\]; it must be a JSON object"),
        ('{"_id": "d4"}', r"corpus\.jsonl, line 4 has no key 'text'; it has: _id"),
        ('{"text": "No id."}', r"corpus\.jsonl, line 4 has no key '_id'"),
        ('{"_id": "d4", "text": null}', r"corpus\.jsonl, line 4: 'text' is None; it must be a text"),
        ('{"_id": "d1", "text": "Again."}', r"line 4 has the id 'd1', which is that of .*corpus\.jsonl, line 1"),
    ],
)
def test_a_wrong_line_of_the_corpus_is_named(tmp_path: Path, line: str, message: str) -> None:
    write_beir(tmp_path)
    with (tmp_path / "corpus.jsonl").open("a", encoding="utf-8") as corpus:
        corpus.write(line + "\n")
    with pytest.raises(ConfigurationError, match=message):
        read_beir(tmp_path)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("q1", "d1"), r"test\.tsv, line 5 has 2 columns instead of 3"),
        (("q1", "d2", "high"), r"line 5: the score is 'high'; it must be a whole number from 0"),
        (("q1", "d2", -1), r"line 5: the score is '-1'"),
        (("q9", "d2", 1), r"line 5: there is no question 'q9' in queries\.jsonl"),
        (("q1", "d9", 1), r"line 5: the passage 'd9' is judged relevant, but it is not in the corpus"),
        (("q1", "d1", 1), r"line 5 grades 'd1' for 'q1' 1, and a line before it 2"),
    ],
)
def test_a_wrong_judgement_is_named(tmp_path: Path, row: tuple[object, ...], message: str) -> None:
    write_beir(tmp_path, qrels=(*BEIR_QRELS, row))
    with pytest.raises(ConfigurationError, match=message):
        read_beir(tmp_path)


def test_an_irrelevant_passage_may_be_missing_from_the_corpus(tmp_path: Path) -> None:
    found = read_beir(write_beir(tmp_path, qrels=(*BEIR_QRELS, ("q1", "d9", 0))))
    assert found.questions[0].grades["d9"] == 0


def test_judgements_without_the_names_of_the_columns_are_refused(tmp_path: Path) -> None:
    write_beir(tmp_path)
    write_qrels(tmp_path / "qrels" / "test.tsv", BEIR_QRELS[1:], header="q1\td1\t2")
    with pytest.raises(ConfigurationError, match=r"test\.tsv, line 1 is .*query-id, corpus-id, score"):
        read_beir(tmp_path)


def test_an_unknown_split_names_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"it has the splits test: name one with --split"):
        read_beir(write_beir(tmp_path), "validation")


def test_a_set_without_judgements_says_so(tmp_path: Path) -> None:
    write_beir(tmp_path)
    (tmp_path / "qrels" / "test.tsv").unlink()
    with pytest.raises(ConfigurationError, match=r"qrels/ has no \.tsv file"):
        read_beir(tmp_path)


def test_judgements_of_nothing_relevant_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="judges no passage relevant"):
        read_beir(write_beir(tmp_path, qrels=(("q1", "d1", 0),)))


def test_a_missing_file_and_a_missing_folder_are_named(tmp_path: Path) -> None:
    write_beir(tmp_path)
    (tmp_path / "queries.jsonl").unlink()
    with pytest.raises(ConfigurationError, match=r"has no file queries\.jsonl"):
        read_beir(tmp_path)
    with pytest.raises(ConfigurationError, match="is not a folder"):
        read_beir(tmp_path / "nowhere")


def test_two_questions_with_one_id_and_an_empty_question_are_refused(tmp_path: Path) -> None:
    write_beir(tmp_path, queries=(*BEIR_QUERIES, {"_id": "q1", "text": "Again?"}))
    with pytest.raises(ConfigurationError, match=r"queries\.jsonl, line 4 has the id 'q1'"):
        read_beir(tmp_path)
    write_lines(tmp_path / "queries.jsonl", (*BEIR_QUERIES, {"_id": "q4", "text": "  "}))
    with pytest.raises(ConfigurationError, match=r"queries\.jsonl, line 4: 'text' is empty"):
        read_beir(tmp_path)


def test_a_damaged_archive_is_named(tmp_path: Path) -> None:
    write_beir(tmp_path)
    (tmp_path / "corpus.jsonl").unlink()
    (tmp_path / "corpus.jsonl.gz").write_bytes(gzip.compress(b"{}")[:-9])
    with pytest.raises(ConfigurationError, match=r"corpus\.jsonl\.gz cannot be read"):
        read_beir(tmp_path)

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.settings import Settings
from evals.cases.read import load_cases
from evals.distill.run.request import DistillRunRequest, OtherDomain
from evals.distill.run.sets import choose_cases, judge_sets, write_cases
from testing.handbook import write_domain


def write(file: Path, *rows: tuple[str, str, list[str], str]) -> Path:
    """Write cases: id, kind, gold pages, split."""
    lines = [
        {
            "id": name,
            "question": f"What is {name}?",
            "kind": kind,
            "gold": [{"document_id": page, "quote": "Words."} for page in pages],
            "split": split,
        }
        for name, kind, pages, split in rows
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    return write(
        tmp_path / "cases.jsonl",
        ("unseen", "answerable", ["new.md"], "test"),
        ("seen", "answerable", ["old.md"], "test"),
        ("both", "answerable", ["new.md", "old.md"], "test"),
        ("tuned", "answerable", ["new.md"], "dev"),
        ("nowhere", "unanswerable", [], "test"),
    )


def ids(lines: tuple[str, ...]) -> list[str]:
    return [json.loads(line)["id"] for line in lines]


def test_only_cases_whose_gold_pages_are_all_held_out_are_asked_and_those_without_gold(cases: Path) -> None:
    chosen = choose_cases([cases], "test", {"new.md"}, None)
    assert ids(chosen.lines) == ["unseen", "nowhere"]
    assert chosen.left_out == {"about pages that were trained on": 2, "over the limit": 0}


def test_of_another_domain_every_case_of_the_split_is_asked(cases: Path) -> None:
    assert ids(choose_cases([cases], "test", None, None).lines) == ["unseen", "seen", "both", "nowhere"]


def test_cases_about_trained_pages_alone_are_refused(cases: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"of 4 cases none has its gold pages among .*other\.md"):
        choose_cases([cases], "test", {"other.md"}, None)


def test_an_id_that_two_files_have_is_refused(cases: Path, tmp_path: Path) -> None:
    other = write(tmp_path / "more.jsonl", ("unseen", "answerable", ["new.md"], "test"))
    with pytest.raises(ConfigurationError, match=r"more\.jsonl, line 1: 'unseen' is also the id"):
        choose_cases([cases, other], "test", {"new.md"}, None)


def test_a_limit_keeps_the_proportions_of_the_kinds_and_a_larger_one_adds_cases(tmp_path: Path) -> None:
    rows = [(f"a{number}", "answerable", ["new.md"], "test") for number in range(30)]
    rows += [(f"u{number}", "unanswerable", [], "test") for number in range(10)]
    file = write(tmp_path / "cases.jsonl", *rows)
    few = choose_cases([file], "test", {"new.md"}, 8)
    assert Counter(name[0] for name in ids(few.lines)) == {"a": 6, "u": 2}
    assert few.left_out["over the limit"] == 32
    assert set(ids(few.lines)) < set(ids(choose_cases([file], "test", {"new.md"}, 16).lines))


def test_chosen_cases_are_written_as_they_were(cases: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "team.jsonl"
    write_cases(out, choose_cases([cases], "test", None, None))
    assert load_cases(out) == [case for case in load_cases(cases) if case.split == "test"]


def test_another_domain_is_read_over_its_own_data_and_no_set_has_a_model(tmp_path: Path) -> None:
    own, other = write_domain(tmp_path / "own"), write_domain(tmp_path / "other")
    toml = other / "domain.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"team"', '"sales"'), encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "a", domain_dir=own, llm_base_url="http://localhost:1/v1", llm_model="m")
    request = DistillRunRequest(tmp_path, tmp_path, also=(OtherDomain(str(other), tmp_path / "b"),))
    first, second = judge_sets(settings, request, {"LLM_BASE_URL": "http://localhost:1/v1"})
    assert (first.name, first.is_own, second.name, second.is_own) == ("team", True, "sales", False)
    assert second.settings.data_dir == tmp_path / "b"
    assert [one.settings.llm_base_url for one in (first, second)] == [None, None]
    with pytest.raises(ConfigurationError, match="'team', which is judged already"):
        judge_sets(settings, replace(request, also=(OtherDomain(str(own), tmp_path / "b"),)), {})

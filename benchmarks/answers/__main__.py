"""How good the answers without a model are, on six sets of questions, and whether another build answers better.

    python -m benchmarks.answers DATA [--sets SET,SET] [--split dev] --index INDEX --out OUT
    python -m benchmarks.answers DATA --out OUT --compare OTHER_OUT
    python -m benchmarks.answers DATA --out OUT --sets handbook_18f --show 5
    python -m benchmarks.answers DATA --out OUT --sets handbook_18f --sheet SHEET --build LABEL
    python -m benchmarks.answers --store SHEET --verdicts FILE
    python -m benchmarks.answers --verdicts FILE

DATA has the folders `handbook_18f`, `fastapi_docs`, `anthropic_docs`, `contoso_onboarding` and `mtrag_cloud`. INDEX
keeps an index for each corpus, so that a second run does not embed it again; an index belongs to one build. OUT keeps
the answers: a set that has answers there is measured, and not asked again. `benchmarks/answers/sets.py` describes the
sets, `measures.py` the measures, `verdicts.py` how answers are judged by hand.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks.answers.ask import Answer, ask_all, ingest, load_answers, save_answers
from benchmarks.answers.corpora import make_corpus
from benchmarks.answers.measures import measure
from benchmarks.answers.sets import SETS, Question, read_questions
from benchmarks.answers.tables import Figures, as_json, comparison_table, figures_table, in_markdown
from benchmarks.answers.verdicts import load_verdicts, store_verdicts, verdict_table, write_sheet

_WIDTH = 220


def main() -> None:
    """Ask, measure and print, or do what the options say with answers that were kept."""
    arguments = _arguments()
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    if arguments.data is None:
        _judge(arguments, console)
        return
    names = arguments.sets.split(",")
    questions = {name: _chosen(read_questions(name, arguments.data), arguments.split) for name in names}
    for name in names:
        if not _file(arguments.out, name).exists():
            _ask(name, arguments)
    answers = {name: load_answers(_file(arguments.out, name)) for name in names}
    if arguments.show:
        _show(questions, answers, arguments.show)
    elif arguments.sheet:
        _write_sheet(questions, answers, arguments)
    else:
        _measure(questions, answers, arguments, console)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="?", metavar="DATA")
    parser.add_argument("--sets", default=",".join(SETS), help=f"divided by commas; default: {', '.join(SETS)}")
    parser.add_argument("--split", choices=("dev", "test", "all"), default="all", help="measure one half only")
    parser.add_argument("--index", type=Path, help="folder of the indexes and of corpora that are written")
    parser.add_argument("--out", type=Path, help="folder of the answers")
    parser.add_argument("--mtrag-pages", type=int, metavar="N", help="ingest N pages of mtrag_cloud instead of 3,927")
    parser.add_argument("--compare", type=Path, metavar="OTHER_OUT", help="print differences to these answers")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N answers of each set in Markdown")
    parser.add_argument("--sheet", type=Path, help="write a sheet for judging the answers of one set by hand")
    parser.add_argument("--build", help="name of the build in the sheet")
    parser.add_argument("--verdicts", type=Path, help="file of verdicts: summarise it, or fill in a sheet from it")
    parser.add_argument("--store", type=Path, metavar="SHEET", help="add the verdicts of a judged sheet to --verdicts")
    arguments = parser.parse_args()
    _check(parser, arguments)
    return arguments


def _check(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    unknown = set(arguments.sets.split(",")) - set(SETS)
    if unknown:
        parser.error(f"--sets has no set {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    if arguments.data is None and arguments.verdicts is None:
        parser.error("name the folder DATA, or a file with --verdicts")
    if arguments.data is not None and arguments.out is None:
        parser.error("name the folder of the answers with --out")
    if arguments.sheet and ("," in arguments.sets or not arguments.build):
        parser.error("--sheet needs one set with --sets, and the name of the build with --build")


def _ask(name: str, arguments: argparse.Namespace) -> None:
    if arguments.index is None:
        raise SystemExit(f"{arguments.out} has no answers to {name}. Name a folder for its index with --index.")
    index = arguments.index / name
    ingest(make_corpus(name, arguments.data, arguments.index / "corpora", arguments.mtrag_pages), index)
    save_answers(_file(arguments.out, name), ask_all(read_questions(name, arguments.data), index))


def _measure(
    questions: Mapping[str, Sequence[Question]],
    answers: Mapping[str, Mapping[str, Answer]],
    arguments: argparse.Namespace,
    console: Console,
) -> None:
    figures = {name: _figures(its, answers[name]) for name, its in questions.items()}
    console.print(figures_table(figures))
    if arguments.compare:
        others = {name: load_answers(file) for name in questions if (file := _file(arguments.compare, name)).exists()}
        console.print(comparison_table(figures, {name: _figures(questions[name], its) for name, its in others.items()}))
    if arguments.json:
        arguments.json.write_text(json.dumps(as_json(figures), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _figures(questions: Sequence[Question], answers: Mapping[str, Answer]) -> Figures:
    figures: dict[str, dict[str, float]] = defaultdict(dict)
    for question in questions:
        if question.id in answers:
            for name, value in measure(question, answers[question.id]).items():
                figures[name][question.id] = value
    return figures


def _show(questions: Mapping[str, Sequence[Question]], answers: Mapping[str, Mapping[str, Answer]], count: int) -> None:
    for name, its in questions.items():
        print(f"## {name}\n")
        for question in its[:count]:
            print(in_markdown(question, answers[name][question.id]))


def _write_sheet(
    questions: Mapping[str, Sequence[Question]],
    answers: Mapping[str, Mapping[str, Answer]],
    arguments: argparse.Namespace,
) -> None:
    ((name, its),) = questions.items()
    known = load_verdicts(arguments.verdicts) if arguments.verdicts else []
    write_sheet(arguments.sheet, arguments.build, [(one, answers[name][one.id]) for one in its], known)


def _judge(arguments: argparse.Namespace, console: Console) -> None:
    if arguments.store:
        store_verdicts(arguments.verdicts, load_verdicts(arguments.store))
    console.print(verdict_table(load_verdicts(arguments.verdicts)))


def _chosen(questions: Sequence[Question], split: str) -> list[Question]:
    return [question for question in questions if split in (question.split, "all")]


def _file(out: Path, name: str) -> Path:
    return out / f"{name}.jsonl"


if __name__ == "__main__":
    main()

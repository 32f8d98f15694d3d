"""Where sentences begin and end."""

from __future__ import annotations

import ast
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core.sentences
from core.sentences import split_sentences

LANGUAGES = ["english", "german", "french", "spanish"]


def split(text: str, language: str | None = None, *, wrapped: bool = False) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text, language=language, wrapped=wrapped)]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("You get 30 days. Ask your manager.", ["You get 30 days.", "Ask your manager."]),
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("He said “Fine.” Then he left.", ["He said “Fine.”", "Then he left."]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("»Ja.« Er ging. „Nein.“ Sie blieb.", ["»Ja.«", "Er ging.", "„Nein.“", "Sie blieb."]),
        ("**One.** Two.", ["**One.**", "Two."]),
        ("It is allowed (see below.) Ask first.", ["It is allowed (see below.)", "Ask first."]),
        ("Wait… Then go on.", ["Wait…", "Then go on."]),
        ("Wait... there is more.", ["Wait... there is more."]),
        ("it ends. but goes on in lower case.", ["it ends. but goes on in lower case."]),
        ("It takes two arguments. `start` is the first.", ["It takes two arguments.", "`start` is the first."]),
        ("Version 2.13.0 costs 3.50 euros. Buy it.", ["Version 2.13.0 costs 3.50 euros.", "Buy it."]),
        ("Is it node.js or not", ["Is it node.js or not"]),
        ("Write to help@corp.gov. Wait there.", ["Write to help@corp.gov.", "Wait there."]),
        ("Übung macht Meister. Ärzte auch.", ["Übung macht Meister.", "Ärzte auch."]),
        ("Vale. ¿cómo? Así.", ["Vale.", "¿cómo?", "Así."]),
        ("休暇は三十日です。上司に聞いてください。", ["休暇は三十日です。", "上司に聞いてください。"]),
        ("「はい。」次へ！", ["「はい。」", "次へ！"]),
        ("All done! 🎉 Next.", ["All done!", "🎉 Next."]),
        ("Contents ........ 12 Pages", ["Contents ........ 12 Pages"]),
        ("no end at all", ["no end at all"]),
        (" \n\t ", []),
        ("", []),
    ],
)
def test_a_stop_ends_a_sentence(text: str, sentences: list[str], wrapped: bool) -> None:
    assert split(text, wrapped=wrapped) == sentences


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("english", "Ask Dr. Bell or Mrs. Quist. They know.", ["Ask Dr. Bell or Mrs. Quist.", "They know."]),
        ("english", "Gov. Brown and Rep. Gray came.", ["Gov. Brown and Rep. Gray came."]),
        ("english", "Use a tool, e.g. Slack. It helps.", ["Use a tool, e.g. Slack.", "It helps."]),
        ("english", "It rose (a.k.a. Mars) in approx. May.", ["It rose (a.k.a. Mars) in approx. May."]),
        ("english", "We open at 8 a.m. Monday is quiet.", ["We open at 8 a.m. Monday is quiet."]),
        ("english", "We close at 6 p.m. Bring a badge.", ["We close at 6 p.m.", "Bring a badge."]),
        ("english", "By Sec. 4 and Art. IV it is 5.", ["By Sec. 4 and Art. IV it is 5."]),
        ("english", "See No. 7, pp. 3-5 and Fig. B there.", ["See No. 7, pp. 3-5 and Fig. B there."]),
        ("english", "The answer is no. Ask again.", ["The answer is no.", "Ask again."]),
        ("english", "It began on Feb. 3. Bring a pen.", ["It began on Feb. 3.", "Bring a pen."]),
        ("english", "It closed in Dec. Bring a pen.", ["It closed in Dec.", "Bring a pen."]),
        ("english", "Bolt Inc. Austria and Nut Co. Paris pay.", ["Bolt Inc. Austria and Nut Co. Paris pay."]),
        ("english", "It belongs to Bolt Inc. The rest is ours.", ["It belongs to Bolt Inc.", "The rest is ours."]),
        ("english", "The U.S. Government pays.", ["The U.S. Government pays."]),
        ("english", "It is made in the U.S. Our price is low.", ["It is made in the U.S.", "Our price is low."]),
        ("english", "J. Bell and J. R. R. Tolkien sign.", ["J. Bell and J. R. R. Tolkien sign."]),
        ("english", "Ask R. De Niro.", ["Ask R. De Niro."]),
        ("english", "Choose plan B. It is cheap.", ["Choose plan B.", "It is cheap."]),
        ("english", "Pens, paper, etc. Ask for more.", ["Pens, paper, etc.", "Ask for more."]),
        ("english", "It takes 5 min. Submit it.", ["It takes 5 min.", "Submit it."]),
        ("english", "Ask Max. Bring cake.", ["Ask Max.", "Bring cake."]),
        ("english", "It costs 30. May I pay by 5. May 2026?", ["It costs 30.", "May I pay by 5. May 2026?"]),
        ("english", "Smith et al. (2020) say so.", ["Smith et al. (2020) say so."]),
        ("german", "Er gilt bis zum 5. März 2025. Danach nicht.", ["Er gilt bis zum 5. März 2025.", "Danach nicht."]),
        ("german", "Am 3. Okt. ist zu. Am 4. nicht.", ["Am 3. Okt. ist zu.", "Am 4. nicht."]),
        ("german", "Im 3. Quartal folgt die 2. Mahnung.", ["Im 3. Quartal folgt die 2. Mahnung."]),
        ("german", "Sie endet am 31. Danach nicht.", ["Sie endet am 31.", "Danach nicht."]),
        ("german", "Sie endet am 31.12. Danach nicht.", ["Sie endet am 31.12.", "Danach nicht."]),
        ("german", "Es gibt 30. Urlaub ist das nicht.", ["Es gibt 30.", "Urlaub ist das nicht."]),
        ("german", "Nach § 3 Abs. 4 Nr. 2 und Ziff. 5 gilt es.", ["Nach § 3 Abs. 4 Nr. 2 und Ziff. 5 gilt es."]),
        ("german", "Etwa z. B. Hunde, d. h. Tiere, z.B. Katzen.", ["Etwa z. B. Hunde, d. h. Tiere, z.B. Katzen."]),
        ("german", "Mit ca. 5 bzw. Montag inkl. Dienstag.", ["Mit ca. 5 bzw. Montag inkl. Dienstag."]),
        (
            "german",
            "Es sind 4 Mrd. Euro. Es waren 3 Mio. Das ist mehr.",
            ["Es sind 4 Mrd. Euro.", "Es waren 3 Mio.", "Das ist mehr."],
        ),
        ("german", "Er starb 44 v. Chr. Danach kam ein anderer.", ["Er starb 44 v. Chr.", "Danach kam ein anderer."]),
        ("german", "Die max. Länge ist 5 m. Die min. Breite 3.", ["Die max. Länge ist 5 m.", "Die min. Breite 3."]),
        ("german", "Nach 5 Min. Pause ruft Dr. med. Roth an.", ["Nach 5 Min. Pause ruft Dr. med. Roth an."]),
        ("german", "Gem. § 5 gilt es. Der 1. Vorsitzende irrt.", ["Gem. § 5 gilt es.", "Der 1. Vorsitzende irrt."]),
        ("german", "Hauptstr. 5 ist zu.", ["Hauptstr. 5 ist zu."]),
        ("german", "Hunde, Katzen usw. Danach Pferde.", ["Hunde, Katzen usw.", "Danach Pferde."]),
        ("french", "Voir Mme Roy, M. Petit et l'art. 7, p. 8.", ["Voir Mme Roy, M. Petit et l'art. 7, p. 8."]),
        ("french", "Prenez p. ex. Paris. C'est loin.", ["Prenez p. ex. Paris.", "C'est loin."]),
        ("french", "Il vivait avant J.-C. Les autres non.", ["Il vivait avant J.-C.", "Les autres non."]),
        ("spanish", "La Sra. Gil y el Sr. Paz leen la pág. 9.", ["La Sra. Gil y el Sr. Paz leen la pág. 9."]),
        ("spanish", "Vive en EE. UU. Su hijo no.", ["Vive en EE. UU.", "Su hijo no."]),
        ("spanish", "Lea p. ej. Madrid, núm. 3.", ["Lea p. ej. Madrid, núm. 3."]),
    ],
)
def test_a_stop_of_an_abbreviation_initial_or_ordinal_ends_none_but_before_an_opener(
    language: str, text: str, sentences: list[str]
) -> None:
    assert split(text, language) == sentences
    assert split(text) == sentences, "with the abbreviations of all languages"
    assert split(text, "klingon") == sentences, "in a language without a list"


def test_an_abbreviation_of_another_language_is_a_word() -> None:
    assert split("Es ist viel, od. Geld.", "german") == ["Es ist viel, od. Geld."]
    assert split("Say od. Then stop.", "english") == ["Say od.", "Then stop."]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. [1] Two. [2, 3] Three.", ["One. [1]", "Two. [2, 3]", "Three."]),
        ("It ended in 1999.[3] The next began.", ["It ended in 1999.[3]", "The next began."]),
        ("Er verfällt am 31. [1] Mehr nicht.", ["Er verfällt am 31. [1]", "Mehr nicht."]),
        ("It is Bolt Inc. [1] Austria pays.", ["It is Bolt Inc. [1]", "Austria pays."]),
        ("See it. [1](https://a.example) Then go.", ["See it.", "[1](https://a.example) Then go."]),
        ("One. [1]", ["One. [1]"]),
    ],
)
def test_a_citation_belongs_to_the_sentence_before_it(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_masked_character_separates_like_a_blank() -> None:
    assert split("One.\0\0\0 Two.") == ["One.", "\0\0\0 Two."]
    assert split("By Bolt Inc. \0\0\0 Austria.") == ["By Bolt Inc.", "\0\0\0 Austria."]


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_number_of_an_item_belongs_to_the_item(wrapped: bool) -> None:
    assert split("1. Open it. 2. Press it. 3. `Run` it.", wrapped=wrapped) == [
        "1. Open it.",
        "2. Press it.",
        "3. `Run` it.",
    ]
    assert split("2.1. Scope\n2.2. Terms") == ["2.1. Scope", "2.2. Terms"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("- one\n- two", ["- one", "- two"]),
        ("Heading\n\nText here.", ["Heading", "Text here."]),
        ("Car park\neuros per month", ["Car park", "euros per month"]),
        ("| a | b |\n|---|---|\n| 1 | 2 |", ["| a | b |\n|---|---|", "| 1 | 2 |"]),
        ("| Bolt Inc. | 5 |\n| Nut Co. | 6 |", ["| Bolt Inc. | 5 |", "| Nut Co. | 6 |"]),
        ("One.\r\nTwo.", ["One.", "Two."]),
    ],
)
def test_a_line_break_ends_items_headings_and_rows(text: str, sentences: list[str]) -> None:
    assert split(text) == sentences


def test_a_long_line_without_a_stop_goes_on_in_the_next() -> None:
    text = "The permit for the car park behind the building costs thirty\neuros per month."
    assert split(text) == [text]


def test_a_line_break_is_a_blank_in_wrapped_text() -> None:
    assert split("Ask the\nPeople team. Then\nwait.", wrapped=True) == ["Ask the\nPeople team.", "Then\nwait."]
    assert split("Ask Dr.\nBell.", wrapped=True) == ["Ask Dr.\nBell."]


PIECES = [
    "Ask",
    "dr.",
    "Dr.",
    "e.g.",
    "3.5",
    "No.",
    "5.",
    "am",
    "z. B.",
    "Inc.",
    "The",
    "[1]",
    "\0\0",
    "。",
    "「はい」",
]
MARKS = ["?!", "…", '"', ")", " ", "\n", "\n\n", "B.", "|", "- a"]
PROSE = st.lists(st.sampled_from([*PIECES, *MARKS]), max_size=40).map(" ".join)
LANGUAGE = st.sampled_from([*LANGUAGES, None])


@given(st.one_of(PROSE, st.text()), LANGUAGE, st.booleans())
def test_sentences_are_ordered_disjoint_stripped_and_have_every_written_character(
    text: str, language: str | None, wrapped: bool
) -> None:
    spans = split_sentences(text, language=language, wrapped=wrapped)

    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    covered = {position for start, end in spans for position in range(start, end)}
    assert all(position in covered for position, character in enumerate(text) if not character.isspace())


@given(PROSE, st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_sentences_of_a_part_are_those_of_its_text_with_the_offsets_of_the_whole(
    text: str, first: int, length: int, wrapped: bool
) -> None:
    end = min(len(text), first + length)
    start = min(first, end)

    spans = split_sentences(text, start, end, wrapped=wrapped)

    assert [(a - start, b - start) for a, b in spans] == split_sentences(text[start:end], wrapped=wrapped)


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    "text",
    [
        "Contents " + "." * 50_000 + " 12\n",
        "Contents" + " ." * 25_000 + " 12\n",
        "a. " * 20_000,
        "am 5. " * 10_000,
        "1. " * 20_000,
        "Dr. Bell " * 7_000,
        "Stop. " + "[" * 50_000,
        "Stop." + "[1]" * 20_000,
        "Stop. " + "*" * 50_000,
        "Stop." + '"' * 50_000 + "x",
        "Stop. \0" * 10_000,
        "\n" * 50_000,
    ],
    ids=lambda text: repr(text[:12]),
)
def test_a_text_of_nothing_but_stops_and_marks_takes_linear_time(text: str, wrapped: bool) -> None:
    began = time.process_time()

    split_sentences(text, wrapped=wrapped)

    assert time.process_time() - began < 1.0


def test_the_splitter_imports_the_standard_library_only_so_that_the_checker_can_be_used_alone() -> None:
    source = Path(core.sentences.__file__).read_text(encoding="utf-8")
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {
        alias.name if isinstance(node, ast.Import) else node.module or "" for node in imports for alias in node.names
    }

    assert {module.partition(".")[0] for module in modules} <= sys.stdlib_module_names

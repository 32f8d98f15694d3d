"""Text that runs from right to left is placed as if it ran from left to right."""

from __future__ import annotations

from ingest.parse.pdf.direction import from_left_to_right, logical, onwards
from ingest.parse.pdf.geometry import Box, Page, Word
from ingest.parse.pdf.lines import lines_of

BOUNDS = Box(0, 0, 600, 800)
SHALOM, OLAM, BAYIT = "שלום", "עולם", "בית"


def line(*texts: str, top: float = 100, left: float = 50, blank: float = 3) -> list[Word]:
    """Return the words of one line as they are displayed, from left to right."""
    words = []
    for text in texts:
        right = left + 5 * len(text)
        words.append(Word(text, left, top, right, top + 10, top + 8, 10))
        left = right + blank
    return words


def read(*words: Word) -> list[str]:
    return [one.text for one in lines_of(from_left_to_right(Page(1, BOUNDS, words)).words)]


def test_words_are_read_from_the_right() -> None:
    assert read(*line(BAYIT, OLAM, SHALOM)) == [f"{SHALOM} {OLAM} {BAYIT}"]


def test_latin_words_and_their_numbers_keep_their_order_in_a_line_from_the_right() -> None:
    above = line(BAYIT, OLAM, SHALOM, top=50)

    assert read(*above, *line(BAYIT, "Python", "3", "and", "R", SHALOM))[1] == f"{SHALOM} Python 3 and R {BAYIT}"


def test_numbers_of_a_list_are_read_from_the_right() -> None:
    assert read(*line("2022", "2021", SHALOM)) == [f"{SHALOM} 2021 2022"]


def test_a_line_of_latin_words_keeps_its_order_on_a_page_from_the_right() -> None:
    hebrew = line(BAYIT, OLAM, SHALOM)

    assert read(*line("Page", "7", top=50), *hebrew) == ["Page 7", f"{SHALOM} {OLAM} {BAYIT}"]


def test_hebrew_words_in_a_latin_line_are_read_from_the_right() -> None:
    assert read(*line("They", "say", OLAM, SHALOM, "as", "a", "greeting")) == [
        f"They say {SHALOM} {OLAM} as a greeting"
    ]


def test_a_hebrew_column_beside_a_latin_one_stays_in_its_place() -> None:
    words = [*line("A", "column", "of", "text"), *line(OLAM, SHALOM, left=300)]

    assert read(*words) == [f"A column of text {SHALOM} {OLAM}"]


def test_between_latin_and_hebrew_letters_is_a_blank() -> None:
    assert read(*line(BAYIT, "Python", SHALOM, blank=0)) == [f"{SHALOM} Python {BAYIT}"]


def test_a_word_in_two_fonts_stays_one_word() -> None:
    end, begin = line("ום", "של", blank=0)

    assert read(begin, end._replace(blank=False)) == [SHALOM]


def test_the_lines_drawn_on_the_page_are_mirrored_with_the_words() -> None:
    turned = from_left_to_right(Page(1, BOUNDS, tuple(line(SHALOM)), (Box(50, 90, 200, 90),), (Box(60, 90, 60, 120),)))

    assert turned.horizontals == (Box(400, 90, 550, 90),)
    assert turned.verticals == (Box(540, 90, 540, 120),)


def test_a_page_from_left_to_right_is_the_same() -> None:
    given = Page(1, BOUNDS, tuple(line("Grüße", "an", "alle")))

    assert from_left_to_right(given) is given


def test_the_letters_of_a_ligature_are_in_order() -> None:
    # pdfium returns the letters of one shape as it returns those of a line: turned round.
    assert logical([("خ", 30, 34), ("ا", 24, 30), ("ل", 24, 30), ("ل", 20, 24)]) == "خلال"


def test_a_mark_follows_the_letter_that_it_is_on() -> None:
    assert logical([("ي", 17, 20), ("\u064b", 8, 10), ("ض", 7, 17), ("ا", 4, 7)]) == "يض\u064bا"


def test_letters_in_the_shape_of_their_place_are_letters() -> None:
    assert logical([("\ufe8d", 20, 22), ("\ufedf", 16, 20)]) == "ال"


def test_distances_are_measured_in_the_direction_of_the_text() -> None:
    word, before, after = (100.0, 120.0), (94.0, 99.0), (121.0, 125.0)

    assert onwards("left", "left", word, before) == 1.0
    assert onwards("right", "right", word, after) == 1.0
    assert onwards("left", "", word, before) == 1.0
    assert onwards("left", "right", word, after) == float("inf")
    assert onwards("left", "mark", word, (110.0, 112.0)) == 0.0

"""The units of a text and what belongs together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.answer.extractive.units import outline

TEXT = """Before you travel:

- Ask your manager.
- Book the train. Second class.

The desk pays.

| Meal | Limit |
|---|---|
| Lunch | 18 EUR |

```python
print(1)
```
"""


def test_a_text_is_split_into_sentences_items_rows_and_code() -> None:
    lines = outline(TEXT)
    assert [group.kind for group in lines.groups] == ["sentence", "item", "sentence", "row", "code"]
    assert [lines.raw(position) for position in range(len(lines.units))] == [
        "Before you travel:",
        "- Ask your manager.",
        "- Book the train. Second class.",
        "The desk pays.",
        "| Lunch | 18 EUR |",
        "```python\nprint(1)\n```",
    ]


def test_a_list_after_a_colon_has_its_lead_in() -> None:
    assert [group.lead_in for group in outline(TEXT).groups] == [None, 0, None, None, None]


def test_a_table_has_its_header() -> None:
    assert [group.header for group in outline(TEXT).groups if group.kind == "row"] == ["| Meal | Limit |\n|---|---|"]


def test_rows_that_go_on_from_another_chunk_have_the_header_of_the_lead() -> None:
    lines = outline("| Lunch | 18 EUR |\n| Dinner | 30 EUR |\n\nThe desk pays.", "| Meal | Limit |\n|---|---|")
    assert [group.kind for group in lines.groups] == ["row", "sentence"]
    assert lines.groups[0].header == "| Meal | Limit |\n|---|---|"
    assert [lines.raw(position) for position in (0, 1)] == ["| Lunch | 18 EUR |", "| Dinner | 30 EUR |"]


def test_a_short_line_above_a_paragraph_is_its_topic() -> None:
    lines = outline("Exceptions\n\nEmergencies are exempt. So are tests.")
    assert lines.groups[1].topic == 0


def test_headings_rules_and_comments_are_no_units() -> None:
    lines = outline("## Leave\n\n---\n\n<!-- note -->\n\nYou have 27 days.\n\n!!! note\n")
    assert [lines.raw(position) for position in range(len(lines.units))] == ["You have 27 days."]


def test_a_text_that_begins_in_a_code_block_has_the_code_as_one_unit() -> None:
    lines = outline("x = 1\ny = 2\n```\n\nThen run it.\n\n```bash\nrun\n```")
    assert [group.kind for group in lines.groups] == ["code", "sentence", "code"]
    assert lines.raw(0) == "x = 1\ny = 2\n```"


def test_a_date_is_not_cut() -> None:
    lines = outline("Der Urlaub verfällt am 31. März. Danach nicht.")
    assert lines.raw(0) == "Der Urlaub verfällt am 31. März."


def test_an_indented_paragraph_belongs_to_its_item() -> None:
    lines = outline("1. Open the app.\n\n   It is blue.\n2. Log in.")
    assert [lines.raw(position) for position in range(2)] == ["1. Open the app.\n\n   It is blue.", "2. Log in."]


@given(st.text("ab. |-\n*1\t`#:é😀", max_size=150), st.sampled_from(["", "| A | B |\n|---|---|"]))
def test_units_are_in_order_inside_the_text_and_in_one_group_each(text: str, header: str) -> None:
    lines = outline(text, header)
    end = 0
    for position, unit in enumerate(lines.units):
        assert end <= unit.start < unit.end <= len(text)
        end = unit.end
        group = lines.group_of(position)
        assert group.first <= position < group.last


def test_a_code_block_that_was_cut_ends_at_its_own_kind_of_fence() -> None:
    lines = outline("x = 1\n~~~\n\nThen run it.")
    assert [(group.kind, lines.raw(group.first)) for group in lines.groups] == [
        ("code", "x = 1\n~~~"),
        ("sentence", "Then run it."),
    ]


def test_code_under_an_item_and_the_items_after_it_continue_the_list() -> None:
    lines = outline("1. Enter this:\n\n```\nrun\n```\n\n2. Wait.\n\nDone.\n\n```\nend\n```\n\n- Rest")
    assert [group.continues for group in lines.groups] == [False, True, True, False, False, False]
    assert [lines.list_of(position) for position in (0, 1, 2, 3)] == [(0, 2), (0, 2), (0, 2), (3, 3)]


def test_paragraphs_that_are_indented_by_four_blanks_are_code() -> None:
    lines = outline(
        "Make a key:\n\n    keys create ci   # once\n    keys list\n\nIt is printed.\n\n\trun\n\n   not code\n"
    )
    assert [group.kind for group in lines.groups] == ["sentence", "code", "sentence", "code", "sentence"]
    assert lines.raw(1) == "    keys create ci   # once\n    keys list"
    assert lines.groups[1].lead_in == 0


def test_indented_code_whose_first_indentation_is_cut_off_is_code_and_a_single_line_is_not() -> None:
    cut = outline("keys create ci\n    keys list\n\nDone.")
    assert [group.kind for group in cut.groups] == ["code", "sentence"]
    assert [group.kind for group in outline("Keys are listed.").groups] == ["sentence"]
    assert [group.kind for group in outline("One line.\n    Another one.\nA third one.").groups] == ["sentence"]


def test_an_indented_paragraph_under_an_item_is_no_code() -> None:
    lines = outline("1. Open the app.\n\n    It is blue.\n2. Log in.")
    assert [group.kind for group in lines.groups] == ["item"]

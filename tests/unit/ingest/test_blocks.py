"""Markdown becomes blocks: what belongs together, under which headings."""

from __future__ import annotations

import time

import pytest

from ingest.blocks import front_matter, plain_heading, split_blocks


def blocks(text: str) -> list[tuple[str, str]]:
    return [(block.kind, text[block.start : block.end]) for block in split_blocks(text, markdown=True)]


def sections(text: str) -> dict[str, tuple[str, ...]]:
    return {text[block.start : block.end]: block.section for block in split_blocks(text, markdown=True)}


def test_paragraphs_are_parted_by_blank_lines_and_keep_their_offsets() -> None:
    text = "One\nstill one.\n\n \t\nTwo.\n"

    assert blocks(text) == [("paragraph", "One\nstill one."), ("paragraph", "Two.")]


def test_a_block_knows_the_headings_above_it() -> None:
    text = "Intro\n\n# A\n\na\n\n## B\n\nb\n\n### C\n\nc\n\n## D\n\nd\n\n# E\n\ne\n"

    assert sections(text) == {
        "Intro": (), "a": ("A",), "b": ("A", "B"), "c": ("A", "B", "C"), "d": ("A", "D"), "e": ("E",),
    }  # fmt: skip


def test_a_heading_level_that_was_skipped_leaves_no_hole() -> None:
    assert sections("# A\n\n#### Deep\n\nx\n\n## B\n\ny\n") == {"x": ("A", "Deep"), "y": ("A", "B")}


def test_underlined_headings_count_as_levels_one_and_two() -> None:
    assert sections("A\n===\n\nB\n---\n\nb\n") == {"b": ("A", "B")}


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("# Leave", "Leave"),
        ("   ## Leave ##  ", "Leave"),
        ("# C#", "C#"),
        ("# F# and C# #", "F# and C#"),
        ("# **Bold** _and_ `code`", "Bold and code"),
        ("# [Link](https://example.org/a) {#anchor}", "Link"),
    ],
)
def test_a_headings_markup_is_not_in_the_section(line: str, title: str) -> None:
    assert sections(f"{line}\n\nx\n") == {"x": (title,)}


def test_a_heading_without_words_ends_the_section_before_it() -> None:
    assert sections("# A\n\n## B\n\nx\n\n## #\n\ny\n") == {"x": ("A", "B"), "y": ("A",)}


def test_hash_marks_inside_a_fence_are_code() -> None:
    text = "# A\n\n```sh\n# no heading\n\nls\n```\n\nb\n"

    assert blocks(text) == [("code", "```sh\n# no heading\n\nls\n```"), ("paragraph", "b")]
    assert sections(text)["b"] == ("A",)


def test_a_fence_ends_only_at_one_of_its_kind_and_length() -> None:
    text = "````\n```\nstill\n```\n~~~~\n````\nafter\n"

    assert blocks(text) == [("code", "````\n```\nstill\n```\n~~~~\n````"), ("paragraph", "after")]


def test_a_fence_that_is_never_closed_goes_to_the_end() -> None:
    assert blocks("~~~\ncode\n\nmore") == [("code", "~~~\ncode\n\nmore")]


def test_code_in_a_line_is_no_fence() -> None:
    assert sections("```ls``` lists files.\n\n# A\n\nx\n") == {"```ls``` lists files.": (), "x": ("A",)}


def test_a_tables_header_leads_its_rows() -> None:
    text = "# Pay\n\n| Week   | Pay |\n|--------|----:|\n| 1 | full |\n| 2 | half |\n\nAfter.\n"

    table, after = split_blocks(text, markdown=True)

    assert (table.kind, table.lead, table.section) == (
        "table",
        "| Week | Pay |\n|---|----:|".replace("----", "---"),
        ("Pay",),
    )
    assert text[table.start : table.end] == "| 1 | full |\n| 2 | half |"
    assert after.lead == ""


def test_a_table_of_a_header_alone_is_a_block_itself() -> None:
    assert blocks("| a | b |\n|---|---|\n") == [("table", "| a | b |\n|---|---|")]


def test_a_table_right_after_a_paragraph_is_found() -> None:
    assert [kind for kind, _ in blocks("Rates:\n| a | b |\n|---|---|\n| 1 | 2 |\n")] == ["paragraph", "table"]


def test_a_line_with_a_bar_is_no_table() -> None:
    assert blocks("a | b\nc | d\n") == [("paragraph", "a | b\nc | d")]


def test_every_list_item_is_a_block_with_its_continuation() -> None:
    text = "Bring:\n- a laptop\n  and its charger\n- 2) a badge\n1. first\n10) tenth\n* star\n+ plus\n• bullet\n"

    assert blocks(text) == [
        ("paragraph", "Bring:"),
        ("item", "- a laptop\n  and its charger"),
        ("item", "- 2) a badge"),
        ("item", "1. first"),
        ("item", "10) tenth"),
        ("item", "* star"),
        ("item", "+ plus"),
        ("item", "• bullet"),
    ]


@pytest.mark.parametrize("rule", ["---", "***", "_ _ _", "- - -", "<!-- a note -->", "<!--\n# a\n\nlong note\n-->"])
def test_rules_and_comments_are_no_blocks(rule: str) -> None:
    assert blocks(f"One.\n\n{rule}\n\nTwo.\n") == [("paragraph", "One."), ("paragraph", "Two.")]
    assert sections(f"One.\n\n{rule}\n\nTwo.\n")["Two."] == ()


@pytest.mark.parametrize("text", ["<!-- never closed\n\nText.", "<!-- a --> and words\n"])
def test_what_only_looks_like_a_comment_is_kept(text: str) -> None:
    kept = " ".join(content for _, content in blocks(text))

    assert kept.split() == text.split()


@pytest.mark.parametrize(
    "text", ["---\ntitle: A\n---\nText.", "---\ntitle: A\nlist:\n\n- b\n---\n\nText.\n", "---\n---\nText."]
)
def test_front_matter_is_no_block(text: str) -> None:
    assert blocks(text) == [("paragraph", "Text.")]


def test_front_matter_is_given_without_its_marks() -> None:
    assert front_matter("---\ntitle: A\ntags: b\n---\nText.") == "title: A\ntags: b\n"
    assert front_matter("---\n---\nText.\n---\n") == ""
    assert front_matter("Text.") == ""


def test_a_page_that_begins_with_a_rule_keeps_its_text() -> None:
    assert blocks("---\n\nOne.\n\n---\n\nTwo.\n") == [("paragraph", "One."), ("paragraph", "Two.")]


def test_plain_text_has_paragraphs_and_nothing_else() -> None:
    text = "# no heading\n- no item\n\n---\n| a | b |\n|---|---|\n"

    found = split_blocks(text, markdown=False)

    assert [(block.kind, text[block.start : block.end]) for block in found] == [
        ("paragraph", "# no heading\n- no item"),
        ("paragraph", "---\n| a | b |\n|---|---|"),
    ]


def test_a_plain_heading_keeps_words_only() -> None:
    assert plain_heading("**A** [b](c) ![d](e) `f` {#class}") == "A b d f"


@pytest.mark.parametrize(
    "line", ["# a" + " " * 20_000 + "b", "# " + "# " * 10_000, "- " * 20_000 + "x", "|" + "-" * 20_000 + "x|"]
)
def test_a_line_made_to_stall_a_pattern_costs_no_more_than_others(line: str) -> None:
    began = time.process_time()

    split_blocks(f"a | b\n{line}\n", markdown=True)

    assert time.process_time() - began < 1.0

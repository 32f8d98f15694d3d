"""Where the groups of a document come from, and that nothing is opened by mistake."""

from __future__ import annotations

import pytest

from core.domain import PermissionRule
from core.errors import UnreadablePermissions
from ingest.permissions import groups_of, of_rules, unmatched
from ingest.sources import RawDocument

HR = PermissionRule("hr/**", ("hr",))
SALARIES = PermissionRule("**/salaries.md", ("board",))
OPENED = PermissionRule("hr/public", ())
RULES = (HR, SALARIES, OPENED)


def raw(text: str = "Text.", name: str = "page.md", sidecar: str | None = None, groups: object = None) -> RawDocument:
    return RawDocument(text.encode(), name, sidecar=None if sidecar is None else sidecar.encode(), groups=groups)


@pytest.mark.parametrize(
    ("document_id", "groups"),
    [
        ("hr/leave.md", {"hr"}),
        ("hr/deep/down/leave.md", {"hr"}),
        ("hr/salaries.md", {"board"}),
        ("salaries.md", {"board"}),
        ("hr/public/salaries.md", set()),
        ("hr2/leave.md", set()),
        ("HR/leave.md", set()),
        ("other/hr/leave.md", set()),
    ],
)
def test_the_last_rule_that_matches_decides(document_id: str, groups: set[str]) -> None:
    assert of_rules(document_id, RULES) == groups


@pytest.mark.parametrize(
    ("path", "matching", "others"),
    [
        ("hr", ["hr/a.md", "hr/b/c.md", "hr"], ["hra/a.md", "a/hr/b.md"]),
        ("*/hr", ["x/hr/a.md"], ["hr/a.md", "x/y/hr/a.md"]),
        ("**/hr/*.md", ["hr/a.md", "x/y/hr/a.md"], ["hr/x/a.md", "hr/a.txt"]),
        ("hr/?.md", ["hr/a.md"], ["hr/ab.md", "hr/.md"]),
        ("hr/a[1].md", ["hr/a[1].md"], ["hr/a1.md"]),
        ("**", ["a.md", "b/c.md"], []),
    ],
)
def test_stars_stand_for_parts_of_a_path(path: str, matching: list[str], others: list[str]) -> None:
    rule = (PermissionRule(path, ("hr",)),)
    assert [one for one in (*matching, *others) if of_rules(one, rule)] == matching


def test_the_most_specific_statement_decides_alone() -> None:
    matter = "---\ntitle: T\naccess_groups: [matter]\n---\nText."
    assert groups_of("hr/a.md", raw(), RULES) == {"hr"}
    assert groups_of("hr/a.md", raw(groups=["reader"]), RULES) == {"reader"}
    assert groups_of("hr/a.md", raw(matter, groups=["reader"]), RULES) == {"matter"}
    assert groups_of("hr/a.md", raw(matter, sidecar='groups = ["sidecar"]'), RULES) == {"sidecar"}
    assert groups_of("hr/a.md", raw(sidecar="groups = []"), RULES) == set()
    assert groups_of("other.md", raw(), RULES) == set()


@pytest.mark.parametrize(
    "text",
    [
        "---\naccess_groups: hr\n---\nText.",
        "---\naccess_groups:\n  - hr\ntitle: 'A: b'\n---\nText.",
        "---\r\naccess_groups: [hr]\r\n---\r\nText.",
        "\ufeff---\naccess_groups: [hr]\n---\nText.",
        "\n---\n\naccess_groups: [hr]\n\n---\nText.",
        '---\n"access_groups": [hr]\n---\nText.',
        "---\naccess_groups: [hr]\n...\nText.",
    ],
)
def test_front_matter_is_read_in_every_way_in_which_people_write_it(text: str) -> None:
    assert groups_of("a.md", raw(text), ()) == {"hr"}


def test_front_matter_in_utf_16_is_read() -> None:
    content = "---\naccess_groups: [hr]\n---\nText.".encode("utf-16")
    assert groups_of("a.md", RawDocument(content, "a.md"), ()) == {"hr"}


@pytest.mark.parametrize(
    "text",
    ["Text.", "---\ntitle: access_groups\n---\nText.", "# Title\n\naccess_groups: [hr]", "---\n{{ templated }}\n---\n"],
)
def test_a_text_without_a_statement_is_as_open_as_its_rule(text: str) -> None:
    assert groups_of("a.md", raw(text), ()) == set()
    assert groups_of("hr/a.md", raw(text), RULES) == {"hr"}


def test_only_markdown_has_front_matter() -> None:
    assert groups_of("a.txt", raw("---\naccess_groups: [hr]\n---\n", name="a.txt"), ()) == set()


@pytest.mark.parametrize(
    "unreadable",
    [
        raw("---\naccess_groups: {hr: 1}\n---\n"),
        raw("---\naccess_groups:\n---\n"),
        raw("---\naccess_groups: []\n---\n"),
        raw(groups=[]),
        raw("---\naccess_groups: [hr\n---\n"),
        raw("---\naccess_groups: ['*']\n---\n"),
        raw("---\nmeta:\n  access_groups: [hr]\n---\n"),
        raw("---\naccess_groups: [hr]\nx: {{ templated }}: y\n---\n"),
        raw("---\naccess_groups: [hr]\n" + "x: y\n" * 30_000 + "---\n"),
        raw(sidecar=""),
        raw(sidecar="groups = hr"),
        raw(sidecar='groups = ["hr"]\nreaders = ["board"]'),
        raw(sidecar='group = ["hr"]'),
        raw(sidecar="groups = [1]"),
        RawDocument(b"Text.", "a.md", sidecar=b"\xff\xfe\x00"),
        raw(groups=7),
        raw(groups=""),
    ],
)
def test_a_statement_that_cannot_be_read_is_an_error(unreadable: RawDocument) -> None:
    with pytest.raises(UnreadablePermissions):
        groups_of("hr/a.md", unreadable, RULES)


def test_rules_without_a_document_are_named() -> None:
    assert unmatched(RULES, ["hr/a.md", "b/salaries.md"]) == ["hr/public"]

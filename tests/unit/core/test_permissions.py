"""Who may read a document."""

from __future__ import annotations

import pytest

from core.permissions import EVERYTHING, PUBLIC, Readers, groups_from

HR = Readers(frozenset({"hr", "staff"}))


@pytest.mark.parametrize(
    ("readers", "groups", "may"),
    [
        (PUBLIC, (), True),
        (PUBLIC, ("hr",), False),
        (HR, (), True),
        (HR, ("hr",), True),
        (HR, ("board", "staff"), True),
        (HR, ("board",), False),
        (HR, ("HR",), False),
        (EVERYTHING, ("board",), True),
    ],
)
def test_a_document_is_read_by_the_members_of_any_of_its_groups(
    readers: Readers, groups: tuple[str, ...], may: bool
) -> None:
    assert readers.may_read(groups) is may


@pytest.mark.parametrize(
    ("value", "groups"),
    [([], set()), (["hr"], {"hr"}), (["hr", "hr", "The board"], {"hr", "The board"}), ("hr", {"hr"})],
)
def test_groups_are_a_list_of_names_or_one_name(value: object, groups: set[str]) -> None:
    assert groups_from(value) == groups


@pytest.mark.parametrize(
    "value", [None, 7, True, {"hr": 1}, [7], [None], [["hr"]], "", [""], [" hr"], ["hr\n"], ["*"], "*", ["a" * 201]]
)
def test_anything_else_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"list of names|is no name"):
        groups_from(value)

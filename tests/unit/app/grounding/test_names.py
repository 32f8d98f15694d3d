"""Names, identifiers and addresses."""

from __future__ import annotations

import pytest

from app.grounding import check

CONTEXT = (
    "The Harbour Skills Fund pays. Write to desk@tarn.example or open https://help.tarn.example/start/now?x=1. "
    "Set max_retries to 3, call get_user() and pass --dry-run. Logs are in /var/log/tarn/app.log. "
    "Staff take Paid Time Off (PTO). It runs on node.js in the U.S. and needs 2FA."
)


def flags(answer: str, context: str = CONTEXT) -> dict[str, str]:
    return {flag.text: flag.severity for flag in check(answer, [context]).flags}


@pytest.mark.parametrize(
    "answer",
    [
        "The Harbour Skills Fund (HSF) pays.",
        "Take PTO.",
        "Take paid time off.",
        "Write to Desk@tarn.example.",
        "Set `max_retries` to `3`.",
        "Set max retries to 3.",
        "Call `get_user`.",
        "Pass `--dry-run`.",
        "Logs are in `/var/log/tarn/app.log`.",
        "It runs on Node.js in the US.",
        "It needs 2FA.",
    ],
)
def test_a_name_that_a_context_has_in_another_form_is_supported(answer: str) -> None:
    assert flags(answer) == {}


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ("The HTF pays.", "HTF"),
        ("The fund is Quillon.", "Quillon"),
        ("Open https://help.tarn.example/close.", "https://help.tarn.example/close"),
        ("Open docs.tarn.example.", "docs.tarn.example"),
        ("Write to office@tarn.example.", "office@tarn.example"),
        ("Set `max_workers`.", "max_workers"),
        ("Call put_user().", "put_user"),
        ("Pass --force-run.", "--force-run"),
        ("Logs are in /var/log/fell/app.log.", "/var/log/fell/app.log"),
        ("It needs 3FA.", "3FA"),
        ("It needs OpenVault.", "OpenVault"),
    ],
)
def test_a_name_that_no_context_has_is_a_hard_flag(answer: str, name: str) -> None:
    assert flags(answer) == {name: "hard"}


def test_each_absent_word_of_a_name_is_its_own_flag() -> None:
    assert flags("Rolf Amsel pays.") == {"Rolf": "hard", "Amsel": "hard"}


def test_a_capital_at_the_start_of_a_sentence_makes_no_name() -> None:
    assert flags("Volunteers set logs.") == {"Volunteers": "soft"}
    assert flags("Note: Volunteers set logs.") == {"Volunteers": "soft"}


@pytest.mark.parametrize("heading", ["## Volunteer Badge Rules Overview", "VOLUNTEER BADGES"])
def test_capitals_in_a_heading_make_no_names(heading: str) -> None:
    assert set(flags(heading).values()) == {"soft"}

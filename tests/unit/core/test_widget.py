"""The table [widget] of domain.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain import load_domain
from core.errors import ConfigurationError
from core.widget import Handover, WidgetTable, WidgetTexts
from testing.builders import domain_with

FULL = """
[widget]
title = "Help"
greeting = " Ask me. "
launcher_label = "Questions?"
notice = "We keep nothing."
accent = "#0A5FFF"
scheme = "dark"
position = "start"
[widget.handover]
label = "Ask a person"
url = "mailto:help@example.com"
[widget.texts.de]
title = "Hilfe"
handover_label = "Mit einem Menschen sprechen"
"""


def error_of(folder: Path, toml: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        domain_with(folder, toml)
    return str(caught.value)


def test_without_a_table_the_widget_has_the_domains_title_and_the_pages_colours(tmp_path: Path) -> None:
    domain = domain_with(tmp_path, "")
    assert domain.widget == WidgetTable()
    assert (domain.widget.accent, domain.widget.scheme, domain.widget.position) == ("#2a5f4f", "auto", "end")
    assert not domain.widget.handover.is_offered
    assert domain.widget.texts_in(None, "Support") == WidgetTexts("Support", None, None, None, None)


def test_every_text_and_colour_can_be_set(tmp_path: Path) -> None:
    widget = domain_with(tmp_path, FULL).widget
    assert (widget.accent, widget.scheme, widget.position) == ("#0A5FFF", "dark", "start")
    assert widget.handover == Handover("Ask a person", "mailto:help@example.com")
    own = WidgetTexts("Help", "Ask me.", "Questions?", "We keep nothing.", "Ask a person")
    assert widget.texts_in(None, "Support") == own


def test_a_language_has_its_own_texts_and_those_of_the_table_for_the_rest(tmp_path: Path) -> None:
    widget = domain_with(tmp_path, FULL).widget
    german = widget.texts_in("de", "Support")
    assert (german.title, german.handover_label) == ("Hilfe", "Mit einem Menschen sprechen")
    assert german.notice == "We keep nothing."
    assert widget.texts_in("fr", "Support") == widget.texts_in(None, "Support")


@pytest.mark.parametrize("handover", ['label = "Ask a person"', 'url = "https://example.com/contact?from=chat"'])
def test_a_label_or_an_address_is_enough_for_a_handover(tmp_path: Path, handover: str) -> None:
    assert domain_with(tmp_path, f"[widget.handover]\n{handover}\n").widget.handover.is_offered


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "javascript:alert(1)",
        "data:text/html,x",
        "//example.com",
        "/contact",
        "",
        "https://",
        "mailto:",
        "mailto:help",
        "https://example.com/a b",
        "HTTPS://example.com",
        " https://example.com",
        "https://example.com\\n",
    ],
)
def test_a_handover_leads_to_https_or_mail_only(tmp_path: Path, url: str) -> None:
    message = error_of(tmp_path, f'[widget.handover]\nurl = "{url}"\n')
    assert message.startswith(f"{tmp_path / 'domain.toml'}: widget.handover.url is ")
    assert "https: or mailto:" in message


@pytest.mark.parametrize("colour", ["2a5f4f", "#2a5f4", "#2a5f4f00", "red", "#2a5f4g", "#2a5f4f\\n", "var(--x)"])
def test_the_accent_colour_is_six_hexadecimal_digits(tmp_path: Path, colour: str) -> None:
    message = error_of(tmp_path, f'[widget]\naccent = "{colour}"\n')
    assert "widget.accent is" in message
    assert "#rrggbb" in message


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[widget]\nscheme = "black"\n', "one of auto, light, dark"),
        ('[widget]\nposition = "left"\n', "one of start, end"),
        ('[widget]\ncolour = "#000000"\n', "unknown key 'colour' in [widget]"),
        ('[widget]\ntitle = ""\n', "the key 'title' is missing or empty in [widget]"),
        ("[widget]\ntitle = 5\n", "'widget.title' is 5, a number; it must be a string"),
        ('[widget.texts.it]\ntitle = "Aiuto"\n', "unknown key 'it' in [widget.texts]. Known keys: en, de, fr, es."),
        ('[widget.texts.de]\naccent = "#000000"\n', "unknown key 'accent' in [widget.texts.de]"),
        ('[widget.handover]\nhref = "x"\n', "unknown key 'href' in [widget.handover]. Known keys: label, url."),
        ('widget = "on"\n', "'widget' is 'on', a string; it must be a table: [widget]."),
    ],
)
def test_the_error_of_a_wrong_line_names_the_key_and_the_fix(tmp_path: Path, toml: str, said: str) -> None:
    assert said in error_of(tmp_path, toml)


def test_the_sample_domain_has_a_widget_and_no_site() -> None:
    domain = load_domain(Path(__file__).resolve().parents[3] / "domains" / "onboarding")
    assert domain.widget.greeting
    assert domain.sites == ()

"""What the service says in words of its own, by language."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from core.texts import DEFAULT_TEXTS, DomainTexts, TextsTable


def test_every_language_has_every_text() -> None:
    assert all(all(asdict(texts).values()) for texts in DEFAULT_TEXTS.values())


def test_the_domains_refusal_is_said_in_the_documents_language_and_where_no_language_is_known() -> None:
    texts = DomainTexts.of("Not in the handbook.")
    for language in ("en", "other", "ru", None):
        assert texts.in_language(language).refusal == "Not in the handbook."
    assert texts.in_language("de") == DEFAULT_TEXTS["de"]


def test_documents_in_another_language_have_their_own_texts() -> None:
    texts = DomainTexts.of("Steht nicht im Handbuch.", "german")
    assert texts.own.refusal == texts.in_language("de").refusal == "Steht nicht im Handbuch."
    assert texts.own.thanks == DEFAULT_TEXTS["de"].thanks
    assert texts.in_language("en") == DEFAULT_TEXTS["en"]


def test_documents_in_a_language_without_texts_have_their_refusal_and_english_texts() -> None:
    texts = DomainTexts.of("Non è nel manuale.", "italian")
    assert texts.in_language("other").refusal == "Non è nel manuale."
    assert texts.in_language("other").thanks == DEFAULT_TEXTS["en"].thanks
    assert texts.in_language("en").refusal == DEFAULT_TEXTS["en"].refusal


def test_a_table_changes_the_texts_that_it_gives_and_keeps_the_others() -> None:
    tables = {"de": TextsTable(refusal="Fragen Sie Frau Vogt."), "en": TextsTable(thanks="Any time.")}
    texts = DomainTexts.of("Not found.", tables=tables)  # type: ignore[arg-type]
    assert texts.in_language("de").refusal == "Fragen Sie Frau Vogt."
    assert texts.in_language("de").thanks == DEFAULT_TEXTS["de"].thanks
    assert (texts.own.refusal, texts.own.thanks) == ("Not found.", "Any time.")


@pytest.mark.parametrize("language", ["english", "german", "italian"])
def test_the_refusals_begin_with_that_of_the_documents(language: str) -> None:
    refusals = DomainTexts.of("Not found.", language).refusals
    assert refusals[0] == "Not found."
    assert len(set(refusals)) == len(refusals) >= 4

"""An index that was made with something else is refused, with both values and the command that rebuilds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from core.errors import DomainMismatch, FingerprintMismatch
from core.index import Fingerprint
from core.index.fingerprint import records_domain

FINGERPRINT = Fingerprint(
    parser="1",
    chunker="1:200",
    embedder="small",
    dimension=384,
    sparse="bm25:english",
    sentences="1:late",
    domain="team",
)


def check(stored: Mapping[str, object]) -> None:
    FINGERPRINT.check(stored, "/data/index", "Set GROUNDWORK_DATA_DIR to a directory of its own")


def test_an_index_made_with_the_same_stages_is_accepted() -> None:
    check({**FINGERPRINT.to_payload(), "kind": "fingerprint"})


def test_a_mismatch_names_the_place_both_values_and_the_command() -> None:
    stored = replace(FINGERPRINT, embedder="large", dimension=1024).to_payload()

    with pytest.raises(FingerprintMismatch) as caught:
        check(stored)

    message = str(caught.value)
    assert "/data/index" in message
    assert "embedder 'large' (now 'small')" in message
    assert "dimension 1024 (now 384)" in message
    assert "parser" not in message
    assert "groundwork ingest --rebuild" in message


def test_an_index_without_a_fingerprint_is_refused() -> None:
    with pytest.raises(FingerprintMismatch, match=r"parser None \(now '1'\)"):
        check({})


def test_an_index_from_before_sentence_vectors_is_refused_with_the_command_that_rebuilds_it() -> None:
    stored = {name: value for name, value in FINGERPRINT.to_payload().items() if name != "sentences"}

    with pytest.raises(FingerprintMismatch, match=r"sentences None \(now '1:late'\).*groundwork ingest --rebuild"):
        check(stored)


def test_only_a_changed_configuration_can_be_set_back() -> None:
    with pytest.raises(FingerprintMismatch, match="set the configuration back"):
        check(replace(FINGERPRINT, embedder="large").to_payload())
    with pytest.raises(FingerprintMismatch, match="another version of Groundwork made it"):
        check({name: value for name, value in FINGERPRINT.to_payload().items() if name != "schema"})


def test_an_index_of_another_domain_is_refused_with_both_names_the_place_and_the_fixes() -> None:
    with pytest.raises(DomainMismatch) as caught:
        check(replace(FINGERPRINT, domain="support", embedder="large").to_payload())

    message = str(caught.value)
    assert "The index in /data/index was made for the domain 'support'" in message
    assert "GROUNDWORK_DOMAIN names 'team'" in message
    assert "Set GROUNDWORK_DATA_DIR to a directory of its own" in message
    assert "groundwork ingest --rebuild" in message


def test_an_index_from_before_domains_were_recorded_is_accepted() -> None:
    stored = {name: value for name, value in FINGERPRINT.to_payload().items() if name != "domain"}

    check(stored)

    assert not records_domain(stored)
    assert records_domain(FINGERPRINT.to_payload())

"""An index that was made with something else is refused, with both values and the command that rebuilds it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.errors import FingerprintMismatch
from core.index import Fingerprint

FINGERPRINT = Fingerprint(parser="1", chunker="1:200", embedder="small", dimension=384, sparse="bm25:english")


def test_an_index_made_with_the_same_stages_is_accepted() -> None:
    FINGERPRINT.check({**FINGERPRINT.to_payload(), "kind": "fingerprint"}, "/data/index")


def test_a_mismatch_names_the_place_both_values_and_the_command() -> None:
    stored = replace(FINGERPRINT, embedder="large", dimension=1024).to_payload()

    with pytest.raises(FingerprintMismatch) as caught:
        FINGERPRINT.check(stored, "/data/index")

    message = str(caught.value)
    assert "/data/index" in message
    assert "embedder 'large' (now 'small')" in message
    assert "dimension 1024 (now 384)" in message
    assert "parser" not in message
    assert "groundwork ingest --rebuild" in message


def test_an_index_without_a_fingerprint_is_refused() -> None:
    with pytest.raises(FingerprintMismatch, match=r"parser None \(now '1'\)"):
        FINGERPRINT.check({}, "/data/index")

from __future__ import annotations

from core.corpus import corpus_sha256


def test_the_hash_depends_on_ids_and_contents_and_not_on_the_order() -> None:
    one, two = ("leave.md", "a1"), ("pay.md", "b2")
    assert corpus_sha256([one, two]) == corpus_sha256([two, one])
    assert corpus_sha256([one, two]) != corpus_sha256([one, ("pay.md", "b3")])
    assert corpus_sha256([one, two]) != corpus_sha256([one])
    assert len(corpus_sha256([])) == 64

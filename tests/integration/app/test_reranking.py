"""A search with a cross-encoder: a tiny one, made here, with random weights."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.answer.retrieval.rerank import CrossEncoderReranker
from app.answer.retrieval.retrieve import retrieve
from core.recipe import Recipe
from testing.handbook import small_retriever

QUESTION = "How many days of annual leave do I have?"
RECIPE = Recipe(top_k=3, rerank=50)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a cross-encoder of one layer: nothing is fetched."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("cross-encoder")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "days", "leave", "annual", "laptop", "manager", "How", "many", "of"]
    tokenizer = Tokenizer(models.WordLevel({piece: number for number, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        model_max_length=64,
    ).save_pretrained(folder)  # fmt: skip
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=len(pieces), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, initializer_range=1.0,
    )  # fmt: skip
    config.num_labels = 1
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


def test_the_passages_are_in_the_cross_encoders_order(tmp_path: Path, tiny: Path) -> None:
    plain = small_retriever(tmp_path)
    reranker = CrossEncoderReranker(str(tiny))

    everything = retrieve(QUESTION, (), replace(RECIPE, top_k=50), plain).passages
    found = retrieve(QUESTION, (), RECIPE, replace(plain, reranker=reranker)).passages

    scores = reranker.scores(QUESTION, [passage.chunk.searchable_text for passage in everything])
    best = sorted(range(len(everything)), key=lambda position: -scores[position])[:3]
    assert len(set(scores)) > 3
    assert [passage.chunk.id for passage in found] == [everything[position].chunk.id for position in best]
    assert [passage.index for passage in found] == [1, 2, 3]
    assert [passage.score for passage in found] == [everything[position].score for position in best]


def test_a_recipe_may_switch_it_off(tmp_path: Path, tiny: Path) -> None:
    plain = small_retriever(tmp_path)
    recipe = replace(RECIPE, rerank=0)

    found = retrieve(QUESTION, (), recipe, replace(plain, reranker=CrossEncoderReranker(str(tiny))))

    assert found == retrieve(QUESTION, (), recipe, plain)


def test_a_model_that_is_missing_leaves_the_order_and_is_counted(tmp_path: Path) -> None:
    plain = small_retriever(tmp_path)
    failures: list[None] = []
    down = replace(
        plain, reranker=CrossEncoderReranker(str(tmp_path / "none")), rerank_failed=lambda: failures.append(None)
    )

    assert retrieve(QUESTION, (), RECIPE, down) == retrieve(QUESTION, (), RECIPE, plain)
    assert len(failures) == 1

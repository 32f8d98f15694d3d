"""A checkpoint with the shape of Qwen2.5-0.5B and random weights, its words those of the sample corpus.

Every token is a word with the white space after it, so that a text has one way only to be written in tokens: an answer
that is to be a sentence of the prompt is then written in the prompt's own tokens (see `speculation`). What the corpus
does not fill of the 151,936 rows of the embedding are words that no text has.

Speed depends on shapes, not on weights; what the model says is noise.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

BEGIN, END, PAD, UNKNOWN = "<|begin|>", "<|end|>", "<|pad|>", "<|unknown|>"
ROLES = ("<|system|>", "<|user|>", "<|assistant|>")
CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
SHAPE: dict[str, Any] = {
    "vocab_size": 151_936,
    "hidden_size": 896,
    "intermediate_size": 4864,
    "num_hidden_layers": 24,
    "num_attention_heads": 14,
    "num_key_value_heads": 2,
    "max_position_embeddings": 32_768,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1_000_000.0},
    "tie_word_embeddings": True,
}
"""Of https://huggingface.co/Qwen/Qwen2.5-0.5B-Instruct/blob/main/config.json: 494 million parameters.

Built as a Llama, which lacks Qwen's biases alone: transformers reads any tokenizer beside a Qwen2 as Qwen's own."""

_WORD = r"\s*\S+\s*|\s+"
_SEED = 0


def make_checkpoint(folder: Path, texts: Iterable[str]) -> int:
    """Write model and tokenizer into `folder` unless it is there whole. Returns the number of parameters."""
    done = folder / "model.safetensors"
    if not done.exists():
        shutil.rmtree(folder, ignore_errors=True)
        tokenizer = train_tokenizer(texts)
        torch.manual_seed(_SEED)
        configuration = LlamaConfig(
            **SHAPE,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
        tokenizer.save_pretrained(folder)
        LlamaForCausalLM(configuration).bfloat16().save_pretrained(folder)
    with torch.device("meta"):
        return LlamaForCausalLM(LlamaConfig(**SHAPE)).num_parameters()


def train_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """Words of the texts, each with the white space after it, most frequent first."""
    splitter = pre_tokenizers.Split(Regex(_WORD), behavior="isolated")
    counted = Counter(word for text in texts for word, _ in splitter.pre_tokenize_str(text))
    special = (PAD, BEGIN, END, UNKNOWN, *ROLES)
    words = [word for word, _ in counted.most_common(SHAPE["vocab_size"] - len(special))]
    unused = (f"unused{number} " for number in range(SHAPE["vocab_size"]))
    vocabulary = {word: row for row, word in enumerate((*special, *words))}
    while len(vocabulary) < SHAPE["vocab_size"]:
        vocabulary.setdefault(next(unused), len(vocabulary))
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=UNKNOWN))
    tokenizer.pre_tokenizer = splitter
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PAD,
        unk_token=UNKNOWN,
        additional_special_tokens=list(ROLES),
        model_max_length=SHAPE["max_position_embeddings"],
        clean_up_tokenization_spaces=False,
        chat_template=CHAT_TEMPLATE,
    )

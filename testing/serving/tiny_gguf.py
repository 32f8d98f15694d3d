"""A GGUF file of a few kilobytes, written with the gguf package as llama.cpp's converter writes one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import gguf
import numpy as np
from tokenizers.pre_tokenizers import ByteLevel

HIDDEN, INNER, HEADS, KV_HEADS, CONTEXT = 64, 128, 2, 1, 4096
TEMPLATE = "{% for message in messages %}<|im_start|>{{ message['content'] }}<|im_end|>{% endfor %}"
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
TOKENS = (*SPECIAL, *sorted(ByteLevel.alphabet()), "ĠĠ", "ab")
_CONTROL, _NORMAL = 3, 1


def write_gguf(
    file: Path,
    *,
    architecture: str = "llama",
    template: str | None = TEMPLATE,
    split: str = "gpt-2",
    tensors: Mapping[str, Sequence[int]] | None = None,
    without: Sequence[str] = (),
    parts: int = 1,
    scaling: str | None = None,
) -> Path:
    """Write a model of one layer with random weights. `tensors` are further ones, `without` those that are left out."""
    writer = gguf.GGUFWriter(file, architecture)
    writer.add_name("Tiny")
    writer.add_license("mit")
    writer.add_block_count(1)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(len(TOKENS))
    if scaling is not None:
        writer.add_rope_scaling_type(gguf.RopeScalingType(scaling))
    if parts > 1:
        writer.add_uint16("split.count", parts)
    _add_tokenizer(writer, template, split)
    shapes = {**_shapes(), **{name: tuple(shape) for name, shape in (tensors or {}).items()}}
    numbers = np.random.default_rng(0)
    for name, shape in shapes.items():
        if name not in without:
            values = numbers.standard_normal(shape) * 0.05
            writer.add_tensor(name, values.astype(np.float16 if len(shape) > 1 else np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return file


def _add_tokenizer(writer: gguf.GGUFWriter, template: str | None, split: str) -> None:
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(split)
    writer.add_token_list(list(TOKENS))
    writer.add_token_types([_CONTROL if token in SPECIAL else _NORMAL for token in TOKENS])
    writer.add_token_merges(["Ġ Ġ", "a b"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_pad_token_id(2)
    if template is not None:
        writer.add_chat_template(template)


def _shapes() -> dict[str, tuple[int, ...]]:
    narrow = HIDDEN * KV_HEADS // HEADS
    layer = {
        "attn_q": (HIDDEN, HIDDEN),
        "attn_k": (narrow, HIDDEN),
        "attn_v": (narrow, HIDDEN),
        "attn_output": (HIDDEN, HIDDEN),
        "ffn_gate": (INNER, HIDDEN),
        "ffn_up": (INNER, HIDDEN),
        "ffn_down": (HIDDEN, INNER),
        "attn_norm": (HIDDEN,),
        "ffn_norm": (HIDDEN,),
    }
    return {
        "token_embd.weight": (len(TOKENS), HIDDEN),
        **{f"blk.0.{name}.weight": shape for name, shape in layer.items()},
        "output_norm.weight": (HIDDEN,),
    }

"""Convert a GGUF file to a checkpoint in bfloat16: `python -m serving.get.convert JOB`.

A process of its own: it needs several times the weights' memory, contacts no hub, and its libraries write to the
terminal. JOB is a JSON file: `gguf` (the file), `out` (an existing folder) and `result` (the file to write): what the
GGUF file says of itself, or `error` with its class and text.

The gguf package reads the header twice, for the configuration and for the weights: 4 s each for a vocabulary of 49,152.
AutoTokenizer would have it read a third time, so the tokenizer's class is named.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.disk import check_free
from core.errors import GroundworkError, ServingError
from serving.environments import end_with_parent
from serving.get.catalogue import OTHER_DISK
from serving.get.gguf_file import GgufFacts, read_gguf

if TYPE_CHECKING:
    from tokenizers.pre_tokenizers import PreTokenizer
    from transformers import PreTrainedConfig, PreTrainedTokenizerBase

_TOKENIZER_BYTES = 50_000_000
"""More than the tokenizer's files take: 22 MB for a vocabulary of 262,144."""
_LIKE_GPT2 = frozenset({"", "default", "gpt-2", "phi-2"})
"""Rules that split text as GPT-2 does, which is what transformers takes for a rule that it does not know."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What the conversion says: the facts of the file, and notes on what could not be kept."""

    facts: GgufFacts
    notes: tuple[str, ...]


def convert(gguf: Path, out: Path) -> Converted:
    """Write the checkpoint into a folder.

    Raises ServingError for a file that cannot be converted, DiskFull before anything is written.
    """
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, GgufConfig, TokenizersBackend

    facts = read_gguf(gguf)
    check_free(out, facts.bytes + _TOKENIZER_BYTES, otherwise=OTHER_DISK)
    folder, name = str(gguf.parent), gguf.name
    try:
        config = AutoConfig.from_pretrained(folder, gguf_file=name)
        tokenizer = TokenizersBackend.from_pretrained(folder, gguf_file=name)
        loaded: Any = AutoModelForCausalLM.from_pretrained(
            folder,
            gguf_file=name,
            config=config,
            quantization_config=GgufConfig(dequantize=True),
            dtype=torch.bfloat16,
            output_loading_info=True,
        )
    except Exception as error:  # tokenizers raises Exception itself, and every architecture its own kinds.
        raise ServingError(
            f"transformers cannot load {gguf} ({facts.architecture}): {type(error).__name__}: {error}. Get the model's "
            "original checkpoint: groundwork model get organisation/model"
        ) from error
    model, differences = loaded
    wrong = {kind: sorted(map(str, names)) for kind, names in differences.items() if names}
    if wrong:
        raise ServingError(f"{gguf} does not have the tensors that its architecture needs: {wrong}. Take another file.")
    notes = _repair_splitting(tokenizer, facts)
    _tidy(model.config, tokenizer)
    model.save_pretrained(out)
    tokenizer.save_pretrained(out)
    return Converted(facts, notes)


def _repair_splitting(tokenizer: PreTrainedTokenizerBase, facts: GgufFacts) -> tuple[str, ...]:
    """Split text as the file says where transformers does not know its rule; return a note where nobody knows it."""
    from transformers.integrations.gguf.gguf_tokenizer_mapping import GGUF_PRE_TOKENIZER_SPLITS

    if facts.metadata.get("tokenizer.ggml.model") != "gpt2":
        return ()
    if facts.split in GGUF_PRE_TOKENIZER_SPLITS or facts.split in _LIKE_GPT2:
        return ()
    rule = _rule(facts.split)
    if rule is None:
        return (
            f"transformers does not know the rule '{facts.split}' by which this model's tokenizer splits text, and "
            "takes GPT-2's: some texts may get other tokens than in training.",
        )
    tokenizer.backend_tokenizer.pre_tokenizer = rule
    return ()


def _rule(name: str) -> PreTokenizer | None:
    """Return a rule that transformers 5.23 does not know; None for one that is not known here either.

    smollm: each digit is a piece, then as GPT-2 (llama.cpp's LLAMA_VOCAB_PRE_TYPE_SMOLLM, and tokenizer.json of
    HuggingFaceTB/SmolLM2-135M-Instruct). Without it, spaces before a digit get other tokens
    (findings/transformers-gguf-ignores-unknown-splitting.sh).
    """
    from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence

    if name != "smollm":
        return None
    return Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False, use_regex=True)])


def _tidy(config: PreTrainedConfig, tokenizer: PreTrainedTokenizerBase) -> None:
    """Remove the file's own title, which is no path, and give the tokenizer the length that the model reads."""
    config.__dict__.pop("_model_name_or_path", None)
    length = getattr(config, "max_position_embeddings", None)
    if isinstance(length, int):
        tokenizer.model_max_length = length


def main(job: Path) -> None:
    """Convert, and write the result or the error."""
    # Or it would write beside the next run.
    end_with_parent()
    given: dict[str, str] = json.loads(job.read_text(encoding="utf-8"))
    result: dict[str, Any]
    try:
        converted = convert(Path(given["gguf"]), Path(given["out"]))
    except GroundworkError as error:
        result = {"error": {"kind": type(error).__name__, "text": str(error)}}
    else:
        facts = converted.facts
        result = {
            "architecture": facts.architecture,
            "title": str(facts.metadata.get("general.name", "")),
            "licence": str(facts.metadata.get("general.license", "")),
            "parameters": facts.parameters,
            "types": list(facts.types),
            "tied": facts.tied,
            "template": facts.template,
            "notes": list(converted.notes),
        }
    Path(given["result"]).write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

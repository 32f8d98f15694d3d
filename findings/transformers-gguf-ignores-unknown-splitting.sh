#!/usr/bin/env bash
# transformers 5.23.0: a GGUF file whose tokenizer splits text by a rule that transformers does not know gets GPT-2's.
#
# One would guess: tokenizer.ggml.pre names the rule by which text is split before its tokens are looked up, and a name
# that the reader does not know is refused, or at least reported. "smollm" is that of SmolLM and SmolLM2: each digit is
# a piece of its own, then as in GPT-2 (llama.cpp, LLAMA_VOCAB_PRE_TYPE_SMOLLM).
#
# What happens: GPT-2's rule is taken without a word. The model gets other tokens than in its training, here two spaces
# before a digit, which are one token.
#
# Output seen:
#     as the file says:       ['a', 'ĠĠ', '1', '2']
#     as transformers reads:  ['a', 'Ġ', 'Ġ', '1', '2']
#     the same as for gpt-2:  True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
	torch==2.13.0 transformers==5.23.0 gguf==0.19.0 accelerate==1.15.0
cat > "$folder/show.py" <<'PYTHON'
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import gguf
from tokenizers import pre_tokenizers
from transformers import TokenizersBackend

TOKENS = ["<|endoftext|>", *sorted(pre_tokenizers.ByteLevel.alphabet()), "ĠĠ"]
TEXT = "a  12"


def read(rule: str) -> TokenizersBackend:
    writer = gguf.GGUFWriter("tiny.gguf", "llama")
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(rule)
    writer.add_token_list(TOKENS)
    writer.add_token_types([3] + [1] * (len(TOKENS) - 1))
    writer.add_token_merges(["Ġ Ġ"])
    for add in (writer.add_bos_token_id, writer.add_eos_token_id, writer.add_unk_token_id):
        add(0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return TokenizersBackend.from_pretrained(".", gguf_file="tiny.gguf")


read_as, gpt2, right = read("smollm"), read("gpt-2"), read("smollm")
right.backend_tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
)
print("as the file says:      ", right.tokenize(TEXT))
print("as transformers reads: ", read_as.tokenize(TEXT))
print("the same as for gpt-2: ", read_as.tokenize(TEXT) == gpt2.tokenize(TEXT))
PYTHON
(cd "$folder" && venv/bin/python show.py 2>/dev/null) | tee "$folder/seen"
sed -n 's/^#     //p' "$0" | diff - "$folder/seen"

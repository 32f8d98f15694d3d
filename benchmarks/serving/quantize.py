"""Run by the Python of LLM Compressor's environment: `quantize.py MODEL SCHEME OUT`.

Rounding to nearest, without calibration: the weights are random, so that there is nothing to keep, and the checkpoint
has the layout, and with it the speed, of a calibrated one.
"""

import sys

from llmcompressor import oneshot
from llmcompressor.modifiers.quantization import QuantizationModifier
from transformers import AutoModelForCausalLM, AutoTokenizer

if __name__ == "__main__":
    source, scheme, out = sys.argv[1:]
    model = AutoModelForCausalLM.from_pretrained(source, dtype="auto", local_files_only=True)
    oneshot(model=model, recipe=QuantizationModifier(targets="Linear", scheme=scheme, ignore=["lm_head"]))
    model.save_pretrained(out, save_compressed=True)
    AutoTokenizer.from_pretrained(source, local_files_only=True).save_pretrained(out)

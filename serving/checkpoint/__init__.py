"""The one reader of checkpoints: a folder with config.json, a tokenizer and *.safetensors files.

    read           the whole folder as a Checkpoint
    configuration  config.json, and whether there is a chat template
    tensors        the tensors of the weight files, as their headers state them
    quantization   how the weights are stored, as the configuration states it

No weight is loaded. What a tool cannot work with, the tool refuses itself (`refusals.py` of compress and launch).
"""

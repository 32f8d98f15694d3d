"""A model becomes 2 to 4 times smaller, and what it still answers is measured.

    request      what is asked for
    methods      the schemes, what each needs, and LLM Compressor's names for them
    matrices     which matrices of a checkpoint can be compressed
    groups       how many INT4 weights share a scale
    target       what the compressed model will run on, and whether vLLM has a kernel there
    calibration  the prompts that the model reads while it is compressed, and their hash
    estimate     size, memory and time, before anything is done
    refusals     everything that cannot work, refused before anything is done
    run          prepare and compress, in a temporary folder that is then renamed
    process      LLM Compressor in its own environment, running worker
    verify       whether the checkpoint is what was promised
    result       compression.json and the model card
    check        both models served and asked
    answers      what they are asked: perplexity of held-out text, greedy answers
    replies      what they replied, kept in files until the check is done
    compare      the original compared with itself and with the compressed model
    console      all of it in a few lines

Measured figures and limits: docs/compression.md.
"""

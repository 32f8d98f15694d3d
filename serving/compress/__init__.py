"""A model becomes 2 to 4 times smaller, with proof of what it still answers.

    methods       the schemes, what each needs, and how LLM Compressor is told
    checkpoint    a model's folder, and which of its matrices can be compressed
    target        what the model will run on: a kernel, or none
    calibration   the prompts that the model is shown, and their hash
    estimate      size, memory and time before the first minute is spent
    refusals      everything that cannot work, said before anything is done
    run           aside, in LLM Compressor's own environment (worker), then renamed
    record        compression.json and the model card
    answers       what it is asked: perplexity of held-out text, greedy answers
    check         the original against itself and against the compressed one
    terminal      all of it in a few lines

Measured figures and limits: docs/compression.md.
"""

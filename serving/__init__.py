"""The model: compressed, launched, measured, planned and distilled. Talks to the rest over HTTP only.

    plan           what a model, a scheme and GPUs will cost and reach
    compress       a checkpoint becomes smaller, with proof of what it still answers
    launch         a checkpoint becomes a running vLLM
    bench          a running server is measured
    report         what the HTML pages of plan and bench are drawn with

Shared by all of them:

    configuration  a checkpoint's config.json, its quantization and its chat template
    safetensors    its weight files, read by their headers
    kernels        what vLLM can multiply, on processors and GPUs
    machine        processor, memory and GPUs, as they are found
    environments   the Pythons of serving/envs, and what a process in one of them is given
    vllm           one vLLM process: start, health, drain, end
"""

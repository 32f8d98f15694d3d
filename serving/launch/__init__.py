"""A checkpoint on this machine becomes a running vLLM that only the app can reach.

    checkpoint    a folder's files, checked before anything starts
    quantization  how its weights are stored, and whether vLLM has a kernel for them here
    speed         what they reach: GPUs by the planner's table, the processor by a measurement of half a second
    speculation   tokens guessed and checked: n-grams, a draft model, an EAGLE-3 head
    adapters      LoRA adapters
    request       what was asked for
    room          GPUs, weights and cache: what fits
    limits        batch and queue from the service level
    command       all of it as one LaunchPlan: flags of vLLM, each with its reason
    listing       the plan as JSON and on the terminal
    warm_up       the first requests, before anybody waits for them
    supervise     keep it running

Flags, reasons and limits: docs/launch.md.
"""

"""A checkpoint on this machine becomes a running vLLM that only the app can reach.

    request      what is asked for, validated
    speculation  tokens guessed and checked: n-grams, a draft model, an EAGLE-3 head
    adapters     LoRA adapters
    refusals     a checkpoint that cannot be served here is refused before anything starts
    speed        how fast a processor multiplies and reads: a measurement of half a second
    memory       weights and cache: what fits, and on how many GPUs
    limits       batch and queue, from the service level
    deployment   where and how a checkpoint is served
    flags        the deployment as flags of vLLM
    result       the LaunchPlan: each flag with its reason
    console      the plan on the terminal
    warm_up      the first requests, before any user waits for them
    supervise    keep vLLM running

Flags, reasons and limits: docs/launch.md.
"""

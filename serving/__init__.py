"""The model: compressed, launched, measured and planned. Talks to the rest over HTTP only.

    compress      a checkpoint becomes smaller, and what it still answers is measured
    launch        a checkpoint becomes a running vLLM
    bench         a running server is measured
    plan          what a model, a scheme and GPUs will cost and reach

Each has the same files for the same job: `request` (what is asked, validated), `result` (what came out, and its object
for --json), `console` (lines on the terminal) and, where there is a page, `html`. They share:

    checkpoint    the one reader of checkpoints: configuration, quantization, headers of the weight files
    model         a model as numbers: shape, schemes, KV cache
    hardware      GPUs and processors, what vLLM can multiply on them, and what this machine has
    performance   service levels, and speed: estimated (roofline) or measured (sweep)
    report        the page and the drawings of the HTML reports
    accuracy      the file with the accuracy that a compressed model keeps
    environments  the Pythons of serving/envs, and what a process in one of them is given
    tables        YAML tables of GPUs, models and prices
    vllm          one vLLM process: start, health, drain, end
"""

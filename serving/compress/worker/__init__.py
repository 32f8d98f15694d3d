"""One compression with LLM Compressor: run by the Python of `.venv-compress`, never imported by the rest.

    python worker/__main__.py JOB.json

    job         what is done, and the result as one JSON object in the job's `result`
    data_free   shard after shard, without the model in memory
    calibrated  layer after layer, with the samples running through the model
    samples     the token ids of the samples
    recipe      LLM Compressor's modifiers for a job
    smoothing   SmoothQuant and GPTQ in one pass over the samples
    hessians    GPTQ's Hessians, with each product made once
    prefix      the tokens that all samples begin with, run once
    attention   attention by PyTorch's fused kernel
    layers      the layers that are solved, from which a run that was cut off continues

The library's output and progress go to stdout and stderr. The job: `model` and `out` (folders), `preset`
(compressed-tensors' name of the scheme, or null), `group_size` (weights that share a scale, in place of the preset's,
or null), `algorithm`, `kv_cache` ("fp8" or null), `pruning` (null or {"method", "sparsity", "pattern"}), `ignore`
(modules that stay as they are), `samples` (a JSONL file of {"messages"} or {"text"}, or null for schemes that need no
data), `max_tokens` (a longer sample loses its beginning), `bfloat16_products` (whether the processor multiplies in
bfloat16), `layers` (a folder for the layers that are done), `parent` (the process that waits for it).

Everything that can be refused was refused before this starts; a failure here is one of the library or the machine.
"""

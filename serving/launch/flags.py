"""A deployment as a LaunchPlan: the flags of vLLM, each with the reason for it.

The flags are those of vLLM 0.32; a test has the installed vLLM parse them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serving.hardware.dtype import Dtype
from serving.launch.adapters import rank_limit
from serving.launch.deployment import Deployment
from serving.launch.limits import Limit, limit_chunk, limit_queued_requests, limit_queued_tokens, limit_sequences
from serving.launch.refusals import kernel_notes
from serving.launch.result import Flag, LaunchPlan
from serving.launch.speculation import Speculation
from serving.model.kv_cache import bytes_per_request, bytes_per_token, pool_bytes, state_bytes, users_by_memory
from serving.model.shape import ModelShape

DRAIN_SECONDS = 30
"""When the server is stopped, running requests have this time to finish; then they are cut off."""
_DTYPE_REASONS: Mapping[Dtype, str] = {
    "bfloat16": "half the memory of 32 bits, with its range; float16 overflows in some models",
    "float32": "this processor has no instructions for bfloat16, which it computes several times slower",
}
_POLLED = "/health,/metrics"


def plan_launch(deployment: Deployment) -> LaunchPlan:
    """Return the plan with every flag."""
    flags = (
        *_identity(deployment),
        *_limits(deployment),
        *_speculation(deployment),
        *_spread(deployment),
        *_adapters(deployment),
        *_operation(deployment),
    )
    return LaunchPlan(deployment.request, deployment.profile, flags, tuple(_notes(deployment)))


def _identity(deployment: Deployment) -> Iterator[Flag]:
    request = deployment.request
    yield Flag(
        "--model",
        str(deployment.checkpoint.folder.resolve()),
        f"the checkpoint, weights in {deployment.checkpoint.quantization}",
    )
    yield Flag("--served-model-name", request.served_name, "the value for LLM_MODEL")
    yield Flag(
        "--host",
        request.host,
        "the API key protects /v1 only, /invocations answers any caller: only the app may reach it",
    )
    yield Flag("--port", str(request.port), "the port in LLM_BASE_URL")
    if deployment.dtype is not None:
        yield Flag("--dtype", deployment.dtype, _DTYPE_REASONS[deployment.dtype])
    yield Flag(
        "--generation-config", "vllm", "the recipe sets sampling; a checkpoint's repetition penalty punishes copying"
    )


def _limits(deployment: Deployment) -> Iterator[Flag]:
    if deployment.shape is None:
        yield from _unknown(deployment)
        return
    sequences = _sequences(deployment, deployment.shape)
    yield from _memory(deployment, deployment.shape, sequences)
    yield from _batch(deployment, sequences)


def _unknown(deployment: Deployment) -> Iterator[Flag]:
    """Yield the flags for a model whose cache is not known: the memory, and as long a context as vLLM fits into it."""
    context = deployment.context
    why = "as asked" if context else "as long as the cache holds and the model reads, which vLLM finds"
    yield Flag("--max-model-len", str(context or "auto"), why)
    yield from _cache_type(deployment)
    if deployment.budget.share is None:
        yield Flag("--kv-cache-memory-bytes", str(int(deployment.budget.cache)), "what is left of the memory")
    else:
        weights = deployment.budget.weights / 1e9
        yield Flag(
            "--gpu-memory-utilization", f"{deployment.budget.share:g}", f"of each GPU; weights {weights:,.1f} GB"
        )


def _cache_type(deployment: Deployment) -> Iterator[Flag]:
    if deployment.cache_type == "fp8":
        why = "the checkpoint has scales for it" if deployment.checkpoint.quantization.fp8_cache else "as asked"
        yield Flag("--kv-cache-dtype", "fp8", f"{why}: half the cache of 16 bits")


def _memory(deployment: Deployment, shape: ModelShape, sequences: Limit) -> Iterator[Flag]:
    budget, context = deployment.budget, deployment.context or 0
    each = bytes_per_token(shape, deployment.cache_type, budget.tensor)
    reads = f"; the model reads {shape.context_limit:,}" if shape.context_limit else ""
    yield Flag(
        "--max-model-len",
        str(context),
        f"the longest prompt and answer, {each / 1024:,.0f} KiB a token{reads}",
    )
    yield from _cache_type(deployment)
    if budget.share is None:
        enough, requests = _enough(deployment, shape, sequences.value)
        cache = int(min(budget.cache, enough))
        why = f"{cache / each:,.0f} tokens: " if each else ""
        why += (
            f"{requests}, and the block that vLLM never gives out" if cache == enough else "what is left of the memory"
        )
        yield Flag("--kv-cache-memory-bytes", str(cache), why)
    else:
        held = users_by_memory(budget.cache, bytes_per_request(shape, context, deployment.cache_type, budget.tensor))
        why = (
            f"of each GPU; beside {budget.weights / 1e9:,.1f} GB of weights a copy holds {held} of the longest requests"
        )
        yield Flag("--gpu-memory-utilization", f"{budget.share:g}", why)
    yield Flag(
        "--enable-prefix-caching",
        "",
        "every prompt begins with the same rules, and every further turn with the conversation so far",
    )


def _enough(deployment: Deployment, shape: ModelShape, sequences: int) -> tuple[int, str]:
    """Return the bytes of a processor's cache, a draft model's included, and the requests that they are for.

    vLLM takes all of it when it starts, beside other programs: the usual requests have to fit side by side, and the
    longest one alone.
    """
    request, context = deployment.request, deployment.context or 0
    caches = [each for each in (shape, deployment.draft) if each is not None]

    def needed(tokens: int, requests: int) -> int:
        return sum(pool_bytes(each, tokens, deployment.cache_type, requests) for each in caches)

    usual = needed(min(context, request.prompt_tokens + request.answer_tokens), sequences)
    longest = needed(context, 1)
    return (usual, f"{sequences} usual requests") if usual > longest else (longest, "one of the longest requests")


def _sequences(deployment: Deployment, shape: ModelShape) -> Limit:
    if deployment.roofline is not None:
        return limit_sequences(deployment.profile, deployment.budget, deployment.roofline, deployment.request.slo)
    tokens = deployment.request.prompt_tokens + deployment.request.answer_tokens
    request = bytes_per_request(shape, tokens, deployment.cache_type, deployment.budget.tensor)
    return Limit(max(1, users_by_memory(deployment.budget.cache, request)), "the cache holds no more usual requests")


def _batch(deployment: Deployment, sequences: Limit) -> Iterator[Flag]:
    yield Flag("--max-num-seqs", str(sequences.value), sequences.reason)
    roofline, slo, copies = deployment.roofline, deployment.request.slo, deployment.budget.copies
    if roofline is None or deployment.context is None:
        waiting = 2 * sequences.value * copies
        yield Flag("--max-num-queued-reqs", str(waiting), "as many wait as run: there is no estimate for this GPU")
        return
    chunk = limit_chunk(deployment.profile, sequences.value, roofline, slo)
    yield Flag("--max-num-batched-tokens", str(chunk.value), chunk.reason)
    requests = limit_queued_requests(sequences.value, copies, roofline, slo)
    yield Flag(
        "--max-num-queued-reqs", str(requests.value), f"{requests.reason}; a further one is refused at once (503)"
    )
    if (tokens := limit_queued_tokens(copies, roofline, slo, deployment.context or 0)) is not None:
        yield Flag("--max-num-queued-tokens", str(tokens.value), tokens.reason)


def _speculation(deployment: Deployment) -> Iterator[Flag]:
    chosen = deployment.request.speculation or Speculation("ngram" if _may_guess(deployment) else "none")
    reasons = {
        "ngram": "answers copy spans of the passages: what followed the same words in the prompt is guessed",
        "suffix": "answers copy spans of the passages and of earlier answers: what followed the same words is guessed",
        "draft": "a smaller model guesses",
        "eagle3": "a head that was trained for this model guesses",
    }
    if chosen.method != "none":
        yield Flag("--speculative-config", chosen.value(), f"{reasons[chosen.method]}, and one step checks it")


def _may_guess(deployment: Deployment) -> bool:
    """Say whether tokens are guessed unless something else is asked for.

    On a processor they are not for a model with states, for which vLLM 0.32 has no kernel that checks guesses, and not
    for a model whose cache is unknown, which may have states.
    """
    if deployment.gpu is None:
        return deployment.shape is not None and not state_bytes(deployment.shape)
    return deployment.profile != "throughput"


def _spread(deployment: Deployment) -> Iterator[Flag]:
    budget = deployment.budget
    if budget.tensor > 1:
        yield Flag("--tensor-parallel-size", str(budget.tensor), f"GPUs a copy: {deployment.layout}")
    if budget.copies > 1:
        yield Flag("--data-parallel-size", str(budget.copies), f"copies side by side: {deployment.layout}")


def _adapters(deployment: Deployment) -> Iterator[Flag]:
    request = deployment.request
    if not request.adapters:
        return
    yield Flag("--enable-lora", "", "adapters beside the model")
    number, why = len(request.adapters), "all of them in one batch"
    if deployment.gpu is None:
        # vLLM 0.32 looks "no adapter" up as place -1 (findings/vllm-cpu-gives-the-model-an-adapter.sh).
        number, why = number + 1, f"{why}, and a place that stays empty: the last one is what requests without one get"
    yield Flag("--max-loras", str(number), why)
    yield Flag("--max-lora-rank", str(rank_limit(request.adapters)), "the largest rank among them")
    first, *more = (f"{adapter.name}={adapter.folder}" for adapter in request.adapters)
    yield Flag("--lora-modules", first, "a request's `model` names one of them", tuple(more))


def _operation(deployment: Deployment) -> Iterator[Flag]:
    if deployment.gpu is None and not deployment.machine.compiles:
        yield Flag("--enforce-eager", "", "there is no C++ compiler (g++), which compiled kernels need")
    yield Flag(
        "--shutdown-timeout", str(DRAIN_SECONDS), "seconds for running requests to finish when the server is stopped"
    )
    yield Flag("--disable-access-log-for-endpoints", _POLLED, "both are requested every second or two")


def _notes(deployment: Deployment) -> Iterator[str]:
    yield from kernel_notes(deployment.checkpoint.quantization, deployment.gpu)
    request = deployment.request
    if request.is_exposed:
        yield (
            f"vLLM listens on {request.host}. Its key protects /v1 only; /invocations, /tokenize and /metrics answer "
            f"any caller: let nothing but the app reach port {request.port}."
        )
    if deployment.shape is None:
        yield (
            f"The cache of this model is not known here: {deployment.unknown} It is served; --max-num-seqs, "
            "--max-num-batched-tokens, the queue and prefix caching are left to vLLM's own defaults, and the context "
            "to what fits into the memory. Nothing is estimated."
        )
    elif deployment.roofline is None and deployment.gpu is not None:
        gpu = deployment.gpu.name
        yield f"{gpu} is not in serving/hardware/gpus.yaml: the limits follow memory, not {request.slo}."
    elif deployment.roofline is not None:
        alone = deployment.roofline.load(1).latency
        if missed := request.slo.missed(alone):
            yield (
                f"Even a single request is estimated to miss {' and '.join(missed)}: TTFT {alone.ttft:,.0f} ms, ITL "
                f"{alone.itl:,.0f} ms for {request.prompt_tokens} + {request.answer_tokens} tokens. "
                "Shorten prompts, serve a smaller model, or relax --slo."
            )
    if deployment.gpu is not None and deployment.budget.tensor * deployment.budget.copies < len(
        deployment.machine.gpus
    ):
        idle = len(deployment.machine.gpus) - deployment.budget.tensor * deployment.budget.copies
        yield f"{idle} GPU(s) stay idle: of another model, or not a multiple of {deployment.budget.tensor}."

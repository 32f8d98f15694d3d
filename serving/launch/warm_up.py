"""The first requests, before any user waits for them: kernels are compiled, look-up tables made, memory touched.

The prompts are random words, so that the prefix cache helps none of them. Their latency is reported beside the service
level: one request at a time, which is the best that a user will see.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass

import httpx2

from core.errors import ServingError

_WORDS = "leave the office travel is booked in a day report every laptop by team".split()
_ANSWER_TOKENS = 16
_TIMEOUT_SECONDS = 600.0
_FIRST_WORDS, _REQUESTS = 16, 3


@dataclass(frozen=True, slots=True)
class WarmUp:
    """What was measured: `prompt_tokens` as vLLM counted them, milliseconds to the first token and between tokens."""

    prompt_tokens: int
    ttft: float
    itl: float


def warm_up(url: str, key: str, model: str, prompt_tokens: int) -> WarmUp:
    """Send a short prompt and two usual ones; return what the last one took.

    Raises ServingError when vLLM does not answer.
    """
    words = _FIRST_WORDS
    headers = {"Authorization": f"Bearer {key}"}
    # Without the environment: a proxy cannot reach this machine's loopback address, and must not see the key.
    with httpx2.Client(base_url=url, headers=headers, timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
        for _ in range(_REQUESTS):
            measured = _ask(client, model, words)
            # Words are not tokens: each answer states how many tokens its words made.
            words = max(1, round(words * prompt_tokens / max(1, measured.prompt_tokens)))
        return measured


def _ask(client: httpx2.Client, model: str, words: int) -> WarmUp:
    prompt = " ".join(random.choices(_WORDS, k=words))  # noqa: S311
    body = {
        "model": model,
        "messages": [{"role": "user", "content": prompt}],
        "max_tokens": _ANSWER_TOKENS,
        "ignore_eos": True,
        "temperature": 0,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    began = time.perf_counter()
    try:
        with client.stream("POST", "/v1/chat/completions", json=body) as response:
            if not response.is_success:
                response.read()
                raise ServingError(f"vLLM refused a warm-up request ({response.status_code}): {response.text[:500]}")
            return _read(response, began)
    except httpx2.HTTPError as error:
        raise ServingError(f"vLLM ended a warm-up request: {error or type(error).__name__}.") from error


def _read(response: httpx2.Response, began: float) -> WarmUp:
    prompt_tokens, answer_tokens, first, last = 0, 1, 0.0, 0.0
    for line in response.iter_lines():
        if not line.startswith("data: {"):
            continue
        chunk = json.loads(line.removeprefix("data: "))
        if "error" in chunk:
            raise ServingError(f"vLLM failed at a warm-up request: {chunk['error']}")
        # The chunk with the role comes together with the first token.
        first = first or time.perf_counter()
        last = time.perf_counter()
        if usage := chunk.get("usage"):
            prompt_tokens, answer_tokens = usage["prompt_tokens"], usage["completion_tokens"]
    return WarmUp(prompt_tokens, 1000 * (first - began), 1000 * (last - first) / max(1, answer_tokens - 1))

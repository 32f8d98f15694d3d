"""What a served model is asked in a check: how well it predicts held-out text, and what it answers greedily.

Both go through `/v1/chat/completions`, so that the template is the served one. `prompt_logprobs` (vLLM's own field)
gives the log-probability and the rank of each token of the prompt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from core.errors import ServingError
from core.prompts import Prompt
from serving.compress.replies import Replies

ANSWER_TOKENS = 128
"""Once two answers differ they rarely agree again: more tokens would only repeat what the first ones showed."""
MODEL = "checked"
"""The name of the model in requests."""
_AT_ONCE = 8
_TIMEOUT = httpx2.Timeout(1800.0, connect=10.0)


@dataclass(frozen=True, slots=True)
class Scored:
    """A prompt as the model predicted it: its tokens but the first, log-probabilities (nats) and ranks (1: best)."""

    ids: tuple[int, ...]
    logprobs: tuple[float, ...]
    ranks: tuple[int, ...]


Answer = tuple[str, ...]
"""The tokens of a greedy answer, and how it ended."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What one model replied: the text as it predicts it, its answers, and these once more (empty: not asked twice)."""

    text: tuple[Scored, ...]
    answers: tuple[Answer, ...]
    again: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckPrompts:
    """Held-out text to predict, and questions to answer."""

    text: tuple[Prompt, ...]
    cases: tuple[Prompt, ...]

    @property
    def all(self) -> tuple[Prompt, ...]:
        """The text, then the cases."""
        return (*self.text, *self.cases)

    @property
    def requests(self) -> int:
        """The number of requests of a whole check: the text twice, the cases three times."""
        return 2 * len(self.text) + 3 * len(self.cases)

    def bodies(self, *, twice: bool) -> dict[str, dict[str, Any]]:
        """Return the requests to one model by their keys, in the order in which they are sent.

        `twice`: the cases are asked again, in reverse order.
        """
        text = {f"text:{number}": _to_score(prompt) for number, prompt in enumerate(self.text)}
        answers = {f"answer:{number}": _to_answer(prompt) for number, prompt in enumerate(self.cases)}
        again = {f"again:{number}": body for number, body in reversed(list(enumerate(answers.values())))}
        return {**text, **answers, **(again if twice else {})}


def missing(bodies: Mapping[str, Any], replies: Replies) -> list[str]:
    """Return the keys of the requests without a reply."""
    return [key for key in bodies if replies.get(key) is None]


def ask(base_url: str, bodies: Mapping[str, dict[str, Any]], replies: Replies, done: Callable[[], None]) -> None:
    """Send the requests that have no reply yet, and keep each reply. Raises ServingError with the server's message."""

    async def run() -> None:
        gate = asyncio.Semaphore(_AT_ONCE)
        async with httpx2.AsyncClient(base_url=base_url, timeout=_TIMEOUT, trust_env=False) as http:

            async def one(key: str) -> None:
                async with gate:
                    reply = await _post(http, {"model": MODEL, **bodies[key]})
                replies.keep(key, _scored(reply) if key.startswith("text:") else _answer(reply))
                done()

            await asyncio.gather(*map(one, missing(bodies, replies)))

    asyncio.run(run())


def read_replies(prompts: CheckPrompts, replies: Replies, *, twice: bool) -> Asked:
    """Return the replies of one model, none of which is missing."""
    text = [replies.get(f"text:{number}") for number in range(len(prompts.text))]
    answers, again = (
        tuple(tuple(replies.get(f"{kind}:{number}")) for number in range(len(prompts.cases)))
        for kind in ("answer", "again" if twice else "answer")
    )
    return Asked(tuple(Scored(*map(tuple, entry)) for entry in text), answers, again if twice else ())


def _to_score(prompt: Prompt) -> dict[str, Any]:
    return {"messages": prompt.chat(), "max_tokens": 1, "prompt_logprobs": 0}


def _to_answer(prompt: Prompt) -> dict[str, Any]:
    return {"messages": prompt.chat(), "max_tokens": ANSWER_TOKENS, "temperature": 0, "logprobs": True}


async def _post(http: httpx2.AsyncClient, body: dict[str, Any]) -> dict[str, Any]:
    try:
        response = await http.post("/chat/completions", json=body)
    except httpx2.HTTPError as error:
        raise ServingError(f"vLLM stopped answering during the check: {error or type(error).__name__}.") from error
    if response.status_code != 200:
        raise ServingError(f"vLLM answered {response.status_code} in the check: {response.text[:500]}")
    reply: dict[str, Any] = response.json()
    return reply


def _scored(reply: dict[str, Any]) -> list[list[Any]]:
    """Return the three fields of Scored."""
    # The first token has no probability. Of each other one only the prompt's own token is in the list.
    entries = [next(iter(entry.items())) for entry in reply["prompt_logprobs"][1:]]
    return [
        [int(name) for name, _ in entries],
        [float(found["logprob"]) for _, found in entries],
        [int(found["rank"]) for _, found in entries],
    ]


def _answer(reply: dict[str, Any]) -> list[str]:
    choice = reply["choices"][0]
    return [*(piece["token"] for piece in choice["logprobs"]["content"]), f"<{choice['finish_reason']}>"]

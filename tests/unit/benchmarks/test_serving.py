"""The serving benchmark's own pieces: its tokenizer, its requests, and what a run's figures are."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from transformers import PreTrainedTokenizerFast

from benchmarks.serving.bodies import Words
from benchmarks.serving.checkpoint import END, SHAPE, UNKNOWN, train_tokenizer
from benchmarks.serving.load import Answered, Run, send, throughput_ratio
from benchmarks.serving.through_app import in_pairs
from core.prompts import Prompt
from testing.model_server import Script, running_model_server

TEXT = "Every colleague has 25 days of annual leave a year. Unused days go to the next year until 31 March. "


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return train_tokenizer([TEXT])


@pytest.fixture(scope="module")
def checkpoint(tokenizer: PreTrainedTokenizerFast, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    tokenizer.save_pretrained(folder)
    return folder


def test_a_word_is_a_token_and_the_vocabulary_has_the_models_size(tokenizer: PreTrainedTokenizerFast) -> None:
    ids = tokenizer.encode(TEXT, add_special_tokens=False)
    assert len(ids) == len(TEXT.split())
    assert tokenizer.decode(ids) == TEXT
    assert len(tokenizer) == SHAPE["vocab_size"]
    assert tokenizer.encode("elsewhere ", add_special_tokens=False) == [tokenizer.convert_tokens_to_ids(UNKNOWN)]


def test_a_text_has_one_way_only_to_be_written_in_tokens(tokenizer: PreTrainedTokenizerFast) -> None:
    words = sorted(word for word in tokenizer.get_vocab() if word.endswith(" ") and not word.startswith("unused"))
    assert not any(later.startswith(word) for word, later in pairwise(words))


def test_requests_are_as_long_as_asked_for_and_all_different(
    checkpoint: Path, tokenizer: PreTrainedTokenizerFast
) -> None:
    bodies = Words(checkpoint).bodies("tiny", 5, prompt_tokens=40, answer_tokens=7)
    texts = [body["messages"][0]["content"] for body in bodies]
    assert len(set(texts)) == 5
    assert {len(tokenizer.encode(text, add_special_tokens=False)) for text in texts} == {40}
    assert {(body["max_tokens"], body["ignore_eos"]) for body in bodies} == {(7, True)}


def test_uneven_requests_are_as_long_on_average(checkpoint: Path) -> None:
    lengths = [body["max_tokens"] for body in Words(checkpoint).uneven("tiny", 9, prompt_tokens=5, answer_tokens=32)]
    assert (min(lengths), max(lengths), sum(lengths) / 9) == (8, 56, 32)
    assert lengths != sorted(lengths)


def test_a_copied_answer_stands_in_its_prompt_word_for_word(checkpoint: Path) -> None:
    for body in Words(checkpoint).copies("tiny", 4, passages=3, sentence_tokens=10):
        (wanted,) = body["structured_outputs"]["choice"]
        assert wanted in body["messages"][0]["content"]
        # The end marker needs a token of its own.
        assert body["max_tokens"] == 11


def test_the_model_ends_with_the_tokenizers_end_marker(tokenizer: PreTrainedTokenizerFast) -> None:
    assert tokenizer.eos_token == END


def test_throughput_is_tokens_over_the_whole_time_and_can_be_resampled() -> None:
    run = Run((Answered(0.0, 0.1, 1.0, 10, {}), Answered(0.0, 0.2, 3.0, 30, {})), seconds=3.0)
    parts, wholes = run.throughput_parts()
    assert run.tokens_per_second == pytest.approx(40 / 3)
    assert parts.sum() / wholes.sum() == pytest.approx(run.tokens_per_second)
    assert throughput_ratio(run, run).value == pytest.approx(1.0)
    assert list(np.round(run.first_ms)) == [100, 200]


def test_throughput_without_idle_streams_leaves_out_their_begin_and_their_end() -> None:
    """Two streams, the second a second later: half of the first request and of the third lie between 1 and 3 s."""
    answers = tuple(Answered(sent, 0.1, 2.0, 10, {}) for sent in (100.0, 101.0, 102.0, 103.0))
    assert Run(answers, seconds=5.0).steady_tokens_per_second(2) == pytest.approx((5 + 10 + 5) / 2)


def test_blocks_come_in_pairs_whose_first_side_changes_and_whose_first_pair_only_warms_up() -> None:
    blocks = [[Prompt(f"case:{number}", "case", "", (), (), None)] for number in range(3)]
    asked: list[str] = []

    def way(name: str, tokens: int) -> Callable[[Sequence[Prompt], int], Run]:
        def send_block(block: Sequence[Prompt], streams: int) -> Run:
            asked.append(f"{name}{block[0].id[-1]}")
            seconds = float(len(asked))
            sent = (*[0.0] * streams, seconds)
            return Run(tuple(Answered(at, 0.1, seconds, tokens, {}) for at in sent), seconds=2 * seconds)

        return send_block

    one, other = in_pairs(way("a", 10), way("b", 20), blocks, 2)
    assert asked == ["b0", "a0", "a1", "b1", "b2", "a2"]
    assert list(one) == [20 / 3, 20 / 6]
    assert list(other) == [40 / 4, 40 / 5]


def test_every_request_is_sent_once_and_its_tokens_are_the_servers() -> None:
    with running_model_server() as server:
        bodies = [{"model": "tiny", "messages": [{"role": "user", "content": str(n)}]} for n in range(7)]
        run = send(server.url.removesuffix("/v1"), bodies, streams=3)
        asked = sorted(request["messages"][0]["content"] for request in server.requests)
    assert asked == [str(number) for number in range(7)]
    assert [answer.tokens for answer in run.answers] == [12] * 7
    assert all(0 < answer.first <= answer.total <= run.seconds for answer in run.answers)


@pytest.mark.parametrize(
    "script", [Script(status=500, error={"error": {"message": "down"}}), Script(in_band_error={"message": "down"})]
)
def test_a_run_with_a_failure_gives_no_figure(script: Script) -> None:
    with running_model_server() as server:
        server.script = script
        with pytest.raises(ExceptionGroup) as caught:
            send(server.url.removesuffix("/v1"), [{"model": "tiny", "messages": []}], streams=1)
    assert "down" in json.dumps([str(error) for error in caught.value.exceptions])

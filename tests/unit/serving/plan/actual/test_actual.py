"""A plan against what vLLM recorded: on a scrape of vLLM 0.32 with SmolLM2-135M, and on counters made for the purpose.

`vllm-before.txt` and `vllm-after.txt` are that server's /metrics before and after a replay of 60 requests with answers
of 16 to 60 tokens, without the lines that are not read.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from core.errors import ConfigurationError, ServingError
from serving.hardware.dtype import Dtype
from serving.hardware.gpu import find_gpus
from serving.hardware.machine import Machine
from serving.launch.speed import ProcessorSpeed, processor_as_gpu
from serving.model.architecture import read_shape
from serving.model.schemes import find_schemes
from serving.performance.roofline import Corrections, Roofline
from serving.performance.slo import parse_slo
from serving.plan.actual.compare import compare
from serving.plan.actual.console import print_actual
from serving.plan.actual.corrections import fit
from serving.plan.actual.html import render_page
from serving.plan.actual.recorded import read_recorded
from serving.plan.actual.request import ActualRequest, make_roofline, read_counters, stored_in
from serving.plan.actual.result import Actual, to_dict
from serving.plan.costs import load_prices
from serving.plan.request import Workload
from testing.model_server import free_port

HERE = Path(__file__).parent
BEFORE, AFTER = HERE / "vllm-before.txt", HERE / "vllm-after.txt"
SMOLLM2 = {
    "model_type": "llama", "hidden_size": 576, "num_hidden_layers": 30, "num_attention_heads": 9,
    "num_key_value_heads": 3, "intermediate_size": 1536, "vocab_size": 49152, "max_position_embeddings": 8192,
    "tie_word_embeddings": True,
}  # fmt: skip
SLO = parse_slo("ttft=1000,itl=50")
WORK = Workload(users=100, prompt_tokens=900, answer_tokens=100)


def roofline(work: Workload = WORK) -> Roofline:
    (scheme,), (gpu,) = find_schemes(["bf16"]), find_gpus(["l4"])
    return make_roofline(read_shape(SMOLLM2, "smollm2", "test"), scheme, gpu, None, work, SLO, "bf16")


def compared(*sources: Path) -> Actual:
    counters = read_counters([str(source) for source in sources], 0.0)
    return compare(ActualRequest(roofline(), WORK, SLO, load_prices(), counters))


def edited(folder: Path, source: Path, name: str, **changes: str | None) -> Path:
    """A copy of a scrape without the lines that begin with a key, or with another text in place of the key."""
    text = source.read_text(encoding="utf-8")
    for old, new in changes.items():
        lines = text.splitlines(keepends=True)
        text = "".join(line for line in lines if old not in line) if new is None else text.replace(old, new)
    copy = folder / name
    copy.write_text(text, encoding="utf-8")
    return copy


def test_the_difference_of_two_scrapes_is_the_load_between_them() -> None:
    recorded = read_recorded(read_counters([str(BEFORE), str(AFTER)], 0.0))
    # 60 requests of the replay, and one to warm up.
    assert recorded.finished == 61
    assert recorded.means["answer"].value == pytest.approx(35.3, abs=0.1)
    assert recorded.means["answer"].low < 35.3 < recorded.means["answer"].high
    assert recorded.batch == pytest.approx(2.4, abs=0.1)
    assert recorded.engines == 1
    assert recorded.missing == ()


def test_copies_side_by_side_are_replicas_of_which_one_is_compared(tmp_path: Path) -> None:
    """With --data-parallel-size every counter has a line for each engine, and the cache is stated for one."""

    def scrapes(engines: int) -> list[Path]:
        files = []
        for taken, source in ((1000, BEFORE), (1061, AFTER)):
            text = source.read_text(encoding="utf-8")
            lines = [line for line in text.splitlines(keepends=True) if 'engine="0"' in line]
            more = [line.replace('engine="0"', 'engine="1"') for line in lines] * (engines - 1)
            file = tmp_path / f"{engines}-{source.name}"
            file.write_text(text + "".join(more), encoding="utf-8")
            os.utime(file, (taken, taken))
            files.append(file)
        return files

    one, two = compared(*scrapes(1)), compared(*scrapes(2))
    assert (one.recorded.engines, two.recorded.engines) == (1, 2)
    assert two.recorded.finished == 2 * one.recorded.finished
    assert [each.recorded for each in two.assumptions[3:]] == [each.recorded for each in one.assumptions[3:]]
    assert two.recorded.cache == one.recorded.cache


def test_one_scrape_is_the_load_since_the_start_of_the_server() -> None:
    since = read_recorded(read_counters([str(AFTER)], 0.0))
    assert since.finished > 61
    assert since.means["prompt"].count == since.finished


def test_the_time_between_scrapes_is_that_of_their_files(tmp_path: Path) -> None:
    first, last = (edited(tmp_path, source, name) for source, name in ((BEFORE, "a"), (AFTER, "b")))
    os.utime(first, (1000, 1000))
    os.utime(last, (1124, 1124))
    assert read_counters([str(first), str(last)], 0.0).seconds == 124
    # A copy may have lost its time: then nothing is said of rates.
    os.utime(last, (900, 900))
    assert read_counters([str(first), str(last)], 0.0).seconds is None


def test_the_cache_of_a_token_is_predicted_and_each_term_has_its_factor() -> None:
    actual = compared(BEFORE, AFTER)
    terms = {term.name: term for term in actual.terms}
    assert terms["cache of a token"].estimated == 23_040
    # 364 blocks of 128 tokens leave a part of a block of the gigabyte unused.
    assert terms["cache of a token"].recorded == pytest.approx(23_040, rel=0.001)
    step, prompt = terms["decoding step"], terms["reading a prompt"]
    for term in (step, prompt):
        assert term.correction is not None
        assert term.recorded is not None
        assert term.estimated is not None
        assert term.correction.low <= term.correction.value <= term.correction.high
        assert term.recorded / term.estimated == pytest.approx(term.correction.value)
    assert [variant.name for variant in actual.variants] == [
        "as planned", "recorded lengths", "terms corrected too",
    ]  # fmt: skip


def test_with_its_factors_the_estimate_gives_what_was_recorded() -> None:
    estimate = replace(roofline(), prompt_tokens=700, answer_tokens=80, cached_tokens=120)
    true = replace(estimate, corrections=Corrections(prompt=1.7, step=0.6))
    load = true.load(24.0)
    prompt, step = fit(estimate, 24.0, load.latency.ttft / 1000, load.latency.itl / 1000)
    assert prompt == pytest.approx(1.7)
    assert step == pytest.approx(0.6)


def test_where_prompts_take_all_of_the_time_the_step_is_not_guessed() -> None:
    estimate = roofline()
    assert fit(estimate, 50.0, 40.0, 0.001)[1] is None


@pytest.mark.parametrize("name", ["bf16", "w8a8", "w4a16"])
def test_what_a_processor_serves_is_compared_in_the_type_that_was_measured(name: str) -> None:
    processor = processor_as_gpu(ProcessorSpeed(1e11, 1e10), Machine(2, 1 << 35, 1 << 34, frozenset(), compiles=False))
    (scheme,) = find_schemes([name])
    shape = read_shape(SMOLLM2, "smollm2", "test")
    assert make_roofline(shape, scheme, processor, None, WORK, SLO, "bf16").arithmetic == "bf16"


@pytest.mark.parametrize(
    ("dtype", "kv_type", "served"),
    [("bfloat16", "bf16", "bf16"), ("float32", "bf16", "float32"), ("float32", "fp8", "fp8")],
)
def test_a_cache_is_in_the_type_of_the_activations_unless_it_is_quantized(
    dtype: Dtype, kv_type: str, served: str
) -> None:
    (scheme,) = find_schemes(["bf16"])
    assert stored_in(dtype, scheme, kv_type) == (scheme.in_type(dtype), served)


def test_corrected_terms_change_the_replicas_and_the_money() -> None:
    planned, lengths, corrected = compared(BEFORE, AFTER).variants
    assert planned.replicas is not None
    assert planned.usd_per_month is not None
    assert (lengths.roofline.prompt_tokens, lengths.roofline.answer_tokens) == (247, 35)
    # A processor is slower than the L4 of this plan by far: no user is served within 50 ms a token.
    assert corrected.users is None
    assert corrected.limit.startswith("misses ")


def test_too_few_requests_correct_nothing(tmp_path: Path) -> None:
    actual = compared(AFTER, AFTER)
    assert actual.too_few is not None
    assert "0 requests finished, 30 are needed" in actual.too_few
    assert actual.terms == ()
    assert actual.corrections is None
    assert [variant.name for variant in actual.variants] == ["as planned"]


def test_missing_counters_are_named_and_their_terms_left_open(tmp_path: Path) -> None:
    gone = {"vllm:request_queue_time_seconds": None, "vllm:cache_config_info": None}
    actual = compared(*(edited(tmp_path, source, source.name, **gone) for source in (BEFORE, AFTER)))
    assert actual.recorded.missing == ("vllm:request_queue_time_seconds", "vllm:cache_config_info")
    assert "does not have vllm:request_queue_time_seconds, vllm:cache_config_info" in actual.notes[0]
    assert {term.name for term in actual.terms if term.correction is not None} == set()


def test_scrapes_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"falls from .* the server was started again"):
        compared(AFTER, BEFORE)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{}", "not in the text form of Prometheus"),
        ("# TYPE up gauge\nup 1\n", "no counter of vLLM"),
        ("", "no counter of vLLM"),
    ],
)
def test_a_file_that_is_no_scrape_of_vllm_is_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "metrics"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=message):
        read_counters([str(file)], 0.0)


def test_a_missing_file_a_silent_server_and_three_scrapes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="curl http://localhost:8001/metrics"):
        read_counters([str(tmp_path / "none")], 0.0)
    with pytest.raises(ServingError, match="/metrics does not answer"):
        read_counters([f"http://127.0.0.1:{free_port()}"], 0.0)
    with pytest.raises(ServingError, match="/metrics does not answer"):
        read_counters(["http://a b:1/metrics"], 0.0)
    with pytest.raises(ConfigurationError, match="3 times"):
        read_counters(["a", "b", "c"], 0.0)


def test_the_replica_is_the_one_that_runs() -> None:
    (scheme,), (gpu,) = find_schemes(["bf16"]), find_gpus(["l4"])
    shape = read_shape({**SMOLLM2, "num_attention_heads": 8, "num_key_value_heads": 8}, "m", "test")
    assert make_roofline(shape, scheme, gpu, 4, WORK, SLO, "bf16").replica.gpus == 4
    with pytest.raises(ConfigurationError, match="--gpus is 3"):
        make_roofline(shape, scheme, gpu, 3, WORK, SLO, "bf16")


def test_terminal_page_and_json_say_the_same() -> None:
    actual = compared(BEFORE, AFTER)
    out = StringIO()
    print_actual(actual, Console(file=out, width=120))
    page = render_page(actual)
    for words in ("reading a prompt", "decoding step", "terms corrected too", "61 finished requests"):
        assert words in out.getvalue()
        assert words in page
    found = json.loads(json.dumps(to_dict(actual)))
    assert found["finished_requests"] == 61
    assert found["corrections"]["step"] == actual.terms[1].correction.value  # type: ignore[union-attr]
    assert len(found["plans"]) == 3

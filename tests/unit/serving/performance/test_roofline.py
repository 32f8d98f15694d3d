"""The estimate: by hand in simple cases, and against what was measured on a GPU."""

from __future__ import annotations

import pytest

from serving.hardware.gpu import Unsupported, arithmetic, load_gpus
from serving.hardware.replica import Replica, replicas
from serving.model.architecture import load_model
from serving.model.schemes import SCHEMES, Arithmetic
from serving.performance.roofline import ALL_REDUCE_SECONDS, STEP_SECONDS, Roofline, causal_pairs

GPUS = load_gpus()


def roofline(
    model: str, scheme: str, gpu: str, tensor: int = 1, pipeline: int = 1, lengths: tuple[int, int] = (1500, 300)
) -> Roofline:
    kind = arithmetic(GPUS[gpu], SCHEMES[scheme])
    assert not isinstance(kind, Unsupported)
    return Roofline(load_model(model), SCHEMES[scheme], Replica(GPUS[gpu], tensor, pipeline), kind, *lengths)


def test_one_request_waits_for_the_weights_and_its_cache_to_be_read() -> None:
    weights = 2 * (6_979_321_856 + 128_256 * 4_096)
    cache = 131_072 * (1500 + 150)
    by_hand = (weights + cache) / (3350e9 * 0.9) + STEP_SECONDS
    assert roofline("llama-3.1-8b", "bf16", "h100").step_seconds(1) == pytest.approx(by_hand)


def test_a_long_prompt_waits_for_arithmetic() -> None:
    matrices = 2 * 6_979_321_856 * 8192
    attention = 32 * 8192**2 / 2 * 4 * 32 * 128
    by_hand = (matrices + attention) / (989e12 * 0.5) + STEP_SECONDS
    assert roofline("llama-3.1-8b", "bf16", "h100", lengths=(8192, 300)).prompt_seconds() == pytest.approx(by_hand)


def test_a_prompt_of_one_token_waits_for_the_weights() -> None:
    by_hand = 2 * (6_979_321_856 + 128_256 * 4_096) / (3350e9 * 0.9) + STEP_SECONDS
    assert roofline("llama-3.1-8b", "bf16", "h100", lengths=(1, 300)).prompt_seconds() == pytest.approx(by_hand)


def test_windows_spare_a_long_prompt_most_of_its_attention() -> None:
    assert causal_pairs(8192, None) == 8192**2 / 2
    assert causal_pairs(8192, 1024) == 1024**2 / 2 + (8192 - 1024) * 1024
    assert causal_pairs(8192, 10_000) == causal_pairs(8192, None)


def test_an_answer_takes_its_prompt_and_a_step_for_each_further_token() -> None:
    alone = roofline("llama-3.1-8b", "bf16", "h100")
    load = alone.load(1)
    assert load.latency.ttft == pytest.approx(1000 * alone.prompt_seconds())
    assert load.latency.itl == pytest.approx(1000 * alone.step_seconds(1))
    assert load.latency.e2e == pytest.approx(load.latency.ttft + 299 * load.latency.itl)


@pytest.mark.parametrize("users", [1, 7, 64, 300])
def test_requests_in_flight_are_rate_times_latency(users: int) -> None:
    load = roofline("llama-3.1-8b", "fp8", "h100").load(users)
    assert load.rate * load.latency.e2e / 1000 == pytest.approx(users)


def test_more_users_are_never_faster_and_never_fewer_answers() -> None:
    loads = [roofline("llama-4-scout", "fp8", "h100", 4).load(users) for users in (1, 2, 4, 8, 32, 128, 512)]
    for name in ("ttft", "itl", "e2e"):
        values = [getattr(load.latency, name) for load in loads]
        assert values == sorted(values)
    assert [load.rate for load in loads] == sorted(load.rate for load in loads)


def test_four_bits_win_for_few_users_and_eight_bits_near_full_throughput() -> None:
    four, eight = (roofline("llama-3.1-8b", scheme, "h100") for scheme in ("w4a16", "fp8"))
    assert four.step_seconds(1) < eight.step_seconds(1)
    assert four.load(256).rate < eight.load(256).rate


def test_two_gpus_halve_the_reading_and_add_an_all_reduce_twice_a_layer() -> None:
    one, two = (roofline("llama-3.1-70b", "fp8", "h200", gpus).step_seconds(1) for gpus in (1, 2))
    sent = 160 * 2 * 0.5 * 8192 * 2 / (450e9 * 0.7)
    assert two == pytest.approx((one - STEP_SECONDS) / 2 + STEP_SECONDS + 160 * ALL_REDUCE_SECONDS + sent)


def test_a_second_server_in_a_pipeline_adds_rate_and_no_speed() -> None:
    one, two = (roofline("llama-3.1-405b", "fp8", "h200", 8, servers) for servers in (1, 2))
    assert two.load(1).latency == one.load(1).latency
    assert 1.2 < two.load(128).rate / one.load(128).rate < 2


# vLLM 0.30, Qwen3-8B, one H100: requests in flight, prompt and answer tokens, measured answers a second and median time
# between tokens (github.com/tgarg01/silybench-data, 2026-09-24). None of these rows was used to set an efficiency.
MEASURED = [
    ("bf16", 16, 2048, 2048, 0.7935, 9.46),
    ("bf16", 64, 2048, 2048, 1.6908, 17.05),
    ("bf16", 64, 128, 1024, 6.4424, 9.49),
    ("bf16", 256, 128, 1024, 13.2489, 18.08),
    ("bf16", 4, 8192, 512, 0.7375, 8.62),
    ("bf16", 32, 8192, 512, 1.8584, 20.27),
    ("fp8", 16, 2048, 2048, 1.0430, 7.22),
    ("fp8", 64, 2048, 2048, 1.9692, 14.81),
    ("fp8", 128, 128, 1024, 11.8911, 10.16),
    ("fp8", 10, 8192, 512, 1.5369, 9.51),
    ("fp8", 64, 1024, 128, 28.9111, 8.64),
]


@pytest.mark.parametrize(("scheme", "users", "prompt", "answer", "rate", "itl"), MEASURED)
def test_the_estimate_lies_within_15_percent_of_vllm_on_an_h100(
    scheme: str, users: int, prompt: int, answer: int, rate: float, itl: float
) -> None:
    estimate = roofline("qwen3-8b", scheme, "h100", lengths=(prompt, answer))
    assert estimate.load(users).rate == pytest.approx(rate, rel=0.15)
    assert 1000 * estimate.step_seconds(users) == pytest.approx(itl, rel=0.15)


@pytest.mark.parametrize(
    ("gpu", "scheme", "expected"),
    [
        ("h100", "fp8", "fp8"),
        ("a100", "fp8", "bf16"),
        ("a100", "w8a8", "int8"),
        ("h100", "w4a16", "bf16"),
        ("h100", "nvfp4", "bf16"),
        ("b200", "nvfp4", "fp4"),
        ("b200", "mxfp4", "fp4"),
    ],
)
def test_a_type_without_tensor_cores_saves_memory_and_no_arithmetic(
    gpu: str, scheme: str, expected: Arithmetic
) -> None:
    assert arithmetic(GPUS[gpu], SCHEMES[scheme]) == expected


def test_int8_is_refused_on_blackwell() -> None:
    assert arithmetic(GPUS["b200"], SCHEMES["w8a8"]) == Unsupported(
        "INT8 is not supported on Blackwell (b200): use fp8"
    )


def test_heads_must_divide_among_the_gpus_of_a_server() -> None:
    assert [replica.gpus for replica in replicas(GPUS["h100"], load_model("llama-3.1-70b"))] == [1, 2, 4, 8, 16]
    assert [replica.gpus for replica in replicas(GPUS["h100"], load_model("qwen2.5-7b"))] == [1, 2, 4]

"""The flags that a checkpoint, a machine and a service level lead to, and the refusals."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigurationError, ServingError
from serving.checkpoint.read import read_checkpoint
from serving.hardware.gpu import Gpu, installed_gpu
from serving.hardware.machine import Machine
from serving.launch.adapters import parse_adapters
from serving.launch.deployment import choose_deployment
from serving.launch.flags import plan_launch
from serving.launch.request import LaunchRequest
from serving.launch.result import LaunchPlan
from serving.launch.speculation import check_packages, parse_speculation
from serving.launch.speed import ProcessorSpeed
from serving.performance.slo import Slo
from testing.serving.checkpoints import compressed, of_bytes, write_checkpoint

GB = 10**9
AVX512 = frozenset({"avx512f", "avx512_bf16"})
AVX2 = frozenset({"avx2"})
BOX = Machine(cores=8, memory=32 * GB, available=28 * GB, flags=AVX512, compiles=True)
H100 = installed_gpu("NVIDIA H100 80GB HBM3", 9.0, 85 * GB, 84 * GB)
LARGE: dict[str, Any] = {
    "hidden_size": 8192, "num_hidden_layers": 80, "num_attention_heads": 64, "num_key_value_heads": 8,
    "intermediate_size": 28_672, "vocab_size": 128_256, "max_position_embeddings": 131_072,
}  # fmt: skip
LARGE_BYTES = 141 * GB
UNKNOWN: dict[str, Any] = {"model_type": "unheard", "architectures": ["UnheardForCausalLM"]}
MEASURED = ProcessorSpeed(flops=500e9, bandwidth=40e9)


def server(count: int, gpu: Gpu = H100) -> Machine:
    return Machine(64, 1000 * GB, 900 * GB, AVX512, compiles=True, gpus=(gpu,) * count)


def planned(folder: Path, machine: Machine = BOX, **asked: Any) -> LaunchPlan:
    request = LaunchRequest(folder, **{"slo": Slo(ttft=1000, itl=50), **asked})
    return plan_launch(choose_deployment(request, read_checkpoint(folder), machine, lambda _: MEASURED))


def values(plan: LaunchPlan) -> dict[str, str]:
    return {flag.name: flag.value for flag in plan.flags}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "small", of_bytes(200_000_000))


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """The shape of a 70-billion-parameter model; its file is a hole."""
    return write_checkpoint(tmp_path / "large", of_bytes(LARGE_BYTES), **LARGE)


def test_every_flag_has_a_reason_and_occurs_once(small: Path, large: Path) -> None:
    for plan in (planned(small), planned(large, server(8)), planned(large, server(8), profile="throughput")):
        assert all(flag.reason for flag in plan.flags)
        assert len(values(plan)) == len(plan.flags)


def test_only_this_machine_can_reach_it_unless_a_host_is_asked_for(small: Path, large: Path) -> None:
    for plan in (planned(small, port=9000), planned(large, server(8))):
        assert values(plan)["--host"] == "127.0.0.1"
        assert not any("vLLM listens on" in note for note in plan.notes)
    assert planned(small, port=9000).url == "http://127.0.0.1:9000"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8001"),
        ("::", "http://[::1]:8001"),
        ("10.1.2.3", "http://10.1.2.3:8001"),
        ("fd00::1", "http://[fd00::1]:8001"),
    ],
)
def test_a_host_that_others_reach_is_said_and_has_an_address_for_this_machine(small: Path, host: str, url: str) -> None:
    plan = planned(small, host=host)
    assert (values(plan)["--host"], plan.url) == (host, url)
    assert any(f"vLLM listens on {host}. Its key protects /v1 only" in note for note in plan.notes)


@pytest.mark.parametrize("host", ["", "localhost", "0.0.0.0:8001", "model"])
def test_a_host_that_is_no_address_is_refused(small: Path, host: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--host is .* must be an IP address"):
        planned(small, host=host)


def test_a_machine_without_gpus_is_served_as_a_processor(small: Path) -> None:
    plan = planned(small)
    flags = values(plan)
    assert (plan.profile, flags["--dtype"]) == ("cpu", "bfloat16")
    assert not {"--gpu-memory-utilization", "--tensor-parallel-size"} & flags.keys()


def cached_tokens(sequences: str) -> int:
    """Usual requests side by side (15 blocks of 128 tokens for 1,500 + 300), or one of 8,192; and the null block."""
    return max(int(sequences) * 15 * 128, 8192) + 128


def test_the_cache_holds_the_usual_requests_that_run_together(small: Path) -> None:
    flags = values(planned(small, slo=Slo(ttft=20_000, itl=500)))
    # 2 x 8 layers x 4 heads x 128 x 2 bytes a token; vLLM never gives out one of the blocks of 128 tokens.
    assert flags["--max-model-len"] == "8192"
    assert int(flags["--max-num-seqs"]) > 4
    assert int(flags["--kv-cache-memory-bytes"]) == cached_tokens(flags["--max-num-seqs"]) * 16_384


def test_the_cache_holds_the_longest_request_where_few_run_together(small: Path) -> None:
    flags = values(planned(small, prompt_tokens=100, answer_tokens=20))
    assert 1 < int(flags["--max-num-seqs"]) < 64
    assert int(flags["--kv-cache-memory-bytes"]) == (8192 + 128) * 16_384


def test_a_draft_model_has_a_cache_of_its_own(small: Path, tmp_path: Path) -> None:
    draft = write_checkpoint(tmp_path / "draft", num_hidden_layers=2)
    for way, layers in (("none", 8), (f"draft={draft}", 10)):
        flags = values(planned(small, speculation=parse_speculation(way)))
        assert int(flags["--kv-cache-memory-bytes"]) == cached_tokens(flags["--max-num-seqs"]) * layers * 2048


def test_without_bfloat16_instructions_everything_but_an_fp8_cache_is_float32_and_memory_counts_so(
    small: Path,
) -> None:
    box = Machine(8, 32 * GB, 28 * GB, AVX2, compiles=True)
    narrow, wide = values(planned(small)), values(planned(small, box))
    assert (narrow["--dtype"], wide["--dtype"]) == ("bfloat16", "float32")
    each = [int(flags["--kv-cache-memory-bytes"]) / cached_tokens(flags["--max-num-seqs"]) for flags in (narrow, wide)]
    assert each == [16_384, 32_768]
    with pytest.raises(ServingError, match=r"weights 0.4 GB, cache of the longest request 0.3 GB"):
        planned(small, Machine(8, 4 * GB, 2 * GB, AVX2, compiles=True))


def test_a_processor_is_measured_in_the_type_in_which_it_serves(small: Path) -> None:
    measured: list[str] = []

    def measure(dtype: str) -> ProcessorSpeed:
        measured.append(dtype)
        return MEASURED

    for flags in (AVX512, AVX2):
        machine = Machine(8, 32 * GB, 28 * GB, flags, compiles=True)
        choose_deployment(LaunchRequest(small, Slo(ttft=1000)), read_checkpoint(small), machine, measure)
    assert measured == ["bfloat16", "float32"]


def test_with_little_memory_the_cache_takes_what_is_left(small: Path) -> None:
    tight = Machine(8, 5 * GB, 4 * GB, AVX512, compiles=True)
    flags = values(planned(small, tight, slo=Slo(e2e=600_000)))
    left = 4 * GB - 0.2 * GB - 2.5 * GB - 0.5 * GB
    assert int(flags["--kv-cache-memory-bytes"]) == int(left)
    assert int(flags["--max-num-seqs"]) == int(left // (1800 * 16_384))


def test_too_little_memory_is_refused_with_the_figures_before_anything_starts(small: Path, large: Path) -> None:
    with pytest.raises(ServingError, match=r"weights 0.2 GB, cache of the longest request 0.1 GB.*2.0 GB of 4.0 GB"):
        planned(small, Machine(8, 4 * GB, 2 * GB, AVX512, compiles=True))
    with pytest.raises(ServingError, match=r"Not enough GPU memory.*weights 141.0 GB.*1 x NVIDIA H100"):
        planned(large, server(1))


def test_the_memory_of_a_draft_model_counts(small: Path, tmp_path: Path) -> None:
    draft = write_checkpoint(tmp_path / "draft", of_bytes(30 * GB))
    with pytest.raises(ServingError, match=r"weights 30.2 GB"):
        planned(small, speculation=parse_speculation(f"draft={draft}"))


def test_a_stricter_service_level_runs_fewer_requests_at_once(large: Path) -> None:
    strict, easy = (planned(large, server(8), slo=Slo(ttft=1000, itl=limit)) for limit in (25, 100))
    assert int(values(strict)["--max-num-seqs"]) < int(values(easy)["--max-num-seqs"])


def test_queue_limits_follow_the_limit_on_the_first_token(small: Path) -> None:
    short, long = (values(planned(small, slo=Slo(ttft=limit, itl=200))) for limit in (5_000, 10_000))
    assert int(long["--max-num-queued-tokens"]) == pytest.approx(2 * int(short["--max-num-queued-tokens"]), rel=0.01)
    assert int(short["--max-num-queued-reqs"]) > int(short["--max-num-seqs"])
    assert "--max-num-queued-tokens" not in values(planned(small, slo=Slo(itl=200)))


def test_on_a_slow_processor_one_longest_request_does_not_keep_the_next_one_out(small: Path) -> None:
    slow = ProcessorSpeed(flops=1e9, bandwidth=1e9)
    request = LaunchRequest(small, Slo(ttft=1000, itl=50))
    flags = values(plan_launch(choose_deployment(request, read_checkpoint(small), BOX, lambda _: slow)))
    # vLLM refuses when the tokens before a request have reached the limit.
    assert int(flags["--max-num-queued-tokens"]) > int(flags["--max-model-len"])
    assert int(flags["--max-num-queued-reqs"]) > int(flags["--max-num-seqs"]) >= 1


def test_a_level_that_even_one_request_misses_is_noted_and_still_served(small: Path) -> None:
    plan = planned(small, slo=Slo(ttft=1, itl=50))
    assert any("Even a single request is estimated to miss ttft" in note for note in plan.notes)
    assert int(values(plan)["--max-num-seqs"]) >= 1
    assert planned(small, slo=Slo(ttft=60_000, itl=1000)).notes == ()


def test_gpus_are_laid_out_for_the_most_answers_within_the_level(large: Path) -> None:
    for limit in (25, 100):
        flags = values(planned(large, server(8), slo=Slo(ttft=1000, itl=limit)))
        assert int(flags["--tensor-parallel-size"]) * int(flags.get("--data-parallel-size", "1")) == 8
    assert values(planned(large, server(2)))["--tensor-parallel-size"] == "2"


def test_where_no_layout_meets_the_level_the_quickest_is_taken_and_the_reason_says_so(large: Path) -> None:
    plan = planned(large, server(8), slo=Slo(ttft=1))
    assert values(plan)["--tensor-parallel-size"] == "8"
    assert any("no layout meets ttft 1 ms" in flag.reason for flag in plan.flags)


def test_throughput_takes_larger_steps_and_batches_than_latency(large: Path) -> None:
    latency, throughput = (values(planned(large, server(8), profile=profile)) for profile in ("latency", "throughput"))
    assert int(throughput["--max-num-batched-tokens"]) > int(latency["--max-num-batched-tokens"])
    assert int(throughput["--max-num-seqs"]) > int(latency["--max-num-seqs"])


def test_prompts_are_read_as_fast_as_the_requests_of_one_batch_bring_them(large: Path) -> None:
    flags = values(planned(large, server(8)))
    in_a_step = int(flags["--max-num-seqs"]) * (1500 + 300) / 300
    assert int(flags["--max-num-batched-tokens"]) > in_a_step


def test_copied_spans_are_guessed_for_latency_and_on_a_processor_and_not_for_throughput(
    small: Path, large: Path
) -> None:
    for plan in (planned(large, server(8)), planned(small)):
        guess = json.loads(values(plan)["--speculative-config"])
        assert (guess["method"], guess["prompt_lookup_max"]) == ("ngram", 5)
    assert "--speculative-config" not in values(planned(large, server(8), profile="throughput"))
    assert "--speculative-config" not in values(planned(large, server(8), speculation=parse_speculation("none")))


def test_on_a_processor_nothing_is_guessed_for_a_model_with_states_and_asking_for_it_is_refused(tmp_path: Path) -> None:
    hybrid = write_checkpoint(
        tmp_path / "hybrid",
        of_bytes(200_000_000),
        model_type="nemotron_h",
        hybrid_override_pattern="M-M*-M",
        num_hidden_layers=6,
        mamba_num_heads=8,
        mamba_head_dim=16,
        n_groups=1,
        ssm_state_size=16,
    )
    assert "--speculative-config" not in values(planned(hybrid))
    assert "--speculative-config" in values(planned(hybrid, server(1)))
    assert "--speculative-config" not in values(planned(hybrid, speculation=parse_speculation("none")))
    with pytest.raises(ServingError, match=r"hybrid has layers that keep a state, .* --speculate none"):
        planned(hybrid, speculation=parse_speculation("ngram"))


def test_a_gpu_that_another_program_uses_is_shared(large: Path) -> None:
    half = installed_gpu("NVIDIA H100 80GB HBM3", 9.0, 85 * GB, 60 * GB)
    assert float(values(planned(large, server(8, half)))["--gpu-memory-utilization"]) == 0.68
    assert float(values(planned(large, server(8)))["--gpu-memory-utilization"]) == 0.92


def test_a_gpu_that_is_not_listed_is_served_by_its_memory(small: Path) -> None:
    other = installed_gpu("NVIDIA RTX 6000 Ada Generation", 8.9, 48 * GB, 47 * GB)
    plan = planned(small, server(1, other))
    assert "--max-num-queued-tokens" not in values(plan)
    assert any("is not in serving/hardware/gpus.yaml" in note for note in plan.notes)


def test_gpus_of_another_model_stay_idle_and_that_is_noted(small: Path) -> None:
    mixed = Machine(
        64, 1000 * GB, 900 * GB, AVX512, compiles=True, gpus=(H100, installed_gpu("NVIDIA L4", 8.9, 23 * GB, 22 * GB))
    )
    plan = planned(small, mixed)
    assert "--data-parallel-size" not in values(plan)
    assert any("1 GPU(s) stay idle" in note for note in plan.notes)


def test_an_int8_checkpoint_is_refused_on_blackwell(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path, quantization_config=compressed())
    with pytest.raises(ServingError, match="INT8 is not supported on Blackwell"):
        planned(folder, server(1, installed_gpu("NVIDIA B200", 10.0, 180 * GB, 179 * GB)))


def test_a_cache_in_fp8_comes_from_the_checkpoint_or_the_option_and_needs_avx512(tmp_path: Path, small: Path) -> None:
    scaled = write_checkpoint(tmp_path / "scaled", quantization_config=compressed(kv_cache_scheme={"num_bits": 8}))
    for plan in (planned(scaled), planned(small, cache_type="fp8")):
        assert values(plan)["--kv-cache-dtype"] == "fp8"
    assert "--kv-cache-dtype" not in values(planned(small))
    with pytest.raises(ServingError, match="AVX-512"):
        planned(small, Machine(8, 32 * GB, 28 * GB, frozenset({"avx2"}), compiles=True), cache_type="fp8")


def test_without_a_compiler_nothing_is_compiled(small: Path) -> None:
    assert "--enforce-eager" not in values(planned(small))
    assert "--enforce-eager" in values(planned(small, Machine(8, 32 * GB, 28 * GB, AVX512, compiles=False)))


def test_adapters_are_served_under_their_names(small: Path, tmp_path: Path) -> None:
    for name, rank in (("a", 8), ("b", 24)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "adapter_config.json").write_text(json.dumps({"r": rank}), encoding="utf-8")
    plan = planned(small, adapters=parse_adapters([f"legal={tmp_path / 'a'}", f"sales={tmp_path / 'b'}"]))
    flags = values(plan)
    # One place more on a processor, where requests without an adapter get the last one.
    assert (flags["--max-loras"], flags["--max-lora-rank"], flags["--enable-lora"]) == ("3", "32", "")
    given = plan.arguments.index("--lora-modules")
    assert plan.arguments[given + 1 : given + 3] == (f"legal={tmp_path / 'a'}", f"sales={tmp_path / 'b'}")


def test_a_short_model_is_served_at_its_own_length_and_not_beyond(tmp_path: Path) -> None:
    short = write_checkpoint(tmp_path, max_position_embeddings=4096)
    assert values(planned(short))["--max-model-len"] == "4096"
    with pytest.raises(ConfigurationError, match=r"16384 tokens are asked for; .* reads 4096"):
        planned(short, context=16_384)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"port": 0}, "--port is 0"),
        ({"port": 70_000}, "--port is 70000"),
        ({"prompt_tokens": 0}, "--prompt-tokens is 0"),
        ({"answer_tokens": 1}, "--answer-tokens is 1"),
        ({"context": 100}, r"--context is 100; a usual request has 1500 \+ 300"),
    ],
)
def test_a_wrong_number_is_named(small: Path, asked: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        planned(small, **asked)


def test_a_profile_for_gpus_needs_one(small: Path) -> None:
    with pytest.raises(ServingError, match="--profile throughput is for GPUs"):
        planned(small, profile="throughput")


@pytest.mark.parametrize("text", ["", "eagle", "draft", "draft=", "eagle3=", "ngram=3"])
def test_an_unknown_way_of_guessing_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="write none, ngram, suffix, draft=DIR or eagle3=DIR"):
        parse_speculation(text)


def test_suffix_decoding_is_refused_before_the_start_where_its_package_is_missing(tmp_path: Path) -> None:
    has, lacks = (tmp_path / name for name in ("has", "lacks"))
    has.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    lacks.write_text("#!/bin/sh\necho \"No module named 'arctic_inference'\" >&2; exit 1\n", encoding="utf-8")
    for program in (has, lacks):
        program.chmod(0o755)
    check_packages(parse_speculation("suffix"), has)
    check_packages(parse_speculation("ngram"), lacks)
    with pytest.raises(ServingError, match=r"arctic-inference, and .*lacks does not import it \(No module named"):
        check_packages(parse_speculation("suffix"), lacks)


def test_suffix_decoding_guesses_eight_tokens_at_most(small: Path) -> None:
    flags = values(planned(small, speculation=parse_speculation("suffix")))
    assert json.loads(flags["--speculative-config"]) == {"method": "suffix", "num_speculative_tokens": 8}


def test_a_draft_model_of_another_vocabulary_is_refused_with_both_sizes(small: Path, tmp_path: Path) -> None:
    other = write_checkpoint(tmp_path / "other", vocab_size=1000)
    with pytest.raises(ServingError, match=r"other has a vocabulary of 1,000 tokens, small one of"):
        planned(small, speculation=parse_speculation(f"draft={other}"))


def test_a_draft_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"has no config.json"):
        parse_speculation(f"eagle3={tmp_path}")


@pytest.mark.parametrize("config", ["", "{}", '{"r": "8"}', '{"r": 1000}', '{"r": true}', "[]"])
def test_an_adapter_without_a_rank_is_refused(tmp_path: Path, config: str) -> None:
    (tmp_path / "adapter_config.json").write_text(config, encoding="utf-8")
    with pytest.raises(ServingError, match=r"adapter_config.json states"):
        parse_adapters([f"legal={tmp_path}"])


def test_adapters_are_named_once_and_exist(tmp_path: Path, small: Path) -> None:
    (tmp_path / "adapter_config.json").write_text('{"r": 8}', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="'legal' is given twice"):
        parse_adapters([f"legal={tmp_path}"] * 2)
    with pytest.raises(ConfigurationError, match="write name=DIR"):
        parse_adapters(["legal"])
    with pytest.raises(ServingError, match="there is no"):
        parse_adapters([f"legal={tmp_path / 'nowhere'}"])
    with pytest.raises(ConfigurationError, match="'small' is the model's own"):
        planned(small, adapters=parse_adapters([f"small={tmp_path}"]))


def test_a_model_that_nothing_here_knows_is_served_with_what_vllm_chooses_for_it(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "new", of_bytes(200_000_000), **UNKNOWN)
    plan = planned(folder)
    flags = values(plan)
    assert flags["--max-model-len"] == "auto"
    # Of 28 GB available: 0.2 GB of weights, 2.5 GB for vLLM itself and a tenth of the machine are not for the cache.
    assert int(flags["--kv-cache-memory-bytes"]) == pytest.approx(22.1 * GB, rel=0.01)
    assert not {"--max-num-seqs", "--max-num-batched-tokens", "--enable-prefix-caching"} & flags.keys()
    assert any("'unheard' is not known" in note and "--max-num-seqs" in note for note in plan.notes)
    assert values(planned(folder, context=4096))["--max-model-len"] == "4096"


def test_such_a_model_takes_the_fewest_gpus_that_hold_its_weights(tmp_path: Path) -> None:
    folder = write_checkpoint(tmp_path / "new", of_bytes(LARGE_BYTES), **UNKNOWN)
    flags = values(planned(folder, server(4)))
    assert (flags["--tensor-parallel-size"], flags["--data-parallel-size"]) == ("2", "2")


def test_a_checkpoint_whose_method_of_quantization_has_no_size_here_is_served_by_the_size_of_its_files(
    tmp_path: Path,
) -> None:
    stated = {"quant_method": "torchao"}
    folder = write_checkpoint(tmp_path / "ao", of_bytes(200_000_000), quantization_config=stated)
    flags = values(planned(folder, server(1)))
    assert "--max-num-seqs" in flags

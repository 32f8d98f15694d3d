"""The plan as a whole: options, refusals, measured rows, and what is message when nothing serves."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from core.errors import ConfigurationError, ServingError
from serving.accuracy import Recovered, read_check
from serving.hardware.gpu import find_gpus
from serving.model.architecture import built_in_models, load_model, read_shape
from serving.model.schemes import find_schemes
from serving.model.shape import ModelShape
from serving.performance.capacity import at_users, users_served
from serving.performance.roofline import Load
from serving.performance.slo import Latency, Slo, parse_slo
from serving.performance.sweep import Point, Sweep
from serving.plan.console import print_plan
from serving.plan.costs import load_prices
from serving.plan.html import render_page
from serving.plan.plan import make_plan
from serving.plan.request import PlanRequest, Workload
from serving.plan.result import Option, to_dict


def request(
    *models: str,
    users: int = 100,
    slo: str = "ttft=1000,itl=50",
    gpus: tuple[str, ...] = (),
    schemes: tuple[str, ...] = (),
    **work: Any,
) -> PlanRequest:
    return PlanRequest(
        models=tuple(load_model(model) for model in models),
        schemes=find_schemes(schemes),
        gpus=find_gpus(gpus),
        workload=Workload(users, **work),
        slo=parse_slo(slo),
        prices=load_prices(),
    )


def only(planned: PlanRequest) -> Option:
    (option,) = make_plan(planned).options
    return option


def test_every_model_scheme_and_gpu_is_an_option_or_a_refusal() -> None:
    plan = make_plan(request("llama-3.1-8b", "llama-3.1-70b"))
    assert len(plan.options) + len(plan.refusals) == 2 * 6 * 6
    assert [option.usd_per_month for option in plan.options] == sorted(o.usd_per_month for o in plan.options)


def test_replicas_utilisation_and_money_follow_from_users_per_replica() -> None:
    option = only(request("llama-3.1-70b", gpus=("h100",), schemes=("bf16",), users=500))
    assert option.replicas == ceil(500 / option.users_per_replica)
    assert option.utilisation == pytest.approx(500 / (option.replicas * option.users_per_replica))
    assert option.usd_per_month == pytest.approx(option.replicas * option.replica.gpus * 3.99 * 730)
    assert option.answers_per_month == pytest.approx(500 / (option.load.latency.e2e / 1000) * 3600 * 176)
    assert option.usd_per_1000_answers == pytest.approx(1000 * option.usd_per_month / option.answers_per_month)
    assert option.usd_per_1000_answers_full <= option.usd_per_1000_answers


def test_one_user_more_than_a_replica_serves_would_miss_the_limit_that_is_named() -> None:
    planned = request("llama-3.1-8b", gpus=("h100",), schemes=("fp8",))
    option = only(planned)
    assert option.limited_by == "itl"
    assert not planned.slo.missed(option.full.latency)
    assert option.users_by_slo == option.users_per_replica == option.full.in_flight


def test_memory_ends_a_replica_where_the_service_level_is_generous() -> None:
    option = only(request("llama-4-scout", slo="itl=1000", gpus=("h100",), schemes=("bf16",)))
    assert (option.limited_by, option.users_per_replica) == ("memory", option.users_by_memory)


def test_quantizing_and_replacing_a_70b_model_by_an_8b_one_each_cost_less() -> None:
    def usd(model: str, scheme: str) -> float:
        return only(request(model, gpus=("h100",), schemes=(scheme,))).usd_per_month

    assert usd("llama-3.1-70b", "bf16") > usd("llama-3.1-70b", "fp8") > usd("llama-3.1-8b", "bf16")


def test_users_who_pause_need_fewer_replicas() -> None:
    eager = only(request("llama-3.1-70b", gpus=("h100",), schemes=("fp8",), users=2000))
    calm = only(request("llama-3.1-70b", gpus=("h100",), schemes=("fp8",), users=2000, pause_seconds=30))
    assert calm.replicas < eager.replicas
    assert calm.answers_per_month < eager.answers_per_month


def test_the_load_of_pausing_users_is_found_by_littles_law() -> None:
    def load(in_flight: float) -> Load:
        return Load(in_flight, in_flight / 2, Latency(0, 0, 2000))

    assert at_users(load, 120, 10).in_flight == pytest.approx(20)
    assert at_users(load, 3, 10).in_flight == pytest.approx(0.5)
    assert users_served(at_users(load, 120, 10), 10) == 120


def test_a_measurement_replaces_the_estimate_and_states_its_error() -> None:
    planned = request(
        "qwen3-8b", gpus=("h100",), schemes=("bf16", "fp8"), slo="itl=15", prompt_tokens=2048, answer_tokens=2048
    )
    points = tuple(
        Point(rate, Latency(60, itl, 1000 * users / rate), Latency(200, itl, 1000 * users / rate))
        for users, rate, itl in ((16, 0.7935, 9.8), (32, 1.2346, 12.6), (64, 1.6908, 18.3))
    )
    plan = make_plan(replace(planned, sweeps=(Sweep("qwen3-8b", "bf16", "h100", 1, 2048, 2048, points, "here"),)))
    by_scheme = {option.scheme: option for option in plan.options}
    assert by_scheme["fp8"].basis == "estimate"
    assert by_scheme["fp8"].estimate_error is None
    measured = by_scheme["bf16"]
    # ITL 15 ms lies (15 - 12.6) / (18.3 - 12.6) of the way from 32 to 64 users: 45.5.
    assert (measured.basis, measured.users_per_replica, measured.limited_by) == ("measured", 45, "itl")
    assert measured.estimate_error == pytest.approx(0, abs=0.02)


def test_a_sweep_of_other_lengths_is_refused() -> None:
    sweep = Sweep("qwen3-8b", "bf16", "h100", 1, 128, 300, (Point(1, Latency(1, 1, 1), Latency(1, 1, 1)),), "here")
    with pytest.raises(ConfigurationError, match="measured with 128 prompt tokens, the plan has 1500"):
        make_plan(replace(request("qwen3-8b"), sweeps=(sweep,)))


def test_a_sweep_without_a_model_needs_a_plan_of_one() -> None:
    sweep = Sweep(None, "bf16", "h100", 1, 1500, 300, (Point(1, Latency(1, 1, 1), Latency(1, 1, 1)),), "here")
    with pytest.raises(ConfigurationError, match="does not say which model"):
        make_plan(replace(request("qwen3-8b", "qwen3-32b"), sweeps=(sweep,)))


@pytest.mark.parametrize(("scheme", "gpu"), [("w8a9", "h100"), ("bf16", "h200")])
def test_a_sweep_of_what_is_not_planned_is_not_passed_over(scheme: str, gpu: str) -> None:
    sweep = Sweep("qwen3-8b", scheme, gpu, 1, 1500, 300, (Point(1, Latency(1, 1, 1), Latency(1, 1, 1)),), "here")
    with pytest.raises(ConfigurationError, match=f"in {scheme} on {gpu}, which is not planned"):
        make_plan(replace(request("qwen3-8b", gpus=("h100",)), sweeps=(sweep,)))


def test_a_check_of_what_is_not_planned_is_not_passed_over() -> None:
    accuracy = {("another", "fp8"): Recovered(1, 1, 1)}
    with pytest.raises(ConfigurationError, match="of another in fp8, which is not planned"):
        make_plan(replace(request("qwen3-8b"), accuracy=accuracy))


def test_more_busy_hours_than_a_month_has_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="--busy-hours is 800; a month has 730"):
        make_plan(request("qwen3-8b", busy_hours=800.0))


def test_int8_on_blackwell_is_refused_with_what_to_use() -> None:
    plan = make_plan(request("llama-3.1-8b", gpus=("b200",)))
    assert [(r.scheme, r.reason) for r in plan.refusals] == [
        ("w8a8", "INT8 is not supported on Blackwell (b200): use fp8")
    ]


def test_a_service_level_that_nothing_meets_is_refused_with_the_limit_and_what_would_meet_it() -> None:
    with pytest.raises(
        ServingError, match=r"No option meets ttft .*ttft 1 ms.*would meet --slo ttft=\d+,itl=50"
    ) as message:
        make_plan(request("llama-3.1-70b", slo="ttft=1,itl=50"))
    would = str(message.value).split("--slo ")[1].split(";")[0]
    assert make_plan(request("llama-3.1-70b", slo=would)).options


def test_a_model_that_fits_no_count_is_refused_with_the_bytes() -> None:
    with pytest.raises(ServingError, match=r"does not fit: 1,3\d\d GB .* 16 x l4 in 2 servers"):
        make_plan(request("deepseek-v3", gpus=("l4",), schemes=("bf16",)))


def test_a_question_longer_than_the_model_reads_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="are 9300; llama-3-8b reads 8192"):
        make_plan(request("llama-3-8b", prompt_tokens=9000))


@pytest.mark.parametrize(
    ("name", "value"),
    [("users", 0), ("users", -3), ("prompt_tokens", 0), ("answer_tokens", 1), ("pause_seconds", -1), ("busy_hours", 0)],
)
def test_a_load_out_of_range_is_refused_with_its_option(name: str, value: int) -> None:
    with pytest.raises(ConfigurationError, match=f"--{name.replace('_', '-')} is {value}; it must be"):
        Workload(**{"users": 1, name: value})


def test_an_unknown_gpu_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match=r"no GPU 'h900'.*l4, l40s, a100, h100"):
        find_gpus(["h900"])


def test_accuracy_comes_from_a_measured_check_only(tmp_path: Path) -> None:
    file = tmp_path / "check.json"
    check = {"format": "groundwork-check-1", "model": "llama-3.1-8b", "scheme": "fp8"}
    file.write_text(json.dumps({**check, "recovered": {"value": 0.99, "low": 0.98, "high": 1.0}}), encoding="utf-8")
    plan = make_plan(replace(request("llama-3.1-8b", gpus=("h100",)), accuracy=dict([read_check(file)])))
    assert {o.scheme: o.recovered for o in plan.options if o.recovered} == {"fp8": Recovered(0.99, 0.98, 1.0)}
    page = render_page(plan)
    assert "99.0% (98.0%–100.0%)" in page
    assert "not measured" in page


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"format": "groundwork-check-1", "model": "m", "scheme": "s"}'])
def test_a_file_that_is_not_a_check_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "check.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="is no check"):
        read_check(file)


def test_the_plan_is_one_json_object_with_every_option() -> None:
    plan = make_plan(request("llama-3.1-8b"))
    values = json.loads(json.dumps(to_dict(plan), allow_nan=False))
    assert len(values["options"]) == len(plan.options)
    assert values["options"][0]["usd_per_month"] == plan.options[0].usd_per_month
    assert values["slo_ms"] == {"ttft": 1000.0, "itl": 50.0, "e2e": None}


def test_the_page_needs_nothing_from_elsewhere_and_lets_no_name_into_its_markup() -> None:
    planned = request("llama-3.1-8b")
    named = replace(planned, models=(replace(planned.models[0], name="<b>&mine", source="<script>"),))
    page = render_page(make_plan(named))
    assert not any(word in page for word in ("<script", "http://", "https://", "<b>&mine", "<link", "nan", "inf%"))
    assert page.count("<svg") == page.count("</svg>") == 4


@pytest.mark.parametrize("slo", ["e2e=60000", "ttft=1000,itl=50"])
def test_the_page_is_drawn_for_one_option_without_a_limit_or_an_api(slo: str) -> None:
    planned = request("qwen3-32b", gpus=("h100",), schemes=("fp8",), slo=slo)
    page = render_page(make_plan(replace(planned, prices=replace(planned.prices, apis=()))))
    assert page.count("<svg") == 4


def test_the_terminal_shows_each_model_and_when_an_api_is_cheaper() -> None:
    console = Console(width=200, record=True, file=StringIO())
    print_plan(make_plan(request("llama-3.1-8b", "llama-3.1-70b")), console)
    shown = console.export_text()
    assert "llama-3.1-8b: Stay on the API at any volume" in shown
    assert "llama-3.1-70b: Stay on the API below" in shown
    assert "not measured" in shown


def test_a_narrow_terminal_shows_fewer_columns_and_cuts_none() -> None:
    console = Console(width=80, record=True, file=StringIO())
    print_plan(make_plan(request("llama-3.1-8b", gpus=("h100",))), console)
    shown = console.export_text()
    assert "…" not in shown
    assert "1 h100 in 1 replica" in shown
    assert "A wider terminal shows also: users each, limit" in shown


def test_no_limit_leaves_memory_or_vllms_queue_as_the_end() -> None:
    planned = replace(
        request("llama-3.1-8b", gpus=("b200",), schemes=("fp8",), prompt_tokens=100, answer_tokens=50), slo=Slo()
    )
    assert only(planned).limited_by == "--max-num-seqs"


def stored_in(method: dict[str, Any]) -> ModelShape:
    config = {**built_in_models()["qwen2.5-7b"]["config"], "quantization_config": method}
    return read_shape(config, "stored", "here")


def test_a_quantized_checkpoint_is_planned_as_it_is_stored_and_other_schemes_need_the_original() -> None:
    model = stored_in({"quant_method": "awq", "bits": 4, "group_size": 128})
    plan = make_plan(replace(request("qwen2.5-7b", gpus=("h100",)), models=(model,)))
    (option,) = plan.options
    assert (option.scheme, round(option.weight_bytes / 1e9, 2)) == ("w4a16", 5.57)
    reasons = {refusal.scheme: refusal.reason for refusal in plan.refusals}
    assert reasons.keys() == {"bf16", "fp8", "w8a8", "nvfp4", "mxfp4"}
    assert reasons["fp8"] == "the checkpoint is stored in awq, 4 bits: fp8 is made from the 16-bit original"


def test_a_way_to_store_that_is_no_scheme_is_planned_as_a_row_of_its_own() -> None:
    model = stored_in({"quant_method": "bitsandbytes", "load_in_4bit": True})
    plan = make_plan(replace(request("qwen2.5-7b", gpus=("h100",)), models=(model,)))
    assert [option.scheme for option in plan.options] == ["bnb-4bit"]
    with pytest.raises(ServingError, match="fp8 is made from the 16-bit original"):
        make_plan(replace(request("qwen2.5-7b", gpus=("h100",), schemes=("fp8",)), models=(model,)))


def test_states_are_a_column_of_the_plan_and_the_cache_says_who_counted_it() -> None:
    config = {
        "model_type": "nemotron_h", "hidden_size": 4096, "num_attention_heads": 32, "num_key_value_heads": 8,
        "head_dim": 128, "intermediate_size": 21504, "vocab_size": 131072, "mamba_num_heads": 128, "n_groups": 8,
        "mamba_head_dim": 64, "ssm_state_size": 128, "max_position_embeddings": 8192,
        "hybrid_override_pattern": "M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M*-M-M-M-M-M-",
    }  # fmt: skip
    shape = read_shape(config, "hybrid", "here")
    plan = to_dict(make_plan(replace(request("qwen2.5-7b", gpus=("h100",), schemes=("bf16",)), models=(shape,))))
    assert plan["options"][0]["kv_bytes_per_token"] == 16_384
    assert plan["options"][0]["state_bytes_per_request"] == 24 * (3 * 10_240 * 2 + 128 * 64 * 128 * 4)
    assert plan["models"][0]["cache_source"].startswith("formulas on the modules of transformers")


def test_a_small_model_beside_a_large_one_shows_what_it_saves_a_month_under_the_same_service_level() -> None:
    planned = request("llama-3.1-8b", "llama-3.1-70b", users=1000)
    plan = make_plan(planned)
    small, large = plan.cheapest_by_model()
    (saving,) = plan.savings()
    assert (saving.small, saving.large) == (small, large)
    assert saving.usd_per_month == large.usd_per_month - small.usd_per_month > 0
    (stated,) = to_dict(plan)["savings"]
    assert (stated["model"], stated["in_place_of"]) == ("llama-3.1-8b", "llama-3.1-70b")
    assert (stated["replicas"], stated["gpus_in_place_of"]) == (small.replicas, large.gpus)
    assert stated["usd_per_month"] == saving.usd_per_month
    assert "dollars a month less than llama-3.1-70b in" in saving.advice()


def test_each_smaller_model_is_compared_with_the_largest_that_can_be_served() -> None:
    # The 405B model fits on no number of L40S within this service level.
    plan = make_plan(request("llama-3.1-8b", "llama-3.1-405b", "llama-3.1-70b", "qwen3-8b", gpus=("l40s",), users=10))
    pairs = [(saving.small.model, saving.large.model) for saving in plan.savings()]
    assert pairs == [("llama-3.1-8b", "llama-3.1-70b"), ("qwen3-8b", "llama-3.1-70b")]
    assert make_plan(request("llama-3.1-8b")).savings() == []


def test_an_8b_model_in_place_of_a_70b_one_costs_less_than_1000_dollars_a_month_for_a_small_start_up() -> None:
    """The talk's figure; its load is not stated, and 50 parallel users are assumed."""
    plan = make_plan(request("llama-3.1-70b", "llama-3.1-8b", users=50))
    (saving,) = plan.savings()
    assert saving.small.usd_per_month < 1000 < saving.large.usd_per_month


def test_a_smaller_model_that_costs_more_is_said_to() -> None:
    plan = make_plan(request("llama-3.1-70b", "llama-3.1-8b", users=50))
    (saving,) = plan.savings()
    dearer = replace(saving, small=replace(saving.small, usd_per_month=saving.large.usd_per_month + 10))
    assert "costs 10 dollars a month more than" in dearer.advice()

"""A plan as plain values, for `--json` and for the page."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from serving.plan.plan import Option, Plan
from serving.plan.roofline import (
    ALL_REDUCE_SECONDS,
    BANDWIDTH_EFFICIENCY,
    COMPUTE_EFFICIENCY,
    LINK_EFFICIENCY,
    STEP_SECONDS,
    Load,
)


def to_dict(plan: Plan) -> dict[str, Any]:
    """Everything, in the units that the keys name. Options by rising cost."""
    request = plan.request
    return {
        "workload": asdict(request.workload),
        "slo_ms": asdict(request.slo),
        "kv_cache_dtype": request.kv_type,
        "models": [
            {
                "name": shape.name,
                "parameters": shape.parameters,
                "active_parameters": shape.active_parameters,
                "source": shape.source,
            }
            for shape in request.models
        ],
        "options": [_option(option) for option in plan.options],
        "refusals": [{"model": r.model, "scheme": r.scheme, "gpu": r.gpu, "reason": r.reason} for r in plan.refusals],
        "prices": {
            "date": request.prices.date,
            "hours_per_month": request.prices.hours_per_month,
            "gpu_hour": {name: asdict(price) for name, price in request.prices.gpu_hour.items()},
            "api": {api.name: asdict(api) for api in request.prices.apis},
        },
        "assumptions": {
            "compute_efficiency": dict(COMPUTE_EFFICIENCY),
            "bandwidth_efficiency": BANDWIDTH_EFFICIENCY,
            "step_ms": 1000 * STEP_SECONDS,
            "link_efficiency": LINK_EFFICIENCY,
            "all_reduce_ms": 1000 * ALL_REDUCE_SECONDS,
        },
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "model": option.model,
        "scheme": option.scheme,
        "gpu": option.replica.gpu.name,
        "basis": option.basis,
        "arithmetic": option.arithmetic,
        "gpus_per_replica": option.replica.gpus,
        "tensor_parallel": option.replica.tensor,
        "pipeline_parallel": option.replica.pipeline,
        "weight_gb": option.weight_bytes / 1e9,
        "bits_per_weight": option.bits_per_weight,
        "kv_bytes_per_token": option.kv_bytes_per_token,
        "requests_by_memory": option.users_by_memory,
        "requests_by_slo": option.users_by_slo,
        "users_per_replica": option.users_per_replica,
        "limited_by": option.limited_by,
        "replicas": option.replicas,
        "gpus": option.gpus,
        "utilisation": option.utilisation,
        "replica_at_load": _load(option.load),
        "replica_full": _load(option.full),
        "usd_per_month": option.usd_per_month,
        "answers_per_month": option.answers_per_month,
        "usd_per_1000_answers": option.usd_per_1000_answers,
        "usd_per_1000_answers_full": option.usd_per_1000_answers_full,
        "break_even": [asdict(each) for each in option.break_evens],
        "recovered_accuracy": None if option.recovered is None else asdict(option.recovered),
        "estimate_error": option.estimate_error,
    }


def _load(load: Load) -> dict[str, float]:
    latency = load.latency
    return {
        "in_flight": load.in_flight,
        "requests_per_second": load.rate,
        "ttft_ms": latency.ttft,
        "itl_ms": latency.itl,
        "e2e_ms": latency.e2e,
    }

"""The settings of OpenTelemetry, from its standard variables: https://opentelemetry.io/docs/specs/otel/configuration/

An endpoint switches tracing on. What is not read here (certificates, compression, timeout, batches and limits:
OTEL_EXPORTER_OTLP_CERTIFICATE, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_BSP_…) OpenTelemetry's own library reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args
from urllib.parse import unquote

from core.errors import ConfigurationError
from core.urls import is_http_url

SamplerName: TypeAlias = Literal[
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
]
_PROTOCOL = "http/protobuf"
_TRACES_PATH = "/v1/traces"


@dataclass(frozen=True, slots=True)
class TracingSettings:
    """Where traces are sent, and which ones.

    endpoint     the whole URL of the collector's traces
    headers      of every request to it; they may have a key
    resource     attributes of the service that every trace has
    ratio        share of the traces that a sampler by ratio keeps
    with_text    texts of questions, passages and answers are in the spans
    """

    endpoint: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    service_name: str = "groundwork"
    resource: tuple[tuple[str, str], ...] = ()
    sampler: SamplerName = "parentbased_always_on"
    ratio: float = 1.0
    with_text: bool = False


def read_tracing(present: Mapping[str, str], *, with_text: bool) -> TracingSettings | None:
    """Return the settings; None where nothing is traced. Raises ConfigurationError for a value that cannot be used."""
    endpoint = _endpoint(present)
    disabled = present.get("OTEL_SDK_DISABLED", "").lower() == "true"
    if endpoint is None or disabled or _exporter(present) == "none":
        return None
    protocol_name, protocol = _first(present, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
    if protocol not in ("", _PROTOCOL):
        raise ConfigurationError(
            f"{protocol_name} is '{protocol}'; traces are sent by {_PROTOCOL} alone. Set it to {_PROTOCOL}, and the "
            "endpoint to the collector's port for it, which is 4318."
        )
    return TracingSettings(
        endpoint=endpoint,
        headers=_pairs(*_first(present, "OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")),
        service_name=present.get("OTEL_SERVICE_NAME", "groundwork"),
        resource=_pairs("OTEL_RESOURCE_ATTRIBUTES", present.get("OTEL_RESOURCE_ATTRIBUTES", "")),
        sampler=_sampler(present.get("OTEL_TRACES_SAMPLER", "parentbased_always_on")),
        ratio=_ratio(present.get("OTEL_TRACES_SAMPLER_ARG", "1")),
        with_text=with_text,
    )


def _first(present: Mapping[str, str], *names: str) -> tuple[str, str]:
    """Return the first variable that is set, with its value; the last one with "" where none is."""
    name = next((name for name in names if name in present), names[-1])
    return name, present.get(name, "")


def _endpoint(present: Mapping[str, str]) -> str | None:
    name, value = _first(present, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
    if not value:
        return None
    if not is_http_url(value):
        raise ConfigurationError(f"{name} is '{value}', which is no http(s) URL. Example: http://localhost:4318")
    return value if name == "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT" else value.rstrip("/") + _TRACES_PATH


def _exporter(present: Mapping[str, str]) -> str:
    exporter = present.get("OTEL_TRACES_EXPORTER", "otlp").lower()
    if exporter not in ("otlp", "none"):
        raise ConfigurationError(f"OTEL_TRACES_EXPORTER is '{exporter}'; it must be otlp, or none for no traces.")
    return exporter


def _pairs(name: str, value: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of `key1=value1,key2=value2`, whose values are percent-encoded."""
    entries = [entry.strip() for entry in value.split(",") if entry.strip()]
    if not all(entry.partition("=")[0].strip() and "=" in entry for entry in entries):
        # Without the value, which may have a key.
        raise ConfigurationError(f"{name} has an entry that is not key=value. Separate entries by commas.")
    split = (entry.partition("=") for entry in entries)
    return tuple((unquote(key.strip()), unquote(found.strip())) for key, _, found in split)


def _sampler(value: str) -> SamplerName:
    for name in get_args(SamplerName):
        if value == name:
            found: SamplerName = name
            return found
    raise ConfigurationError(f"OTEL_TRACES_SAMPLER is '{value}'; it must be one of {', '.join(get_args(SamplerName))}.")


def _ratio(value: str) -> float:
    try:
        ratio = float(value)
    except ValueError:
        ratio = -1.0
    if not 0 <= ratio <= 1:
        raise ConfigurationError(f"OTEL_TRACES_SAMPLER_ARG is '{value}'; it must be a share from 0 to 1.")
    return ratio

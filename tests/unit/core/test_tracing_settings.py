from __future__ import annotations

import pytest

from core.errors import ConfigurationError
from core.settings import read_settings
from core.tracing_settings import TracingSettings, read_tracing

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318/"}


def read(**variables: str) -> TracingSettings:
    found = read_tracing({**ENDPOINT, **variables}, with_text=False)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"OTEL_SERVICE_NAME": "handbook"},
        {**ENDPOINT, "OTEL_SDK_DISABLED": "true"},
        {**ENDPOINT, "OTEL_TRACES_EXPORTER": "none"},
    ],
)
def test_nothing_is_traced_without_an_endpoint_or_where_it_is_switched_off(variables: dict[str, str]) -> None:
    assert read_settings(variables).tracing is None


def test_the_endpoint_is_for_all_signals_or_for_traces_alone() -> None:
    assert read().endpoint == "http://collector:4318/v1/traces"
    own = read(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="https://traces.example/in")
    assert own.endpoint == "https://traces.example/in"


def test_headers_and_resource_are_pairs_with_percent_encoded_values() -> None:
    found = read(OTEL_EXPORTER_OTLP_HEADERS="x-api-key=a%20key, tenant=one", OTEL_RESOURCE_ATTRIBUTES="a.b=c=d")
    assert found.headers == (("x-api-key", "a key"), ("tenant", "one"))
    assert found.resource == (("a.b", "c=d"),)
    assert "a key" not in repr(found)


def test_the_sampler_and_the_name_are_the_standard_ones() -> None:
    assert (read().sampler, read().ratio, read().service_name) == ("parentbased_always_on", 1.0, "groundwork")
    found = read(
        OTEL_TRACES_SAMPLER="parentbased_traceidratio", OTEL_TRACES_SAMPLER_ARG="0.1", OTEL_SERVICE_NAME="docs"
    )
    assert (found.sampler, found.ratio, found.service_name) == ("parentbased_traceidratio", 0.1, "docs")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318", "which is no http(s) URL. Example: http://localhost:4318"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "http/protobuf alone"),
        ("OTEL_TRACES_EXPORTER", "zipkin", "it must be otlp, or none"),
        ("OTEL_TRACES_SAMPLER", "sometimes", "it must be one of always_on"),
        ("OTEL_TRACES_SAMPLER_ARG", "2", "a share from 0 to 1"),
        ("OTEL_TRACES_SAMPLER_ARG", "much", "a share from 0 to 1"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_the_fix(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(**{name: value})
    assert str(refused.value).startswith(f"{name} is '{value}'")
    assert said in str(refused.value)


def test_a_header_that_is_no_pair_is_refused_without_being_repeated() -> None:
    with pytest.raises(ConfigurationError, match="OTEL_EXPORTER_OTLP_HEADERS") as refused:
        read(OTEL_EXPORTER_OTLP_HEADERS="a-secret-key")
    assert "a-secret-key" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"), [("GROUNDWORK_LOG_FORMAT", "xml"), ("GROUNDWORK_LOG_TEXT", "yes")], ids=["format", "text"]
)
def test_the_settings_of_the_log_have_two_values_each(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name} is '{value}'; it must be"):
        read_settings({name: value})


def test_one_setting_allows_texts_in_logs_and_traces() -> None:
    found = read_settings({**ENDPOINT, "GROUNDWORK_LOG_TEXT": "true", "GROUNDWORK_LOG_FORMAT": "json"})
    assert found.log_text
    assert found.log_format == "json"
    assert found.tracing is not None
    assert found.tracing.with_text

"""The compose file of each profile, as Compose reads it: what is published, hardened, pinned and reachable."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.compose.stack import docker

PROFILES = ("gpu", "observability", "scale")
OWN = ("groundwork:", "groundwork-model:", "groundwork-compress:")
# Of others, and not to be made to run without root or with a file system that cannot be written without a trial.
AS_THEY_ARE = ("model-gpu",)


def configured(*profiles: str, **settings: str) -> dict[str, Any]:
    words = [word for profile in profiles for word in ("--profile", profile)]
    config = docker("compose", "-f", "docker-compose.yml", *words, "config", "--format", "json", env=settings)
    found = json.loads(config)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def everything() -> Mapping[str, Any]:
    services: Mapping[str, Any] = configured(*PROFILES)["services"]
    return services


def test_without_a_profile_the_whole_chain_starts_and_nothing_else() -> None:
    started = set(configured()["services"])
    assert started == {"secrets", "qdrant", "postgres", "ingest", "app", "model-get", "model"}


@pytest.mark.parametrize(
    ("profile", "more"),
    [
        ("gpu", {"model-compress", "model-gpu"}),
        ("observability", {"prometheus", "grafana"}),
        ("scale", {"router", "app-replica", "model-replica"}),
    ],
)
def test_a_profile_adds_its_services(profile: str, more: set[str]) -> None:
    assert set(configured(profile)["services"]) - set(configured()["services"]) == more


def test_only_the_app_and_what_profiles_show_is_published_and_on_this_machine_only(
    everything: Mapping[str, Any],
) -> None:
    ports = {name: service["ports"] for name, service in everything.items() if service.get("ports")}
    assert set(ports) == {"app", "grafana", "router"}
    assert all(port["host_ip"] == "127.0.0.1" for published in ports.values() for port in published)


def test_every_service_gives_up_privileges(everything: Mapping[str, Any]) -> None:
    for name, service in everything.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert not service.get("privileged"), name
        assert service.get("read_only") or name in AS_THEY_ARE, name


def test_images_of_others_are_pinned_by_version(everything: Mapping[str, Any]) -> None:
    for name, service in everything.items():
        image = service["image"]
        version = image.rpartition(":")[2]
        assert image.startswith(OWN) or (any(part.isdigit() for part in version.split(".")) or "." in version), name
        assert not version.startswith("latest"), name


def test_everything_that_stays_has_a_health_check_and_starts_again(everything: Mapping[str, Any]) -> None:
    jobs = {"secrets", "ingest", "model-get", "model-compress"}
    from_the_image = {"app", "app-replica"}
    for name, service in everything.items():
        if name in jobs:
            assert service["restart"] == "no", name
        else:
            assert service["restart"] == "unless-stopped", name
            assert "healthcheck" in service or name in from_the_image, name


def test_only_jobs_that_get_a_model_reach_the_internet(everything: Mapping[str, Any]) -> None:
    networks = configured(*PROFILES)["networks"]
    open_ones = {name for name, network in networks.items() if not network.get("internal")}
    assert open_ones == {"front", "internet"}
    masquerade = "com.docker.network.bridge.enable_ip_masquerade"
    assert networks["front"]["driver_opts"][masquerade] == "false"
    reach = {name for name, service in everything.items() if "internet" in (service.get("networks") or {})}
    assert reach == {"model-get", "model-compress"}


def test_only_what_asks_the_model_shares_its_network(everything: Mapping[str, Any]) -> None:
    reach = {name for name, service in everything.items() if "model" in (service.get("networks") or {})}
    servers = {"model", "model-gpu", "model-replica"}
    assert reach - servers == {"app", "app-replica", "router", "prometheus", "model-compress"}


def test_no_secret_is_in_the_configuration(everything: Mapping[str, Any]) -> None:
    for name, service in everything.items():
        for variable, value in (service.get("environment") or {}).items():
            is_secret = any(word in variable for word in ("KEY", "PASSWORD", "SECRET", "TOKEN", "DATABASE_URL"))
            assert not is_secret or not value or variable.endswith("FILE"), (name, variable)


def test_documents_of_ones_own_have_the_neutral_domain_and_are_mounted_read_only(tmp_path: Any) -> None:
    services = configured(DOCS=str(tmp_path), GROUNDWORK_DOMAIN="")["services"]
    for name in ("ingest", "app"):
        assert services[name]["environment"]["GROUNDWORK_DOMAIN"] == "documents"
        (mount,) = (each for each in services[name]["volumes"] if each["target"] == "/documents")
        assert (mount["source"], mount["read_only"]) == (str(tmp_path), True)
    named = configured(DOCS=str(tmp_path), GROUNDWORK_DOMAIN="support")["services"]["app"]["environment"]
    assert named["GROUNDWORK_DOMAIN"] == "support"


def test_without_processor_models_none_is_started_beside_the_gpu() -> None:
    services = configured("gpu", CPU_MODELS="0")["services"]
    assert services["model"]["deploy"]["replicas"] == 0
    assert services["model-gpu"]["networks"]["model"]["aliases"] == ["model"]

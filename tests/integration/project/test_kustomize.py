"""The manifests of deploy/kustomize: built by kubectl, checked against Kubernetes' schemas and our own rules."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from testing.builders import REPOSITORY
from testing.components import need_program

OVERLAYS = ("cpu", "gpu")
VERSIONS = ("1.31", "1.37")
"""The oldest and the newest Kubernetes that the manifests are checked for."""
NAME = "app.kubernetes.io/name"
SECRETS = ("qdrant/api-key", "postgres/password", "postgres/url", "model/api-key")
Manifest = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def kubectl() -> None:
    need_program("kubectl", "kubectl is missing: https://kubernetes.io/docs/tasks/tools")


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
    """The manifests of an overlay, with secrets as the documented command makes them."""
    folder = tmp_path_factory.mktemp("deploy")
    for name in ("kustomize", "router"):
        shutil.copytree(REPOSITORY / "deploy" / name, folder / name, ignore=shutil.ignore_patterns("secrets"))
    for secret in SECRETS:
        file = folder / "kustomize" / "base" / "secrets" / secret
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("secret", encoding="ascii")
    return list(yaml.safe_load_all(build(folder / "kustomize" / "overlays" / request.param)))


def build(overlay: Path) -> str:
    done = subprocess.run(["kubectl", "kustomize", str(overlay)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest, Manifest]]:
    """Yield name, labels and specification of the pods of each workload."""
    for manifest in manifests:
        spec = manifest.get("spec", {})
        if manifest["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if manifest["kind"] in ("Deployment", "StatefulSet", "Job", "CronJob"):
            yield manifest["metadata"]["name"], spec["template"]["metadata"]["labels"], spec["template"]["spec"]


def of_kind(manifests: list[Manifest], kind: str) -> dict[str, Manifest]:
    return {manifest["metadata"]["name"]: manifest for manifest in manifests if manifest["kind"] == kind}


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a selector of labels has them, with the operators that the manifests use."""
    for rule in selector.get("matchExpressions", ()):
        assert rule["operator"] == "In"
        if labels.get(rule["key"]) not in rule["values"]:
            return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def may_reach(manifests: list[Manifest], source: Mapping[str, str], target: Mapping[str, str], port: int | str) -> bool:
    """Return whether network policies allow a connection between two pods of the namespace."""
    policies = [policy["spec"] for policy in of_kind(manifests, "NetworkPolicy").values()]

    def allowed(
        direction: str, side: str, here: Mapping[str, str], there: Mapping[str, str], ports: set[int | str]
    ) -> bool:
        own = [one for one in policies if selects(one["podSelector"], here) and side in one["policyTypes"]]
        rules = [rule for one in own for rule in one.get(side.lower(), ())]
        return not own or any(
            any(
                "podSelector" in peer and "namespaceSelector" not in peer and selects(peer["podSelector"], there)
                for peer in rule[direction]
            )
            and any(one["port"] in ports for one in rule["ports"])
            for rule in rules
        )

    named: set[int | str] = {port, {8000: "http", 8001: "http", 6333: "http", 5432: "postgres"}.get(int(port), "")}
    if target[NAME] == "router" and port == 8001:
        named = {8001, "model"}
    return allowed("to", "Egress", source, target, {port}) and allowed("from", "Ingress", target, source, named)


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_is_valid(manifests: list[Manifest], version: str) -> None:
    for manifest in manifests:
        kubernetes_validate.validate(manifest, version, strict=True)
    broken = {**of_kind(manifests, "Deployment")["app"], "spec": {"replica": 2}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, version, strict=True)


def test_every_container_runs_without_root_and_writes_to_its_volumes_only(manifests: list[Manifest]) -> None:
    for name, _, spec in pods(manifests):
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["runAsUser"] > 0, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        assert spec["automountServiceAccountToken"] is False, name
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name


def test_images_are_pinned_by_version_and_memory_is_bounded(manifests: list[Manifest]) -> None:
    for name, _, spec in pods(manifests):
        for container in spec["containers"]:
            assert re.fullmatch(r"[\w./-]+:v?\d[\w.-]*", container["image"]), (name, container["image"])
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys(), name
            assert "memory" in container["resources"]["limits"], name


def test_every_service_is_probed_by_what_it_says_of_itself(manifests: list[Manifest]) -> None:
    served = [(name, spec) for name, _, spec in pods(manifests) if name not in ("ingest", "model-get")]
    for name, spec in served:
        (container,) = spec["containers"]
        assert {"startupProbe", "livenessProbe", "readinessProbe"} <= container.keys(), name
    (app,) = [spec["containers"][0] for name, spec in served if name == "app"]
    assert app["livenessProbe"]["httpGet"]["path"] == "/health"
    assert app["readinessProbe"]["httpGet"]["path"] == "/ready"


def test_names_lead_somewhere(manifests: list[Manifest]) -> None:
    secrets, settings = of_kind(manifests, "Secret"), of_kind(manifests, "ConfigMap")
    claims = of_kind(manifests, "PersistentVolumeClaim")
    workloads = {
        labels[NAME]: {port["name"] for one in spec["containers"] for port in one.get("ports", ())}
        for _, labels, spec in pods(manifests)
    }
    for _, _, spec in pods(manifests):
        for volume in spec.get("volumes", ()):
            if "secret" in volume:
                wanted = {item["key"] for item in volume["secret"].get("items", ())}
                assert wanted <= secrets[volume["secret"]["secretName"]]["data"].keys()
            if "configMap" in volume:
                assert volume["configMap"]["name"] in settings
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims
    for service in of_kind(manifests, "Service").values():
        ports = workloads[service["spec"]["selector"][NAME]]
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports
    for budget in of_kind(manifests, "PodDisruptionBudget").values():
        assert budget["spec"]["selector"]["matchLabels"][NAME] in workloads
    assert of_kind(manifests, "Deployment")["app"]["spec"]["selector"]["matchLabels"] == {NAME: "app"}


def test_only_the_app_or_its_router_reaches_the_model_and_only_app_and_ingestion_the_stores(
    manifests: list[Manifest],
) -> None:
    labels = {name: found for name, found, _ in pods(manifests)}
    reaching = {
        (target, port): {name for name in labels if may_reach(manifests, labels[name], labels[target], port)}
        for target, port in (("model", 8001), ("qdrant", 6333), ("postgres", 5432))
    }
    assert reaching[("qdrant", 6333)] == reaching[("postgres", 5432)] == {"app", "ingest"}
    if "router" in labels:
        assert reaching[("model", 8001)] == {"router"}
        assert may_reach(manifests, labels["app"], labels["router"], 8001)
        assert not may_reach(manifests, labels["ingest"], labels["router"], 8001)
    else:
        assert reaching[("model", 8001)] == {"app"}


def test_only_the_job_that_gets_a_model_reaches_the_internet(manifests: list[Manifest]) -> None:
    policies = of_kind(manifests, "NetworkPolicy")
    leaving = [
        name
        for name, policy in policies.items()
        for rule in policy["spec"].get("egress", ())
        if any("ipBlock" in peer for peer in rule["to"])
    ]
    assert leaving == ["model-get"]
    assert policies["nothing"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("manifests", ["gpu"], indirect=True)
def test_the_autoscaler_asks_for_the_metric_that_the_adapter_makes_of_the_queue(manifests: list[Manifest]) -> None:
    scalers = of_kind(manifests, "HorizontalPodAutoscaler")
    values = yaml.safe_load(
        (REPOSITORY / "deploy/kustomize/components/autoscaling/prometheus-adapter-values.yaml").read_text("utf-8")
    )
    (rule,) = values["rules"]["custom"]
    (metric,) = scalers["model"]["spec"]["metrics"]
    assert metric["pods"]["metric"]["name"] == rule["name"]["as"]
    assert rule["seriesQuery"].startswith("vllm:num_requests_waiting{")
    for name, scaler in scalers.items():
        assert "replicas" not in of_kind(manifests, "Deployment")[name]["spec"]
        assert scaler["spec"]["minReplicas"] >= 2


def test_no_secret_is_committed() -> None:
    listed = subprocess.run(["git", "ls-files", "deploy"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert not [name for name in listed.stdout.splitlines() if "/secrets/" in name]
    ignored = ["git", "check-ignore", "-q", "deploy/kustomize/base/secrets/model/api-key"]
    assert subprocess.run(ignored, cwd=REPOSITORY, check=False).returncode == 0

"""The overlays hold our rules, and each rule finds what breaks it."""

from __future__ import annotations

import pytest
from scripts.check_deploy import edges, kinds_without_schema, kubernetes_faults

from customerai import topology
from tests.deploy.rendered import (
    OVERLAYS,
    Objects,
    Plant,
    container,
    named,
    needs_kubectl,
    rendered,
)

pytestmark = needs_kubectl


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlay_has_no_fault(overlay: str) -> None:
    objects = rendered(overlay)
    assert kubernetes_faults(objects, overlay) == []
    assert kinds_without_schema(objects) == []


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_network_allows_the_calls_of_the_code_and_no_other(overlay: str) -> None:
    wanted = {(caller, callee) for caller, callees in topology.CALLS.items() for callee in callees}
    assert edges(rendered(overlay)) == wanted


def _policy(objects: Objects, name: str) -> dict[str, object]:
    spec: dict[str, object] = named(objects, "NetworkPolicy", name)["spec"]
    return spec


def _spec(objects: Objects, name: str = "privacy") -> dict[str, object]:
    spec: dict[str, object] = named(objects, "Deployment", name)["spec"]["template"]["spec"]
    return spec


def _settings(objects: Objects) -> dict[str, str]:
    found: dict[str, str] = next(
        o for o in objects if o["metadata"]["name"].startswith("customerai-settings")
    )["data"]
    return found


PLANTED: dict[str, tuple[Plant, str]] = {
    "field of a wrong type": (
        lambda o: named(o, "Deployment", "privacy")["spec"].update(revisionHistoryLimit="five"),
        "revisionHistoryLimit",
    ),
    "unknown field": (
        lambda o: container(o, "privacy").update(readynessProbe={}),
        "readynessProbe",
    ),
    "unknown field of a custom kind": (
        lambda o: named(o, "Certificate", "privacy")["spec"].update(dnsName="x"),
        "dnsName",
    ),
    "no limit": (
        lambda o: container(o, "privacy")["resources"]["limits"].pop("memory"),
        "no resources.limits.memory",
    ),
    "no requests": (
        lambda o: container(o, "gateway")["resources"].pop("requests"),
        "no resources.requests.cpu",
    ),
    "latest": (lambda o: container(o, "privacy").update(image="customerai:latest"), "no tag"),
    "no tag": (
        lambda o: container(o, "privacy").update(image="registry:5000/customerai"),
        "no tag",
    ),
    "writable root": (
        lambda o: container(o, "insights")["securityContext"].update(readOnlyRootFilesystem=False),
        "root can be written",
    ),
    "capability": (
        lambda o: container(o, "insights")["securityContext"].update(capabilities={"drop": []}),
        "keeps capabilities",
    ),
    "root": (lambda o: _spec(o).update(securityContext={}), "may run as root"),
    "token": (lambda o: _spec(o).update(automountServiceAccountToken=True), "token of the cluster"),
    "no probe": (lambda o: container(o, "fairness").pop("readinessProbe"), "no readinessProbe"),
    "unknown setting": (
        lambda o: container(o, "privacy").update(
            env=[{"name": "CUSTOMERAI_PRIVACY__MIN_SCOER", "value": "1"}]
        ),
        "CUSTOMERAI_PRIVACY__MIN_SCOER is no setting",
    ),
    "unknown section": (
        lambda o: _settings(o).update(CUSTOMERAI_PRIVATE__MIN_SCORE="1"),
        "CUSTOMERAI_PRIVATE__MIN_SCORE is no setting",
    ),
    "setting of a wrong type": (
        lambda o: _settings(o).update(CUSTOMERAI_LOG__FORMAT="yaml"),
        "settings are refused",
    ),
    "no broker": (
        lambda o: _settings(o).pop("CUSTOMERAI_BUS__URL_FILE"),
        "CUSTOMERAI_BUS__URL",
    ),
    "secret that is not mounted": (
        lambda o: _settings(o).update(CUSTOMERAI_CACHE__URL_FILE="/run/secret/cache_url"),
        "is not mounted",
    ),
    "secret that the store has not": (
        lambda o: named(o, "ExternalSecret", "customerai-secrets")["spec"]["data"].pop(0),
        "has no database_url",
    ),
    "address that is missing": (
        lambda o: container(o, "insights")["env"].pop(0),
        "but calls",
    ),
    "killed in mid-drain": (
        lambda o: _spec(o).update(terminationGracePeriodSeconds=30),
        "before it has drained",
    ),
    "service not deployed": (
        lambda o: o.remove(named(o, "Deployment", "fairness")),
        "fairness is not deployed",
    ),
    "no budget": (
        lambda o: o.remove(named(o, "PodDisruptionBudget", "fairness")),
        "fairness has no PodDisruptionBudget",
    ),
    "no migration": (lambda o: o.remove(named(o, "Job", "migrate")), "nothing migrates"),
    "no backup": (lambda o: o.remove(named(o, "CronJob", "backup")), "nothing makes backups"),
    "rollout that loses a process": (
        lambda o: named(o, "Deployment", "gateway")["spec"]["strategy"]["rollingUpdate"].update(
            maxUnavailable=1
        ),
        "loses a process",
    ),
    "nothing denied": (
        lambda o: o.remove(named(o, "NetworkPolicy", "deny-all")),
        "no policy denies by default",
    ),
    "edge too many": (
        lambda o: (
            _policy(o, "fairness").update(egress=[{}]),
            _policy(o, "insights").update(ingress=[{}]),
        ),
        "the network allows fairness → insights",
    ),
    "edge too few": (
        lambda o: _policy(o, "responder").pop("egress"),
        "the network refuses responder → privacy",
    ),
    "engine out of reach": (
        lambda o: o.remove(named(o, "NetworkPolicy", "allow-engines")),
        "→ postgres",
    ),
    "queue that nobody has": (
        lambda o: named(o, "HorizontalPodAutoscaler", "fairness")["spec"]["metrics"].pop(1),
        "autoscaler fairness watches",
    ),
    "object without a phase": (
        lambda o: named(o, "Service", "privacy")["metadata"].pop("labels"),
        "upgrade.sh never applies it",
    ),
    "open namespace": (
        lambda o: named(o, "Namespace", "customerai")["metadata"]["labels"].update(
            {"pod-security.kubernetes.io/enforce": "privileged"}
        ),
        "not restricted",
    ),
    "secret in the repository": (
        lambda o: o.append(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": "x", "namespace": "customerai"},
                "stringData": {"a": "b"},
            }
        ),
        "a secret is in the repository",
    ),
    "account that is not there": (
        lambda o: _spec(o).update(serviceAccountName="nobody"),
        "no ServiceAccount nobody",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_is_found(name: str) -> None:
    plant, said = PLANTED[name]
    objects = rendered("aws")
    plant(objects)
    faults = kubernetes_faults(objects, "aws")
    assert any(said in fault for fault in faults), faults

"""Checks of deploy/: what schemas cannot say of its compose, Kubernetes and Terraform files.

`scripts/check_deploy.sh` runs it after the tools that know the formats. Each function takes what
was parsed and returns the faults that it found, so that tests can plant one and see it found.

    python scripts/check_deploy.py compose
    kubectl kustomize deploy/kubernetes/overlays/aws | python scripts/check_deploy.py kubernetes aws
    python scripts/check_deploy.py terraform
    python scripts/check_deploy.py release
"""

from __future__ import annotations

import functools
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import hcl2
import jsonschema
import kubernetes_validate
import yaml
from pydantic import ValidationError
from pydantic_settings import SettingsError

from customerai import topology
from customerai.core.settings import Settings

ROOT: Final = Path(__file__).resolve().parent.parent
COMPOSE: Final = ROOT / "deploy/compose/compose.yaml"
DOCKERFILE: Final = ROOT / "deploy/docker/Dockerfile"
TERRAFORM: Final = ROOT / "deploy/terraform"
CRD_SCHEMAS: Final = ROOT / "tests/deploy/crd-schemas.json"
KUBERNETES_VERSION: Final = "1.32"
PREFIX: Final = "CUSTOMERAI_"
PORT: Final = 8080
Doc = Mapping[str, Any]

# Their images write below their own folders at start.
WRITES_ITS_ROOT: Final = {"elasticsearch", "logstash", "kibana"}
# Reads the engine's log files, which are root's.
IS_ROOT: Final = {"filebeat"}
# A language model, other systems' webhooks, whoever is woken.
CALLS_OUT: Final = {"responder", "integrations", "alertmanager"}
# Made outside: by overlays/local/secrets.sh, by the RabbitMQ operator's secretBackend.
SECRETS_FROM_OUTSIDE: Final = {"local": {"customerai-secrets", "engine-secrets"}}
A_MASTER_KEY: Final = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
PLAUSIBLE: Final = {
    "master_key": A_MASTER_KEY,
    "wrapped_master_key": A_MASTER_KEY,
    "database_url": "postgresql+asyncpg://customerai:x@postgres:5432/customerai",
    "cache_url": "redis://:x@redis:6379/0",
    "bus_url": "amqp://customerai:x@rabbitmq:5672/",
}
SHUTDOWN_S: Final = 30  # uvicorn's 20 for open requests and 10 for events in hand
ENGINE_PORTS: Final = {"postgres": {5432}, "redis": {6379, 6378, 6380}, "rabbitmq": {5671, 5672}}


# --- settings ------------------------------------------------------------------------------


def setting_exists(name: str) -> bool:
    """Whether an environment variable is a setting, or the file form of one."""

    def known(rest: str) -> bool:
        section, _, nested = rest.lower().partition("__")
        field = Settings.model_fields.get(section)
        if field is None:
            return False
        fields = getattr(field.annotation, "model_fields", {})
        return nested in fields if nested else not fields

    rest = name.removeprefix(PREFIX)
    return known(rest) or (rest.endswith("_FILE") and known(rest.removesuffix("_FILE")))


def settings_faults(environment: Mapping[str, str], service: str | None) -> list[str]:
    """What keeps a process with these variables from starting.

    Files are stood in for by plausible ones. Loads the real settings, and asks the product's own
    check whether a process of this service may start with them.
    """
    unknown = sorted(
        name for name in environment if name.startswith(PREFIX) and not setting_exists(name)
    )
    if unknown:
        return [f"{name} is no setting" for name in unknown]
    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        given = {}
        for name, value in environment.items():
            given[name] = value
            if name.endswith("_FILE") and not name.startswith(f"{PREFIX}TLS__"):
                file = Path(folder) / Path(value).name
                if file.name not in PLAUSIBLE:
                    return [f"{name}: nobody makes a file {file.name}"]
                file.write_text(PLAUSIBLE[file.name], encoding="utf-8")
                given[name] = str(file)
        try:
            for name in [name for name in os.environ if name.startswith(PREFIX)]:
                del os.environ[name]
            os.environ.update(given)
            settings = Settings()
            if service is not None:
                topology.check(settings, topology.chosen([service]))
        except (ValidationError, SettingsError, topology.SplitInvalid) as error:
            return [f"the settings are refused: {error}"]
        finally:
            os.environ.clear()
            os.environ.update(before)
    return []


def calls_of(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The services whose addresses a process is given."""
    start = f"{PREFIX}SERVICES__"
    names = {name.removeprefix(start).lower() for name in environment if name.startswith(start)}
    return tuple(name for name in topology.SERVICES if name in names)


def _calls_fault(service: str, environment: Mapping[str, str]) -> Iterator[str]:
    wanted = tuple(name for name in topology.SERVICES if name in topology.CALLS[service])
    if calls_of(environment) != wanted:
        yield f"is given the addresses of {calls_of(environment)}, but calls {wanted}"


def _served(arguments: Sequence[str]) -> str | None:
    return arguments[arguments.index("--services") + 1] if "--services" in arguments else None


def image_fault(image: str) -> str | None:
    """Why an image's name is not fit: neither a tag that says something nor a digest."""
    if "@sha256:" in image:
        return None
    tag = image.rsplit("/", 1)[-1].partition(":")[2]
    return None if tag and tag != "latest" else f"image {image} has no tag that says a version"


# --- compose -------------------------------------------------------------------------------


def compose_faults(doc: Doc, folder: Path = COMPOSE.parent) -> list[str]:
    """What is wrong with the compose file."""
    services: Mapping[str, Doc] = doc["services"]
    faults: list[str] = []
    for name, service in services.items():
        faults += [f"{name}: {fault}" for fault in _compose_service(name, service, doc, folder)]
    for name, network in doc["networks"].items():
        if name not in ("front", "out") and not (network or {}).get("internal"):
            faults.append(f"network {name} has a way out")
    for name, one in services.items():
        if "out" in one.get("networks", ()) and name not in CALLS_OUT:
            faults.append(f"{name} has a way out")
    on_front = {name for name, one in services.items() if "front" in one.get("networks", ())}
    if on_front != {"door", "gateway-1", "gateway-2"}:
        faults.append(f"on the front network are {sorted(on_front)}")
    served = [_served(one.get("command", ())) for one in services.values()]
    for name in topology.SERVICES:
        if served.count(name) != (2 if name == "gateway" else 1):
            faults.append(f"{name} runs {served.count(name)} times")
    script = (folder / "make-secrets.sh").read_text(encoding="utf-8")
    passwords = re.findall(r"for name in ([\w ]+); do", script)[0].split()
    made = {f"{name}_password" for name in passwords} | set(
        re.findall(r"^write (\w+) ", script, re.M)
    )
    for name, secret in doc["secrets"].items():
        if Path(secret["file"]).name not in made:
            faults.append(f"secret {name}: make-secrets.sh does not make it")
    return faults


def _compose_service(name: str, service: Doc, doc: Doc, folder: Path) -> Iterator[str]:
    once = service.get("restart") == "no" or str(service.get("restart")).startswith("on-failure")
    if not service.get("read_only") and name not in WRITES_ITS_ROOT:
        yield "its root can be written"
    if service.get("cap_drop") != ["ALL"]:
        yield "keeps capabilities"
    if "no-new-privileges:true" not in service.get("security_opt", ()):
        yield "may gain rights"
    for limit in ("mem_limit", "cpus", "pids_limit", "logging"):
        if limit not in service:
            yield f"has no {limit}"
    if str(service.get("user", "0")).split(":")[0] in ("0", "root") and name not in IS_ROOT:
        yield "runs as root"
    health = service.get("healthcheck", {})
    if not once and (not health.get("test") or health.get("disable")):
        yield "has no healthcheck"
    match = re.fullmatch(r"\$\{([A-Z]+)_IMAGE:-(.+)\}", service.get("image", ""))
    if match is None:
        yield "its image cannot be pinned by <NAME>_IMAGE"
    elif fault := image_fault(match.group(2)):
        yield fault
    for port in service.get("ports", ()):
        if name != "door" or not str(port).startswith("127.0.0.1:"):
            yield f"publishes {port}"
    if service.get("privileged") or service.get("network_mode") or service.get("pid"):
        yield "shares the machine's namespaces"
    yield from _compose_references(service, doc, folder)
    environment = service.get("environment", {})
    if any(key.startswith(PREFIX) for key in environment):
        served = _served(service["command"])
        yield from settings_faults(environment, served)
        mounted = {f"/run/secrets/{secret}" for secret in service.get("secrets", ())}
        for key, value in environment.items():
            if key.startswith(PREFIX) and key.endswith("_FILE") and value not in mounted:
                yield f"{key}: {value} is not mounted"
        if served is not None:
            yield from _calls_fault(served, environment)


def _compose_references(service: Doc, doc: Doc, folder: Path) -> Iterator[str]:
    for other, wish in service.get("depends_on", {}).items():
        target = doc["services"].get(other)
        if target is None:
            yield f"depends on {other}, which is not there"
        elif wish["condition"] == "service_healthy" and not target.get("healthcheck", {}).get(
            "test"
        ):
            yield f"waits for the health of {other}, which tells of none"
        elif (
            wish["condition"] == "service_completed_successfully"
            and target.get("restart") == "unless-stopped"
        ):
            yield f"waits for the end of {other}, which does not end"
    for secret in service.get("secrets", ()):
        source = secret if isinstance(secret, str) else secret["source"]
        if source not in doc["secrets"]:
            yield f"secret {source} is not declared"
    for volume in service.get("volumes", ()):
        source, _, target = str(volume).partition(":")
        if source.startswith("."):
            if not (folder / source).exists():
                yield f"{source} is not in the repository"
            elif not target.endswith(":ro"):
                yield f"{source} is mounted to be written"
        elif target and not source.startswith("/") and source not in doc["volumes"]:
            yield f"volume {source} is not declared"


# --- Kubernetes ----------------------------------------------------------------------------


def kubernetes_faults(objects: Sequence[Doc], overlay: str) -> list[str]:
    """What is wrong with a rendered overlay: by the schemas and by our own rules."""
    faults: list[str] = []
    for one in objects:
        label = f"{one['kind']}/{one['metadata']['name']}"
        rules = [
            *_schema_faults(json.dumps(one, sort_keys=True)),
            *_object_faults(one, objects, overlay),
        ]
        faults += [f"{label}: {fault}" for fault in rules]
    deployed = {_served(_containers(one)[0].get("args", ())) for one in _of(objects, "Deployment")}
    for name in topology.SERVICES:
        if name not in deployed:
            faults.append(f"{name} is not deployed")
        for kind in (
            "Service",
            "PodDisruptionBudget",
            "HorizontalPodAutoscaler",
            "ServiceAccount",
            "Certificate",
        ):
            if not any(one["metadata"]["name"] == name for one in _of(objects, kind)):
                faults.append(f"{name} has no {kind}")
    if not any(_containers(one)[0].get("args") == ["migrate"] for one in _of(objects, "Job")):
        faults.append("nothing migrates")
    if not any(
        _containers(one)[0].get("args") == ["backup", "run"] for one in _of(objects, "CronJob")
    ):
        faults.append("nothing makes backups")
    return faults + network_faults(objects) + autoscaling_faults(objects)


def _of(objects: Iterable[Doc], kind: str) -> list[Doc]:
    return [one for one in objects if one["kind"] == kind]


def _pod(one: Doc) -> Doc | None:
    spec = one.get("spec", {})
    if one["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    if one["kind"] in ("Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"):
        template: Doc = spec["template"]
        return template
    return None


def _containers(one: Doc) -> list[Doc]:
    pod = _pod(one)
    assert pod is not None
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def kinds_without_schema(objects: Sequence[Doc]) -> list[str]:
    """Kinds that are neither built in nor in crd-schemas.json: not checked by any schema."""
    known = _custom_kinds()
    own = {one["kind"] for one in objects if "." in one["apiVersion"] and not _built_in(one)}
    return sorted(own - {key.split("/")[-1] for key in known})


def _built_in(one: Doc) -> bool:
    group = one["apiVersion"].rpartition("/")[0]
    return "." not in group or group.endswith(".k8s.io")


@functools.cache
def _custom_kinds() -> Doc:
    found: Doc = json.loads(CRD_SCHEMAS.read_text(encoding="utf-8"))
    return found


@functools.cache
def _schema_faults(text: str) -> tuple[str, ...]:
    one = json.loads(text)
    known = _custom_kinds()
    key = f"{one['apiVersion']}/{one['kind']}"
    try:
        if _built_in(one):
            kubernetes_validate.validate(one, KUBERNETES_VERSION, strict=True)
        elif key in known:
            jsonschema.validate(one.get("spec", {}), known[key])
    except (kubernetes_validate.ValidationError, jsonschema.ValidationError) as error:
        return (f"{'.'.join(str(part) for part in error.path)}: {error.message[:200]}",)
    except kubernetes_validate.SchemaNotFoundError:
        return (f"Kubernetes {KUBERNETES_VERSION} has no {key}",)
    return ()


def _object_faults(one: Doc, objects: Sequence[Doc], overlay: str) -> Iterator[str]:
    meta = one["metadata"]
    if meta.get("labels", {}).get("customerai.io/phase") not in ("ground", "migrate", "rollout"):
        yield "has no phase, so upgrade.sh never applies it"
    if (
        one["kind"] not in ("Namespace", "PriorityClass", "StorageClass")
        and meta.get("namespace") != "customerai"
    ):
        yield "is in no namespace of ours"
    enforced = meta.get("labels", {}).get("pod-security.kubernetes.io/enforce")
    if one["kind"] == "Namespace" and enforced != "restricted":
        yield "takes pods that are not restricted"
    if one["kind"] == "Secret":
        yield "a secret is in the repository"
    if one["kind"] == "Deployment":
        yield from _deployment_faults(one)
    pod = _pod(one)
    if pod is None:
        return
    spec = pod["spec"]
    security = spec.get("securityContext", {})
    if not security.get("runAsNonRoot") or not security.get("runAsUser"):
        yield "may run as root"
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        yield "has no seccomp profile"
    if spec.get("automountServiceAccountToken") is not False:
        yield "has a token of the cluster"
    if spec.get("hostNetwork") or spec.get("hostPID") or spec.get("hostIPC"):
        yield "shares the node's namespaces"
    yield from _reference_faults(spec, objects, overlay)
    lasting = one["kind"] in ("Deployment", "StatefulSet")
    for container in _containers(one):
        faults = _container_faults(container, lasting=lasting)
        yield from (f"{container['name']}: {fault}" for fault in faults)
        yield from _environment_faults(container, spec, objects, overlay)


def _deployment_faults(one: Doc) -> Iterator[str]:
    spec = one["spec"]
    if spec["strategy"].get("rollingUpdate", {}).get("maxUnavailable") != 0:
        yield "loses a process in a rollout"
    if "replicas" in spec:
        yield "says how many, which is the autoscaler's to say"
    pod = spec["template"]["spec"]
    if not pod.get("topologySpreadConstraints") or not pod.get("affinity", {}).get(
        "podAntiAffinity"
    ):
        yield "its processes may all stand on one node"
    if not pod["containers"][0].get("lifecycle", {}).get("preStop"):
        yield "has no preStop"


def _container_faults(container: Doc, *, lasting: bool) -> Iterator[str]:
    if fault := image_fault(container["image"]):
        yield fault
    resources = container.get("resources", {})
    for part, names in (("requests", ("cpu", "memory")), ("limits", ("cpu", "memory"))):
        for name in names:
            if name not in resources.get(part, {}):
                yield f"has no resources.{part}.{name}"
    security = container.get("securityContext", {})
    if not security.get("readOnlyRootFilesystem"):
        yield "its root can be written"
    if security.get("allowPrivilegeEscalation") is not False:
        yield "may gain rights"
    if security.get("capabilities", {}).get("drop") != ["ALL"]:
        yield "keeps capabilities"
    if security.get("privileged"):
        yield "is privileged"
    if lasting:
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            if probe not in container:
                yield f"has no {probe}"


def _names_of_secrets(objects: Sequence[Doc]) -> set[str]:
    return {one["spec"]["secretName"] for one in _of(objects, "Certificate")} | {
        one["spec"]["target"]["name"] for one in _of(objects, "ExternalSecret")
    }


def _reference_faults(spec: Doc, objects: Sequence[Doc], overlay: str) -> Iterator[str]:
    secrets = _names_of_secrets(objects) | SECRETS_FROM_OUTSIDE.get(overlay, set())
    maps = {one["metadata"]["name"] for one in _of(objects, "ConfigMap")}
    claims = {one["metadata"]["name"] for one in _of(objects, "PersistentVolumeClaim")}
    accounts = {one["metadata"]["name"] for one in _of(objects, "ServiceAccount")} | {None}
    if spec.get("serviceAccountName") not in accounts:
        yield f"there is no ServiceAccount {spec['serviceAccountName']}"
    for volume in spec.get("volumes", ()):
        for part in (volume, *volume.get("projected", {}).get("sources", ())):
            secret = part.get("secret", {})
            name = secret.get("secretName", secret.get("name"))
            if name is not None and name not in secrets:
                yield f"nobody makes the Secret {name}"
            if "configMap" in part and part["configMap"]["name"] not in maps:
                yield f"there is no ConfigMap {part['configMap']['name']}"
        claim = volume.get("persistentVolumeClaim", {}).get("claimName")
        if claim is not None and claim not in claims:
            yield f"there is no PersistentVolumeClaim {claim}"
    for container in spec["containers"]:
        for source in container.get("envFrom", ()):
            if source["configMapRef"]["name"] not in maps:
                yield f"there is no ConfigMap {source['configMapRef']['name']}"


def environment_of(container: Doc, objects: Sequence[Doc]) -> dict[str, str]:
    """The variables that a container gets, by ConfigMap and by name."""
    found: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        for one in _of(objects, "ConfigMap"):
            if one["metadata"]["name"] == source["configMapRef"]["name"]:
                found.update(one["data"])
    found.update({entry["name"]: entry["value"] for entry in container.get("env", ())})
    return found


def _environment_faults(
    container: Doc, spec: Doc, objects: Sequence[Doc], overlay: str
) -> Iterator[str]:
    environment = environment_of(container, objects)
    if not any(name.startswith(PREFIX) for name in environment):
        return
    service = _served(container.get("args", ()))
    yield from settings_faults(environment, service)
    mounts = {mount["mountPath"]: mount["name"] for mount in container.get("volumeMounts", ())}
    volumes = {volume["name"]: volume for volume in spec.get("volumes", ())}
    kept = {
        one["spec"]["target"]["name"]: {entry["secretKey"] for entry in one["spec"].get("data", ())}
        for one in _of(objects, "ExternalSecret")
    }
    for name, value in environment.items():
        if not (name.startswith(PREFIX) and name.endswith("_FILE")):
            continue
        folder, _, file = value.rpartition("/")
        volume = volumes.get(mounts.get(folder, ""))
        if volume is None:
            yield f"{name}: {folder} is not mounted"
            continue
        secret = volume.get("secret", {}).get("secretName")
        if secret in kept and file not in kept[secret]:
            yield f"{name}: the Secret {secret} has no {file}"
    if service is not None:
        yield from _calls_fault(service, environment)
        for name in calls_of(environment):
            if environment[f"{PREFIX}SERVICES__{name.upper()}"] != f"https://{name}:{PORT}":
                yield f"{name} is not at https://{name}:{PORT}"
        drain = float(environment.get(f"{PREFIX}SERVICES__DRAIN_S", "0"))
        if spec.get("terminationGracePeriodSeconds", 30) < drain + SHUTDOWN_S:
            yield "is killed before it has drained"


# --- Kubernetes: who may talk to whom ------------------------------------------------------


def selects(selector: Doc, labels: Mapping[str, str]) -> bool:
    """Whether a label selector takes a pod with these labels."""
    for key, value in selector.get("matchLabels", {}).items():
        if labels.get(key) != value:
            return False
    for wish in selector.get("matchExpressions", ()):
        has = labels.get(wish["key"])
        good = {
            "In": has in wish.get("values", ()),
            "NotIn": has not in wish.get("values", ()),
            "Exists": has is not None,
            "DoesNotExist": has is None,
        }[wish["operator"]]
        if not good:
            return False
    return True


def _port_matches(rule: Doc, port: int) -> bool:
    ports = rule.get("ports")
    return not ports or any(
        entry.get("port") is None or entry["port"] <= port <= entry.get("endPort", entry["port"])
        for entry in ports
    )


def _allows(
    policies: Sequence[Doc],
    direction: str,
    pod: Mapping[str, str],
    peer: Mapping[str, str] | None,
    port: int,
) -> bool:
    """Whether pod may talk with peer (of this namespace; None: with some address) on a port."""
    mine = [one["spec"] for one in policies if selects(one["spec"]["podSelector"], pod)
            and direction in one["spec"]["policyTypes"]]  # fmt: skip
    if not mine:
        return True  # no policy of this direction takes the pod: all is allowed
    key = "from" if direction == "Ingress" else "to"
    for spec in mine:
        for rule in spec.get(direction.lower(), ()):
            if not _port_matches(rule, port):
                continue
            peers = rule.get(key)
            if not peers:
                return True
            for entry in peers:
                if "ipBlock" in entry:
                    return True  # an address may be anyone's
                if (
                    peer is not None
                    and "namespaceSelector" not in entry
                    and selects(entry["podSelector"], peer)
                ):
                    return True
    return False


def edges(objects: Sequence[Doc]) -> set[tuple[str, str]]:
    """Which of our services the network lets talk to which, on the services' port."""
    policies = _of(objects, "NetworkPolicy")
    pods = {
        one["metadata"]["name"]: dict(one["spec"]["template"]["metadata"]["labels"])
        for one in _of(objects, "Deployment")
    }
    return {
        (caller, callee)
        for caller, labels in pods.items()
        for callee, others in pods.items()
        if caller != callee
        and _allows(policies, "Egress", labels, others, PORT)
        and _allows(policies, "Ingress", others, labels, PORT)
    }


def _denies_all(spec: Doc) -> bool:
    both = set(spec["policyTypes"]) == {"Ingress", "Egress"}
    return both and not spec["podSelector"] and not {"ingress", "egress"} & set(spec)


def network_faults(objects: Sequence[Doc]) -> list[str]:
    """Where the network's graph is not the contracts'."""
    wanted = {(caller, callee) for caller, callees in topology.CALLS.items() for callee in callees}
    found = edges(objects)
    faults = [f"the network refuses {a} → {b}" for a, b in sorted(wanted - found)]
    faults += [
        f"the network allows {a} → {b}, which nobody needs" for a, b in sorted(found - wanted)
    ]
    policies = _of(objects, "NetworkPolicy")
    if not any(_denies_all(one["spec"]) for one in policies):
        faults.append("no policy denies by default")
    for one in objects:
        pod = _pod(one)
        if pod is None or one["kind"] == "StatefulSet":
            continue
        labels = {**one.get("metadata", {}).get("labels", {}), **pod["metadata"]["labels"]}
        for engine, ports in ENGINE_PORTS.items():
            peer = {"app.kubernetes.io/name": engine, "app.kubernetes.io/part-of": "customerai"}
            if not any(_allows(policies, "Egress", labels, peer, port) for port in ports):
                faults.append(f"the network refuses {one['metadata']['name']} → {engine}")
    return faults


def autoscaling_faults(objects: Sequence[Doc]) -> list[str]:
    """Where the autoscalers watch other queues than the ones that the services work off."""
    faults = []
    for one in _of(objects, "HorizontalPodAutoscaler"):
        name, spec = one["metadata"]["name"], one["spec"]
        if spec["scaleTargetRef"]["name"] != name or spec["minReplicas"] > spec["maxReplicas"]:
            faults.append(f"autoscaler {name} does not fit")
        watched = {
            queue
            for metric in spec["metrics"]
            if metric["type"] == "External"
            for wish in metric["external"]["metric"]["selector"]["matchExpressions"]
            for queue in wish["values"]
        }
        handlers = topology.HANDLERS.get(name, ())
        queues = {f"cai.{handler.__name__}{kind}" for handler in handlers for kind in ("", ".bulk")}
        if spec["minReplicas"] > 1 and watched != queues:
            faults.append(
                f"autoscaler {name} watches {sorted(watched)}, the queues are {sorted(queues)}"
            )
    return faults


# --- Terraform -----------------------------------------------------------------------------

REFERENCE: Final = re.compile(
    r"(?<![\w.\"/-])(var|local|data|each|module|(?:aws|google|azurerm|random)_\w+)\.(\w+)(?:\.(\w+))?"
    r"((?:\[[^\]]*\])?)(?:\.(\w+))?"
)
META: Final = {
    "count",
    "for_each",
    "depends_on",
    "provider",
    "lifecycle",
    "provisioner",
    "connection",
}


def _plain(name: str) -> str:
    return name.replace("_", "").lower()


def _unquoted(name: str) -> str:
    return name.strip('"')


def load_terraform(folder: Path) -> dict[str, Any]:
    """Every block of a module's files, by kind; names without their quotes."""
    found: dict[str, Any] = {
        "variable": {},
        "output": {},
        "resource": {},
        "data": {},
        "locals": {},
        "providers": {},
        "text": "",
    }
    for file in sorted(folder.glob("*.tf")):
        text = file.read_text(encoding="utf-8")
        found["text"] += re.sub(r"(?m)^\s*#.*$", "", text)
        doc = hcl2.loads(text)
        for kind in ("variable", "output"):
            for block in doc.get(kind, ()):
                for name, body in block.items():
                    found[kind][_unquoted(name)] = body
        for kind in ("resource", "data"):
            for block in doc.get(kind, ()):
                for sort, named in block.items():
                    for name, body in named.items():
                        found[kind][(_unquoted(sort), _unquoted(name))] = body
        for block in doc.get("locals", ()):
            found["locals"].update(
                {key: value for key, value in block.items() if not key.startswith("__")}
            )
        for block in doc.get("terraform", ()):
            for providers in block.get("required_providers", ()):
                found["providers"].update(
                    {key: value for key, value in providers.items() if not key.startswith("__")}
                )
    return found


def terraform_faults(folder: Path, schemas: Doc) -> list[str]:
    """What is wrong with a module: names that are not there, arguments that no provider takes."""
    module = load_terraform(folder)
    faults = []
    for kind in ("variable", "output"):
        for name, body in module[kind].items():
            if not str(body.get("description", "")).strip('" '):
                faults.append(f"{kind} {name} has no description")
    for name, body in module["variable"].items():
        if "type" not in body:
            faults.append(f"variable {name} has no type")
        if not re.search(
            rf"\bvar\.{name}\b",
            re.sub(r"variable \"\w+\" \{.*?\n\}", "", module["text"], flags=re.S),
        ):
            faults.append(f"variable {name} is used nowhere")
    for name in module["locals"]:
        if not re.search(rf"\blocal\.{name}\b", module["text"]):
            faults.append(f"local {name} is used nowhere")
    for name, wish in module["providers"].items():
        if not re.search(r"~> ?\d", str(wish.get("version", ""))):
            faults.append(f"provider {name} has no pinned version")
    faults += _reference_faults_of(module, schemas)
    for kind in ("resource", "data"):
        for (sort, name), body in module[kind].items():
            schema = schemas[kind].get(sort)
            if schema is None:
                faults.append(
                    f"{kind} {sort} is not in provider-schemas.json (scripts/terraform_schemas.py)"
                )
                continue
            where = f"{sort}.{name}"
            faults += [
                f"{where}: {fault}" for fault in _argument_faults(body, schema["arguments"], "")
            ]
    return faults


def _reference_faults_of(module: Doc, schemas: Doc) -> Iterator[str]:
    for match in REFERENCE.finditer(module["text"]):
        head, first, second, _, after = match.groups()
        whole = match.group(0)
        if head == "var" and first not in module["variable"]:
            yield f"{whole}: there is no such variable"
        elif head == "local" and first not in module["locals"]:
            yield f"{whole}: there is no such local"
        elif head == "data" or "_" in head:
            kind, key = ("data", (first, second)) if head == "data" else ("resource", (head, first))
            attribute = after if head == "data" else (second or after)
            if key not in module[kind]:
                yield f"{whole}: there is no such {kind}"
            elif attribute is not None and key[0] in schemas[kind]:
                schema = schemas[kind][key[0]]
                if _plain(attribute) not in {*schema["attributes"], *schema["arguments"]}:
                    yield f"{whole}: {key[0]} has no attribute {attribute}"


def _argument_faults(body: Doc, schema: Doc, path: str) -> Iterator[str]:
    names = {_plain(_unquoted(key)): key for key in body if not key.startswith("__")}
    for plain, key in names.items():
        if path == "" and key in META:
            continue
        if key == "dynamic":
            yield f"{path}dynamic blocks are not known to this check"
            continue
        entry = schema.get(plain)
        if entry is None:
            yield f"takes no {path}{key}"
            continue
        for inner in body[key] if isinstance(body[key], list) else [body[key]]:
            if isinstance(inner, dict) and inner.get("__is_block__"):
                if "block" not in entry:
                    yield f"{path}{key} is no block"
                else:
                    yield from _argument_faults(inner, entry["block"], f"{path}{key}.")
    for plain, entry in schema.items():
        if entry["required"] and plain not in names:
            yield f"lacks {path}{plain}"


# --- the Dockerfile ------------------------------------------------------------------------


def release_faults(bases: Mapping[str, str]) -> list[str]:
    """Base images that a release must not be made of: named without a digest."""
    asked = re.findall(r"^FROM \$\{(\w+)\}", DOCKERFILE.read_text(encoding="utf-8"), re.M)
    return [
        f"{name} names no digest"
        for name in dict.fromkeys(asked)
        if not re.search(r"@sha256:[0-9a-f]{64}$", bases.get(name, ""))
    ]


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status."""
    what = arguments[0] if arguments else ""
    if what == "compose":
        faults = compose_faults(yaml.safe_load(COMPOSE.read_text(encoding="utf-8")))
        said = "our rules for compose.yaml"
    elif what == "kubernetes":
        objects = [one for one in yaml.safe_load_all(sys.stdin) if one]
        faults = kubernetes_faults(objects, arguments[1])
        without = kinds_without_schema(objects)
        version = metadata.version("kubernetes-validate")
        said = (
            f"{arguments[1]}: {len(objects)} objects (kubernetes-validate {version}, Kubernetes "
            f"{KUBERNETES_VERSION}, strict; own schemas for custom kinds)"
        )
        if without:
            said += f"; no schema for: {', '.join(without)}"
        if not objects:
            faults.append("nothing was rendered")
    elif what == "terraform":
        schemas = json.loads((TERRAFORM / "provider-schemas.json").read_text(encoding="utf-8"))
        faults = [
            f"{folder.name}: {fault}"
            for folder in sorted(path for path in TERRAFORM.iterdir() if path.is_dir())
            for fault in terraform_faults(folder, schemas)
        ]
        providers = ", ".join(f"{name} {version}" for name, version in schemas["providers"].items())
        version = metadata.version("python-hcl2")
        said = f"terraform modules (python-hcl2 {version}; arguments of {providers})"
    elif what == "release":
        faults, said = release_faults(os.environ), "base images by digest"
    else:
        print(__doc__, file=sys.stderr)
        return 2
    for fault in faults:
        print(f"FAULT {fault}")
    print(f"{'ok   ' if not faults else 'FAIL '} {said}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

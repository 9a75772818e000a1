"""The compose file holds our rules, and each rule finds what breaks it."""

from __future__ import annotations

import base64
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripts.check_deploy import COMPOSE, compose_faults, setting_exists

from customerai.core.settings import Settings

Compose = dict[str, Any]


def _compose() -> Compose:
    found: Compose = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return found


def test_compose_file_has_no_fault() -> None:
    assert compose_faults(_compose()) == []


def _set(service: str, **values: object) -> Callable[[Compose], object]:
    return lambda doc: doc["services"][service].update(values)


PLANTED: dict[str, tuple[Callable[[Compose], object], str]] = {
    "writable root": (_set("redis", read_only=False), "redis: its root can be written"),
    "capability": (_set("privacy", cap_drop=[]), "privacy: keeps capabilities"),
    "no limit": (
        lambda d: d["services"]["postgres"].pop("mem_limit"),
        "postgres: has no mem_limit",
    ),
    "root": (_set("privacy", user="0:0"), "privacy: runs as root"),
    "latest": (_set("redis", image="${REDIS_IMAGE:-redis:latest}"), "no tag that says a version"),
    "fixed image": (_set("redis", image="redis:7.2"), "cannot be pinned"),
    "published": (_set("postgres", ports=["5432:5432"]), "postgres: publishes 5432:5432"),
    "door on every address": (_set("door", ports=["8080:8080"]), "door: publishes 8080:8080"),
    "no healthcheck": (lambda d: d["services"]["privacy"].pop("healthcheck"), "no healthcheck"),
    "way out of a service": (_set("privacy", networks=["back", "out"]), "privacy has a way out"),
    "way out": (lambda d: d["networks"].update(data={}), "network data has a way out"),
    "misplaced": (_set("postgres", networks=["front"]), "on the front network"),
    "unknown setting": (
        _set("privacy", environment={"CUSTOMERAI_PRIVACY__NAMES": "none"}),
        "CUSTOMERAI_PRIVACY__NAMES is no setting",
    ),
    "service left out": (lambda d: d["services"].pop("fairness"), "fairness runs 0 times"),
    "waits for nobody": (
        _set("grafana", depends_on={"nobody": {"condition": "service_healthy"}}),
        "nobody, which is not there",
    ),
    "file that is not there": (
        _set("door", volumes=["./ngin.conf:/x:ro"]),
        "not in the repository",
    ),
    "secret that nobody makes": (
        lambda d: d["secrets"].update(other={"file": "./secrets/other"}),
        "make-secrets.sh does not make it",
    ),
    "secret not mounted": (
        lambda d: d["services"]["privacy"]["secrets"].remove("bus_url"),
        "/run/secrets/bus_url is not mounted",
    ),
    "address too many": (
        lambda d: d["services"]["privacy"].update(
            environment={
                **d["services"]["privacy"]["environment"],
                "CUSTOMERAI_SERVICES__FAIRNESS": "http://fairness:8080",
            }
        ),
        "is given the addresses of ('fairness',)",
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_is_found(name: str) -> None:
    plant, said = PLANTED[name]
    doc = yaml.safe_load(yaml.safe_dump(_compose()))
    for key, service in doc["services"].items():  # anchors shared what is now each one's own
        doc["services"][key] = yaml.safe_load(yaml.safe_dump(service))
    plant(doc)
    faults = compose_faults(doc)
    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("CUSTOMERAI_DATA", True),
        ("CUSTOMERAI_DATABASE__URL", True),
        ("CUSTOMERAI_DATABASE__URL_FILE", True),
        ("CUSTOMERAI_TLS__CERT_FILE", True),
        ("CUSTOMERAI_DATABASE", False),
        ("CUSTOMERAI_DATABASE__ADDRESS_FILE", False),
        ("CUSTOMERAI_DATABASES__URL", False),
    ],
)
def test_setting_is_known_or_not(name: str, known: bool) -> None:
    assert setting_exists(name) is known


def test_secrets_are_made_once_and_behind_a_closed_folder(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"

    def make() -> str:
        done = subprocess.run(
            ["bash", str(COMPOSE.parent / "make-secrets.sh"), str(folder)],
            capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return done.stdout

    assert "made" in make()
    files = {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}
    declared = {Path(one["file"]).name for one in _compose()["secrets"].values()}
    assert declared <= set(files)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(base64.b64decode(files["master_key"])) == 32
    passwords = [text for name, text in files.items() if name.endswith("_password")]
    assert len(set(passwords)) == len(passwords)
    assert min(map(len, passwords)) >= 30
    assert files["database_password"] in files["database_url"]
    assert make() == ""  # a second time changes nothing
    assert {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()} == files


def test_made_secrets_are_read_by_the_settings(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    script = str(COMPOSE.parent / "make-secrets.sh")
    subprocess.run(["bash", script, str(folder)], capture_output=True, check=True, timeout=60)
    environment = {
        key: value.replace("/run/secrets", str(folder))
        for key, value in _compose()["services"]["privacy"]["environment"].items()
    }
    before = dict(os.environ)
    try:
        os.environ.update(environment)
        settings = Settings()
    finally:
        os.environ.clear()
        os.environ.update(before)
    assert settings.keys.master_key is not None
    secret = settings.keys.master_key.get_secret_value()
    assert secret == (folder / "master_key").read_text(encoding="utf-8")
    assert settings.database.url is not None
    assert settings.database.url.endswith("@postgres:5432/customerai")

"""The overlays as a cluster would get them, and copies of them with a fault planted."""

from __future__ import annotations

import copy
import functools
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ("local", "aws", "gcp", "azure")
Objects = list[dict[str, Any]]

needs_kubectl = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="no kubectl: overlays cannot be rendered"
)


@functools.cache
def _render(overlay: str) -> str:
    done = subprocess.run(
        ["kubectl", "kustomize", str(ROOT / "deploy/kubernetes/overlays" / overlay)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@functools.cache
def _objects(overlay: str) -> Objects:
    return [one for one in yaml.safe_load_all(_render(overlay)) if one]


def rendered(overlay: str) -> Objects:
    """The objects of an overlay, to be changed at will."""
    return copy.deepcopy(_objects(overlay))


def named(objects: Objects, kind: str, name: str) -> dict[str, Any]:
    """One object."""
    return next(o for o in objects if o["kind"] == kind and o["metadata"]["name"] == name)


def container(objects: Objects, name: str) -> dict[str, Any]:
    """The container of a Deployment."""
    spec: dict[str, Any] = named(objects, "Deployment", name)["spec"]["template"]["spec"]
    first: dict[str, Any] = spec["containers"][0]
    return first


Plant = Callable[[Objects], object]

"""The modules name what is there and what providers take; each rule finds what breaks it."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from scripts.check_deploy import TERRAFORM, load_terraform, terraform_faults

SCHEMAS = json.loads((TERRAFORM / "provider-schemas.json").read_text(encoding="utf-8"))
CLOUDS = ("aws", "gcp", "azure")


@pytest.mark.parametrize("cloud", CLOUDS)
def test_module_has_no_fault(cloud: str) -> None:
    assert terraform_faults(TERRAFORM / cloud, SCHEMAS) == []


@pytest.mark.parametrize("cloud", CLOUDS)
def test_module_gives_what_its_overlay_is_filled_with(cloud: str) -> None:
    module = load_terraform(TERRAFORM / cloud)
    assert {"keys_kms", "objects_url", "backup_url", "secret_names"} <= set(module["output"])
    # The secrets that the overlay reads are the ones that the module makes.
    overlay = TERRAFORM.parent / "kubernetes/overlays" / cloud / "secrets.yaml"
    read = set(re.findall(r"key: (\S+?) ?\}", overlay.read_text(encoding="utf-8")))
    names = {key.replace("customerai/", "").replace("customerai-", "") for key in read}
    # Azure: the operator makes this one by hand, all of it.
    names -= {"wrapped-master-key"} if cloud == "azure" else set()
    made = (TERRAFORM / cloud / "secrets.tf").read_text(encoding="utf-8")
    assert len(names) >= 3
    assert [name for name in names if not re.search(rf'["\s]{name}["\s]', made)] == []


PLANTED = {
    "argument that no provider takes": (
        "aws/database.tf",
        "storage_encrypted ",
        "storage_encryption ",
        "takes no storage_encryption",
    ),
    "argument that is missing": (
        "aws/database.tf",
        "instance_class                  = var.database_class",
        "",
        "lacks instanceclass",
    ),
    "argument of a block": (
        "gcp/database.tf",
        "ipv4_enabled ",
        "ipv4_on ",
        "takes no settings.ip_configuration.ipv4_on",
    ),
    "block that no provider takes": (
        "azure/objects.tf",
        "blob_properties {",
        "blobs {",
        "takes no blobs",
    ),
    "variable that is not there": (
        "aws/cache.tf",
        "var.cache_node_type",
        "var.cache_type",
        "var.cache_type",
    ),
    "local that is not there": (
        "gcp/keys.tf",
        "= local.ninety_days",
        "= local.ninety",
        "local.ninety",
    ),
    "resource that is not there": (
        "aws/database.tf",
        "aws_kms_key.storage.arn",
        "aws_kms_key.disk.arn",
        "aws_kms_key.disk",
    ),
    "attribute that is not there": (
        "azure/secrets.tf",
        "azurerm_redis_cache.this.hostname",
        "azurerm_redis_cache.this.host",
        "no attribute host",
    ),
    "variable without a description": (
        "aws/variables.tf",
        'description = "The network of the cluster."',
        "",
        "vpc_id has no description",
    ),
    "variable without a type": (
        "azure/variables.tf",
        'type        = string\n  description = "The subscription."',
        'description = "The subscription."',
        "subscription_id has no type",
    ),
    "output without a description": (
        "gcp/outputs.tf",
        'description = "Settings: CUSTOMERAI_OBJECTS__URL."',
        "",
        "objects_url has no description",
    ),
    "variable that nobody uses": (
        "gcp/cache.tf",
        "var.cache_memory_gib",
        "1",
        "cache_memory_gib is used nowhere",
    ),
    "provider of any version": ("aws/versions.tf", "~> 6.0", ">= 6", "aws has no pinned version"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_planted_fault_is_found(name: str, tmp_path: Path) -> None:
    file, right, wrong, said = PLANTED[name]
    cloud, _, base = file.partition("/")
    folder = tmp_path / cloud
    shutil.copytree(TERRAFORM / cloud, folder)
    text = (folder / base).read_text(encoding="utf-8")
    assert right in text
    (folder / base).write_text(text.replace(right, wrong), encoding="utf-8")
    faults = terraform_faults(folder, SCHEMAS)
    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize("cloud", CLOUDS)
def test_what_is_kept_is_encrypted_private_and_not_deleted_by_a_slip(cloud: str) -> None:
    text = "\n".join(file.read_text(encoding="utf-8") for file in (TERRAFORM / cloud).glob("*.tf"))
    promised = {
        "aws": ("storage_encrypted               = true", "publicly_accessible             = false",
                "deletion_protection             = true", "enable_key_rotation     = true",
                "transit_encryption_enabled = true", "restrict_public_buckets = true",
                "prevent_destroy = true", "rds.force_ssl"),
        "gcp": ("encryption_key_name", "ipv4_enabled    = false", "deletion_protection = true",
                "rotation_period", 'transit_encryption_mode = "SERVER_AUTHENTICATION"',
                'public_access_prevention    = "enforced"', "prevent_destroy = true",
                'ssl_mode        = "ENCRYPTED_ONLY"'),
        "azure": ("customer_managed_key", "public_network_access_enabled = false", "CanNotDelete",
                  "rotation_policy", "non_ssl_port_enabled          = false",
                  "allow_nested_items_to_be_public = false", "prevent_destroy = true",
                  'require_secure_transport   = "on"'),
    }[cloud]  # fmt: skip
    assert [line for line in promised if line not in text] == []

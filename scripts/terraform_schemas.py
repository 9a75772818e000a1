"""Writes deploy/terraform/provider-schemas.json: what the providers take, for the offline check.

`terraform validate` needs the providers, which cannot be fetched where Terraform's registry is not
reached. The typed bindings of the same providers are npm packages (`@cdktf/provider-aws`,
`-google`, `-azurerm`, `-random`), generated from the providers' own schemas. Unpack and name them:

    npm pack @cdktf/provider-aws && mkdir aws && tar xzf cdktf-provider-aws-*.tgz -C aws
    python scripts/terraform_schemas.py aws=aws/package google=google/package …

Only the resources that deploy/terraform uses are written down.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

TERRAFORM = Path(__file__).resolve().parent.parent / "deploy/terraform"
USED = re.compile(r'^(resource|data) "(\w+)"', re.M)
INTERFACE = re.compile(r"export interface (\w+)[^{]*\{\n(.*?)\n\}", re.S)
MEMBER = re.compile(r"readonly (\w+)(\??): (.*?);\n", re.S)
GETTER = re.compile(r"^    (?:get|readonly) (\w+)\(?", re.M)
VERSION = re.compile(r"providers/hashicorp/\w+/([\d.]+)")


def plain(name: str) -> str:
    """A name without what camel case and snake case write differently."""
    return name.replace("_", "").lower()


def _members(name: str, interfaces: dict[str, str], depth: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for member, optional, kind in MEMBER.findall(interfaces[name] + "\n"):
        words = re.findall(r"\w+", kind)
        block = next((word for word in words if word in interfaces), None)
        entry: dict[str, Any] = {"required": not optional}
        if block and depth < 8:  # noqa: PLR2004 - deeper than any block that is used
            entry["block"] = _members(block, interfaces, depth + 1)
        found[plain(member)] = entry
    return found


def schema_of(folder: Path, kind: str, name: str) -> dict[str, Any]:
    """Arguments and attributes of one resource or data source."""
    # The provider's own name is left out of a folder's name, but for some resources it is not.
    start, whole = "data-" if kind == "data" else "", name.replace("_", "-")
    places = [folder / "lib" / f"{start}{option}" for option in (whole.partition("-")[2], whole)]
    place = next((one for one in places if one.is_dir()), places[0])
    files = sorted(place.rglob("*.d.ts"))
    if not files:
        raise SystemExit(f"{name} is not in {folder}")
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    interfaces = dict(INTERFACE.findall(re.sub(r"/\*\*.*?\*/", "", text, flags=re.S)))
    config = next(
        name
        for name in interfaces
        if name.endswith("Config") and f"{name} extends cdktf.TerraformMetaArguments" in text
    )
    attributes = {plain(found) for found in GETTER.findall(text)}
    return {"arguments": _members(config, interfaces), "attributes": sorted(attributes)}


def main() -> int:
    """Returns the exit status."""
    folders = dict(pair.partition("=")[::2] for pair in sys.argv[1:])
    out: dict[str, Any] = {"providers": {}, "resource": {}, "data": {}}
    for name, place in folders.items():
        match = VERSION.search((Path(place) / "README.md").read_text(encoding="utf-8"))
        out["providers"][name] = match.group(1) if match else "unknown"
    for file in sorted(TERRAFORM.glob("*/*.tf")):
        for kind, name in USED.findall(file.read_text(encoding="utf-8")):
            provider = name.partition("_")[0]
            if name not in out[kind]:
                out[kind][name] = schema_of(Path(folders[provider]), kind, name)
    target = TERRAFORM / "provider-schemas.json"
    target.write_text(
        json.dumps(out, sort_keys=True, separators=(",", ":")) + "\n", encoding="utf-8"
    )
    print(f"{len(out['resource'])} resources, {len(out['data'])} data sources, {out['providers']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

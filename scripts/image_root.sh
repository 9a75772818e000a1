#!/usr/bin/env bash
# image_root.sh [--work DIR] [--build-arg NAME=VALUE ...]: builds deploy/docker/Dockerfile without an
# engine and runs the result as a container would: process 1, no root, no capability, read-only.
#
# The instructions are read from the Dockerfile itself (scripts/image_root.py), so the two cannot
# drift. In place of the base images stand a Debian root made by debootstrap and this machine's
# node. Mirrors and certificates are those of this machine, found at run time.
# Needs root, debootstrap, node, and about 3 GB below DIR (default: a folder of its own in /tmp).
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in debootstrap unshare setpriv node python3; do
  command -v "$tool" >/dev/null || { echo "image root: not run: no $tool" >&2; exit 3; }
done
[ "$(id -u)" = 0 ] || { echo "image root: not run: needs root" >&2; exit 3; }
# A mount namespace of its own: whatever happens, every mount ends with it.
exec unshare --mount --propagation private python3 scripts/image_root.py "$@"

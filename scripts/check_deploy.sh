#!/usr/bin/env bash
# Checks deploy/ without an engine, a cluster or a cloud; `bash .ci/run deploy` runs it.
# Each line names the tool and its version. A tool that is not here is said, loudly, never passed
# over; with CUSTOMERAI_CHECK_ALL=1 that is a fault as well.
set -uo pipefail
cd "$(dirname "$0")/.."
bin=${BIN:-.venv/bin}
export PYTHONPATH=src
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
faults=0 missing=0

check() { # WHAT COMMAND...
  local what=$1
  shift
  if "$@" > "$scratch/out" 2>&1; then
    echo "ok    $what"
  else
    echo "FAIL  $what"
    sed 's/^/      /' "$scratch/out"
    faults=$((faults + 1))
  fi
}
ours() { # ARGUMENTS...: our own rules say themselves what they checked
  "$bin/python" scripts/check_deploy.py "$@" || faults=$((faults + 1))
}
absent() {
  echo "NOT RUN: $1"
  missing=$((missing + 1))
}

# --- the image
check "Dockerfile ($("$bin/hadolint" --version | grep -o '[0-9.]*$' | sed 's/^/hadolint /'))" \
  "$bin/hadolint" --failure-threshold info deploy/docker/Dockerfile
check "shell scripts (bash -n, bash ${BASH_VERSION%%(*})" bash -c '
  for file in $(find deploy scripts -name "*.sh"); do bash -n "$file" || exit 1; done'
[ -n "${CUSTOMERAI_RELEASE:-}" ] && ours release

# --- compose
check "compose.yaml (check-jsonschema $("$bin/check-jsonschema" --version | grep -o '[0-9.]*$'), schema compose-spec)" \
  "$bin/check-jsonschema" --builtin-schema vendor.compose-spec deploy/compose/compose.yaml
ours compose
if command -v nginx >/dev/null; then
  # The names of the gateways are the compose network's: here each stands for this machine.
  sed 's/server gateway-[0-9]:8080/server 127.0.0.1:1/' deploy/compose/nginx.conf > "$scratch/nginx.conf"
  check "nginx.conf ($(nginx -v 2>&1 | grep -o 'nginx/[0-9.]*'))" \
    nginx -t -q -c "$scratch/nginx.conf" -e "$scratch/nginx.log"
else
  absent "nginx.conf: no nginx"
fi

# --- Kubernetes
if command -v kubectl >/dev/null; then
  echo "      kustomize $(kubectl version --client 2>/dev/null | sed -n 's/^Kustomize Version: //p') in kubectl"
  for overlay in deploy/kubernetes/overlays/*/; do
    name=$(basename "$overlay")
    if kubectl kustomize "$overlay" > "$scratch/$name.yaml" 2> "$scratch/errors"; then
      ours kubernetes "$name" < "$scratch/$name.yaml"
    else
      echo "FAIL  $name is not rendered: $(cat "$scratch/errors")"
      faults=$((faults + 1))
    fi
  done
else
  absent "Kubernetes overlays: no kubectl, so none was rendered or checked"
fi

# --- Terraform
if command -v terraform >/dev/null; then
  check "terraform fmt ($(terraform version 2>/dev/null | sed -n 's/^Terraform /terraform /p' | head -1))" \
    terraform fmt -check -recursive deploy/terraform
else
  absent "terraform fmt: no terraform"
fi
ours terraform
echo "      not validated: values and types by the providers themselves (terraform validate, plan) need"
echo "      the registry and an account; names of arguments, blocks and attributes were checked"

# --- monitoring and logs
if [ -f scripts/check_monitoring.sh ]; then
  bash scripts/check_monitoring.sh || faults=$((faults + 1))
else
  absent "monitoring: no scripts/check_monitoring.sh"
fi

if [ "$missing" -gt 0 ] && [ -n "${CUSTOMERAI_CHECK_ALL:-}" ]; then
  faults=$((faults + missing))
fi
echo "deploy: $faults faults, $missing not run"
[ "$faults" -eq 0 ]

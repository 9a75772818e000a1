#!/usr/bin/env bash
# upgrade.sh OVERLAY: applies an overlay in its three phases: the ground, the schema, what runs.
#
# Kustomize has no hooks, so the order is made here by the label customerai.io/phase. Migrations only
# add (docs/guide/kubernetes.md), so the processes of the version before go on during all of it; a
# migration that fails ends the upgrade before a single process has changed.
set -euo pipefail
overlay=${1:?which overlay, such as deploy/kubernetes/overlays/local}
wait_s=${2:-1800}
rendered=$(mktemp)
trap 'rm -f "$rendered"' EXIT
kubectl kustomize "$overlay" > "$rendered"
apply() { kubectl apply --server-side --filename "$rendered" --selector "customerai.io/phase=$1"; }

echo "--- ground: names, certificates, policies, settings"
apply ground
names=(privacy responder insights fairness integrations gateway)
# Not the one for browsers: an authority outside signs it, and nothing here waits for that.
kubectl --namespace customerai wait --for=condition=Ready --timeout=300s \
  "${names[@]/#/certificate/}" certificate/migrate certificate/backup
# The secrets come from outside (external-secrets, or secrets.sh of the local overlay).
for _ in $(seq 60); do
  kubectl --namespace customerai get secret customerai-secrets >/dev/null 2>&1 && break
  sleep 5
done
kubectl --namespace customerai get secret customerai-secrets >/dev/null
# Engines, where the overlay brings its own.
for engine in $(kubectl --namespace customerai get statefulset --output name); do
  kubectl --namespace customerai rollout status "$engine" --timeout=600s
done

echo "--- migrate"
# A Job cannot be changed: the one of the version before goes.
kubectl --namespace customerai delete job migrate --ignore-not-found --wait
apply migrate
for (( waited = 0; ; waited += 2 )); do
  state=$(kubectl --namespace customerai get job migrate \
    --output jsonpath='{.status.conditions[?(@.status=="True")].type}')
  case $state in
    *Complete*) break ;;
    *Failed*) failed=1 ;;
  esac
  if [ -n "${failed:-}" ] || (( waited >= wait_s )); then
    echo "the migration did not end well; nothing else was changed" >&2
    kubectl --namespace customerai logs job/migrate --tail=50 >&2 || true
    exit 1
  fi
  sleep 2
done

echo "--- rollout"
apply rollout
# Privacy first: everything waits for it.
for name in "${names[@]}"; do
  kubectl --namespace customerai rollout status "deployment/$name" --timeout=600s
done
echo "up to date"

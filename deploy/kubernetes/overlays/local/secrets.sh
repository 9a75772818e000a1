#!/usr/bin/env bash
# Makes the two Secrets of the local overlay from files that stay on this machine (make-secrets.sh).
set -euo pipefail
cd "$(dirname "$0")"
bash ../../../compose/make-secrets.sh "$PWD/secrets"
kubectl get namespace customerai >/dev/null 2>&1 || kubectl create namespace customerai
give() { # NAME FILE...
  local name=$1; shift
  kubectl --namespace customerai create secret generic "$name" "${@/#/--from-file=secrets/}" \
    --dry-run=client --output yaml | kubectl apply --filename -
}
give customerai-secrets master_key database_url cache_url bus_url
give engine-secrets postgres_password database_password redis_conf redis_password rabbitmq_conf

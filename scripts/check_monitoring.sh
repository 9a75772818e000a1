#!/usr/bin/env bash
# Checks what deploy/{prometheus,alertmanager,grafana,elk} hold, by the tools that will read it.
# Installs Debian's packages of them where they are missing and it may. Any fault fails it.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}
[ -x "$python" ] || python=python3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

missing=()
command -v promtool >/dev/null || missing+=(prometheus)
command -v amtool >/dev/null || missing+=(prometheus-alertmanager)
command -v rsyslogd >/dev/null || missing+=(rsyslog rsyslog-elasticsearch)
if [ ${#missing[@]} -gt 0 ]; then
  [ "$(id -u)" = 0 ] || { echo "missing: ${missing[*]} (Debian packages)" >&2; exit 1; }
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
promtool --version 2>&1 | head -1 | cut -d'(' -f1
amtool --version 2>&1 | head -1 | cut -d'(' -f1
rsyslogd -v | head -1 | cut -d'(' -f1
"$python" -c 'import importlib.metadata as m; print("grafana-foundation-sdk", m.version("grafana-foundation-sdk"))'

echo "--- Prometheus: configuration, rules, rule tests"
promtool check config deploy/prometheus/prometheus.yml >"$work/config" 2>&1 || { cat "$work/config" >&2; exit 1; }
grep -c SUCCESS "$work/config" | sed 's/$/ files are well/'
# Debian's promtool knows no discovery by Kubernetes: that part is checked by shape, the rest by promtool.
"$python" - deploy/prometheus/prometheus.kubernetes.yml "$work/kubernetes.yml" <<'PYTHON'
import sys

import yaml

source, target = sys.argv[1:]
config = yaml.safe_load(open(source, encoding="utf-8"))
seen = 0
for part in [*config["alerting"]["alertmanagers"], *config["scrape_configs"]]:
    for discovery in part.pop("kubernetes_sd_configs", []):
        seen += 1
        assert discovery.pop("role") in {"pod", "endpoints", "service", "node", "ingress"}, part
        assert set(discovery.pop("namespaces", {})) <= {"names", "own_namespace"}, part
        assert not discovery, discovery
assert seen >= 8, seen
yaml.safe_dump(config, open(target, "w", encoding="utf-8"))
print(f"{seen} discoveries by Kubernetes have their shape")
PYTHON
promtool check config --syntax-only "$work/kubernetes.yml" >"$work/config" 2>&1 || { cat "$work/config" >&2; exit 1; }
promtool check rules deploy/prometheus/rules/*.yml >"$work/rules" 2>&1 || { cat "$work/rules" >&2; exit 1; }
sed -n 's/.*SUCCESS: \([0-9]*\) rules.*/\1/p' "$work/rules" | awk '{ n += $1 } END { print n, "rules are well"; exit n < 60 }'
# Two at a time; the tests of windows of days take longest.
ls deploy/prometheus/tests/*_test.yml | xargs -P 2 -I{} sh -c \
  'promtool test rules "$1" >"$2/$(basename "$1").out" 2>&1 || { cat "$2/$(basename "$1").out" >&2; exit 255; }' _ {} "$work"
grep -l SUCCESS "$work"/*_test.yml.out | wc -l | sed 's/$/ files of rule tests passed/'
[ "$(grep -l SUCCESS "$work"/*_test.yml.out | wc -l)" = "$(ls deploy/prometheus/tests/*_test.yml | wc -l)" ]

echo "--- Alertmanager: configuration, a route for each severity"
amtool check-config deploy/alertmanager/alertmanager.yml >"$work/amtool" 2>&1 || { cat "$work/amtool" >&2; exit 1; }
route() { # RECEIVER LABEL...
  local receiver=$1
  shift
  amtool config routes test --config.file=deploy/alertmanager/alertmanager.yml \
    --verify.receivers="$receiver" "$@" >/dev/null 2>&1 || { echo "not routed to $receiver: $*" >&2; exit 1; }
}
route page severity=page alertname=ComponentDown
route ticket severity=ticket alertname=DeadLetters
route watchdog severity=none alertname=Watchdog
echo "3 severities go where they should"

echo "--- Grafana and ELK: files are as the code writes them"
"$python" scripts/dashboards.py --check
"$python" scripts/elk.py --check
"$python" -m pytest tests/monitoring -p no:randomly

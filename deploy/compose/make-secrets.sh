#!/usr/bin/env bash
# Makes what deploy/compose/compose.yaml mounts as secrets, once; a file that is there is kept.
#
# The folder is 0700: no other user of this machine gets in. The files in it are 0444, because an
# engine mounts them as they are and the processes that read them are other users (10001, 999 …);
# with 0600 they could not.
set -euo pipefail
cd "$(dirname "$0")"
folder=${1:-secrets}
umask 077
mkdir -p "$folder"
chmod 0700 "$folder"

random() { head -c 24 /dev/urandom | base64 | tr '+/' 'ab' | tr -d '\n='; }
write() { # NAME CONTENT
  [ -e "$folder/$1" ] && return
  printf '%s' "$2" > "$folder/$1.new"
  chmod 0444 "$folder/$1.new"
  mv "$folder/$1.new" "$folder/$1"
  echo "made $folder/$1"
}
secret() { cat "$folder/$1"; }

write master_key "$(head -c 32 /dev/urandom | base64 | tr -d '\n')"
for name in postgres database redis rabbitmq grafana elastic kibana; do
  write "${name}_password" "$(random)"
done
# Alertmanager shows these to whoever is woken: put the receivers' own in their place.
write page_token "$(random)"
write ticket_token "$(random)"
write watchdog_token "$(random)"
write database_url "postgresql+asyncpg://customerai:$(secret database_password)@postgres:5432/customerai"
write cache_url "redis://:$(secret redis_password)@redis:6379/0"
write bus_url "amqp://customerai:$(secret rabbitmq_password)@rabbitmq:5672/"
write redis_conf "bind 0.0.0.0
protected-mode yes
dir /data
save ''
appendonly yes
appendfsync everysec
maxmemory 400mb
maxmemory-policy noeviction
requirepass $(secret redis_password)
"
write rabbitmq_conf "default_user = customerai
default_pass = $(secret rabbitmq_password)
default_vhost = /
"

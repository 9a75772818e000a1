#!/bin/bash
# Puts the lifecycle, the index template and the dashboard of deploy/elk where they belong and
# gives Kibana its password. May run any number of times.
set -euo pipefail
elastic=http://elasticsearch:9200 kibana=http://kibana:5601
config=/tmp/curl.conf
umask 077
printf 'user = "elastic:%s"\n' "$(cat /run/secrets/elastic_password)" > "$config"

call() { # METHOD URL [FILE]
  curl --silent --show-error --fail --output /dev/null --config "$config" --request "$1" \
    --header 'content-type: application/json' ${3:+--data-binary "@$3"} "$2"
}

call PUT "$elastic/_ilm/policy/customerai-logs" /setup/elk/ilm-policy.json
call PUT "$elastic/_index_template/customerai-logs" /setup/elk/index-template.json
printf '{"password":"%s"}' "$(cat /run/secrets/kibana_password)" > /tmp/password.json
call POST "$elastic/_security/user/kibana_system/_password" /tmp/password.json
echo "lifecycle, template and Kibana's password are set"
if [ "${1:-}" = dashboard ]; then
  curl --silent --show-error --fail --output /dev/null --config "$config" --header 'kbn-xsrf: setup' \
    --form file=@/setup/elk/kibana.ndjson "$kibana/api/saved_objects/_import?overwrite=true"
  echo "the dashboard is set"
fi

#!/bin/sh
# Takes from the base what a running service never needs: pip and ensurepip, and the set-user-id
# bits. /data is what a process keeps for itself, /objects what the replicas of one machine share.
set -eu
for parent in /usr/lib /usr/local/lib; do
  [ -d "$parent" ] || continue
  find "$parent" -xdev -type d \( -name ensurepip -o -name pip -o -name 'pip-*.dist-info' \
    -o -name setuptools -o -name 'setuptools-*.dist-info' -o -name wheel -o -name 'wheel-*.dist-info' \) \
    -path '*python3*' -prune -exec rm -rf {} +
done
rm -f /usr/local/bin/pip* /usr/local/bin/wheel /usr/bin/pip*
find / -xdev -type f -perm /6000 -exec chmod a-s {} +
mkdir -p /data /objects
chown 10001:10001 /data /objects
chmod 0750 /data /objects

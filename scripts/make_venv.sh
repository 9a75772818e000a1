#!/usr/bin/env bash
# make_venv.sh VENV LOCK: a virtual environment with the locked packages and this package in it.
set -euo pipefail
venv=$1 lock=$2
here=$(cd "$(dirname "$0")/.." && pwd)

if [ ! -x "$venv/bin/python" ] || ! "$venv/bin/python" -c 'import pip' 2>/dev/null; then
  rm -rf "$venv"
  if ! python3 -m venv "$venv" 2>/dev/null; then
    # Debian keeps venv in a package of its own.
    rm -rf "$venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
      apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv
      python3 -m venv "$venv"
    else
      echo "python3 cannot make a virtual environment: install the package python3-venv" >&2
      exit 1
    fi
  fi
fi

echo "installing $(grep -cE '^[a-z0-9]' "$here/$lock") locked packages (a minute or two) ..."
# The lock is complete, so nothing is resolved again; packages without a build for this machine
# are compiled with what they declare.
"$venv/bin/pip" install --quiet --no-deps --require-hashes -r "$here/$lock"

# The package is run from its sources: a path file and a launcher, nothing to build.
site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$here/src" > "$site/customerai-sources.pth"
cat > "$venv/bin/customerai" <<LAUNCHER
#!$(cd "$venv/bin" && pwd)/python
from customerai.cli import main

main()
LAUNCHER
chmod +x "$venv/bin/customerai"

#!/bin/sh
# install.sh ROOT: puts the sources in ROOT/src on the path of ROOT/venv, with two launchers in
# ROOT/bin. The package runs from its sources, as scripts/make_venv.sh does: nothing to build.
set -eu
root=$1
python=$root/venv/bin/python
site=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$root/src" > "$site/customerai-sources.pth"
mkdir -p "$root/bin"
cat > "$root/bin/customerai" <<LAUNCHER
#!$python
from customerai.cli import main

main()
LAUNCHER
# -I -S: the check imports the standard library only, which halves its cost.
{ printf '#!%s -IS\n' "$python"; cat healthcheck.py; } > "$root/bin/healthcheck"
chmod 0755 "$root/bin/customerai" "$root/bin/healthcheck"
"$python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$root/src"
# Nothing that runs may change what runs, and it must be readable whatever the umask was.
chmod -R u=rwX,go=rX "$root"

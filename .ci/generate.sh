#!/usr/bin/env bash
# generate.sh  bundles the front end into static/dist: the npm libraries of the
# lock file, then go generate ./static. Does nothing where nothing has changed
# since the last time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ -e static/package-lock.json ] || exit 0

# sum prints one checksum over files, by find's terms: their names and contents.
sum() { find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

# Which libraries stand in node_modules is noted inside it: whoever removes it
# removes the note with it.
installed=static/node_modules/.hexi-lock
lock=$(sum static/package.json static/package-lock.json)
if [ "$(cat "$installed" 2>/dev/null)" != "$lock" ]; then
  echo "Fetching the front end's libraries (npm ci)"
  npm ci --prefix static --no-audit --no-fund --loglevel=error </dev/null
  echo "$lock" >"$installed"
fi

# What was bundled from what is noted outside of dist, which goes into the binary.
note=.ci/cache/bundled
mkdir -p static/dist .ci/cache
state() { sum static -not -path 'static/node_modules/*'; }
if [ "$(cat "$note" 2>/dev/null)" != "$(state)" ]; then
  echo "Bundling the front end (go generate ./static)"
  go generate ./static
  state >"$note"
fi

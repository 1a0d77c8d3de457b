#!/usr/bin/env bash
# generate.sh  bundles the front end into static/dist: the npm libraries of the
# lock file, then go generate ./static. Does nothing where nothing has changed
# since the last time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
[ -e static/package-lock.json ] || exit 0

# sum prints one checksum over the named files and what they hold.
sum() { find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

# Which libraries stand in node_modules is kept inside it, what was bundled
# inside dist: whoever removes either removes the note with it.
installed=static/node_modules/.hexi-lock
lock=$(sum static/package.json static/package-lock.json)
if [ "$(cat "$installed" 2>/dev/null)" != "$lock" ]; then
  echo "Fetching the front end's libraries (npm ci)"
  npm ci --prefix static --no-audit --no-fund --loglevel=error </dev/null
  echo "$lock" >"$installed"
fi

bundled=static/dist/.hexi-sources
sources=$(sum static -not -path 'static/node_modules/*' -not -path 'static/dist/*')
if [ "$(cat "$bundled" 2>/dev/null)" != "$sources" ]; then
  echo "Bundling the front end (go generate ./static)"
  go generate ./static
  mkdir -p static/dist
  echo "$sources" >"$bundled"
fi

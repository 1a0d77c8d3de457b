#!/usr/bin/env bash
# build.sh  builds bin/hexi: with libvips where pkg-config finds it, else in pure
# Go. build.sh --tags prints the build tags that it would use.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tags=
# The native engine counts once there is code behind its tag.
if command -v pkg-config >/dev/null 2>&1 && pkg-config --exists 'vips >= 8.14' &&
  git grep -qE '^//go:build (.*[^!a-z])?vips\b' -- '*.go' 2>/dev/null; then
  tags=vips
fi
if [ "${1:-}" = --tags ]; then
  echo "$tags"
  exit 0
fi

# Git does not speak of a checkout that belongs to another user; the program then
# goes without its revision rather than not at all.
flags=()
git rev-parse HEAD >/dev/null 2>&1 || flags=(-buildvcs=false)

echo "Compiling hexi (${tags:-pure Go}); the first time this takes some minutes"
go build "${flags[@]}" -tags "$tags" -o bin/ ./cmd/hexi
echo "bin/hexi is built (${tags:-pure Go}): bin/hexi help"

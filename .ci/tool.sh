#!/usr/bin/env bash
# tool.sh NAME  prints the path of a Go tool at its pinned version, and builds it
# from the Go module proxy first where it is not there yet (once, one to two
# minutes on two cores). Tools stand in .ci/cache/bin, outside of go.mod, so that
# what they need never mixes with what hexi needs.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

case ${1:-} in
  golangci-lint) package=github.com/golangci/golangci-lint/v2/cmd/golangci-lint version=v2.15.0 ;;
  govulncheck) package=golang.org/x/vuln/cmd/govulncheck version=v1.9.0 ;;
  versitygw) package=github.com/versity/versitygw/cmd/versitygw version=v1.8.0 ;;
  *)
    echo "tool.sh: there is no tool \"${1:-}\"; there are golangci-lint, govulncheck and versitygw" >&2
    exit 2
    ;;
esac

bin=$here/cache/bin
tool=$bin/$1-$version
if [ ! -x "$tool" ]; then
  echo "Building $1 $version (once)" >&2
  mkdir -p "$bin"
  scratch=$(mktemp -d "$bin/build.XXXXXX")
  trap 'rm -rf "$scratch"' EXIT
  (cd "$scratch" && GOBIN=$scratch GOFLAGS=-trimpath go install "$package@$version" >&2)
  mv "$scratch/$1" "$tool"
fi
echo "$tool"

#!/usr/bin/env bash
# check.sh  holds the tree to its rules without running its tests: format, vet,
# lint, arrows, go.mod, generated files. All of them run; it fails at the end and
# says which ones did.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
tags=$(.ci/build.sh --tags)

gofmt_clean() {
  local files
  files=$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 -r ls 2>/dev/null | xargs -r -d '\n' gofmt -l)
  [ -z "$files" ] || {
    printf 'not formatted, run gofmt -w on:\n%s\n' "$files"
    return 1
  }
}

# esbuild drops types without a look at them; the compiler looks.
types() { [ ! -e static/tsconfig.json ] || (cd static && node_modules/.bin/tsc --noEmit); }

# What go generate writes into git must be what stands there. The front end's
# bundle is not in git; it is made by generate.sh.
generated_clean() {
  local dirs dir before after status=0
  dirs=$(git grep -lE '^//go:generate ' -- '*.go' ':!static' | xargs -r -n 1 dirname | sort -u)
  for dir in $dirs; do
    before=$(find "$dir" -maxdepth 1 -type f -exec sha256sum {} + | sort)
    go generate "./$dir" || status=1
    after=$(find "$dir" -maxdepth 1 -type f -exec sha256sum {} + | sort)
    if [ "$before" != "$after" ]; then
      printf 'go generate ./%s changes:\n' "$dir"
      diff <(echo "$before") <(echo "$after") | sed -n 's/^[<>] [0-9a-f]*  /  /p' | sort -u
      status=1
    fi
  done
  return $status
}

lint() {
  local tool
  tool=$(.ci/tool.sh golangci-lint) && "$tool" run --build-tags "$tags" --timeout 10m
}

tidy() {
  local diff
  diff=$(go mod tidy -diff 2>&1) || {
    printf '%s\n' "$diff" | head -n 40
    echo "run go mod tidy"
    return 1
  }
}

failed=()
step() { # step NAME COMMAND...
  local name=$1 start=$SECONDS
  shift
  if "$@"; then
    echo "check: $name: fine ($((SECONDS - start)) s)"
  else
    echo "check: $name: FAILED"
    failed+=("$name")
  fi
}

step "format (gofmt)" gofmt_clean
step "vet" go vet -tags "$tags" ./...
step "vet, large masters" go vet -tags "${tags:+$tags,}large" ./archive/raster
step "vet, pure Go" env CGO_ENABLED=0 go vet ./archive/... ./cmd/hexi/... ./ingest/...
step "arrows" go test -count=1 -run '^TestArrows' cmd/hexi/arrows_test.go
step "lint (golangci-lint)" lint
step "types (tsc)" types
step "modules (go mod tidy)" tidy
step "generated files" generated_clean

if [ ${#failed[@]} -gt 0 ]; then
  printf 'check failed:'
  printf ' %s;' "${failed[@]}"
  echo
  exit 1
fi

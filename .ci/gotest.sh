#!/usr/bin/env bash
# gotest.sh  runs every Go test with the race detector: unit tests, conformance
# suites on the services that services.sh started, command transcripts, the
# browser test. Prints go test's closing line for each package, and what the
# tests said that failed; all that a package said, where it ended otherwise. Tests
# that took longer than 30 s are named: they are where to look when the run gets long.
#
# Nothing may skip: a test that does fails the run, except where it says
# HEXI_TEST_DATA and there is no such data beside this checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [ -n "${HEXI_TEST_DATA:-}" ]; then
  export CI=true # tests then fail rather than skip
else
  unset CI
  echo "HEXI_TEST_DATA is not set: the tests over real data are left out"
fi

# The program as it is built for use, for tests over thousands of rows.
if [ -x bin/hexi ]; then export HEXI_BIN="$PWD/bin/hexi"; fi

# The pure-Go build of what has another one: the same tests without cgo.
if [ -n "$(.ci/build.sh --tags)" ]; then
  CGO_ENABLED=0 go test -timeout 15m "$@" ./archive/raster/... || failed=1
fi

go test -race -v -timeout 30m -tags "$(.ci/build.sh --tags)" "$@" ./... 2>&1 | awk -v data="${HEXI_TEST_DATA:-}" '
  # go test -v prints one package after another, the verdict of each last.
  /^(ok  |\?   )\t/ { skips(); print; long(); fflush(); n = 0; next }
  /^FAIL\t/         { failures(); skips(); print; long(); fflush(); n = 0; failed = 1; next }
                    { line[n++] = $0 }

  # failures prints what the failed tests of a package said, and what no test said.
  function failures(    i, test, bad, some, whole) {
    for (i = 0; i < n; i++) {
      if (line[i] ~ /^ *--- FAIL: /) { test = line[i]; sub(/^ *--- FAIL: /, "", test); sub(/ .*/, "", test); bad[test] = 1; some = 1 }
      if (line[i] ~ /^(panic|fatal error|SIG[A-Z]+): / || line[i] ~ /^(\*\*\* Test killed|WARNING: DATA RACE)/) whole = 1
    }
    test = ""
    for (i = 0; i < n; i++) {
      if (line[i] ~ /^=== (RUN|CONT|NAME|PAUSE) /) { split(line[i], word, " +"); test = word[3] }
      else if (line[i] ~ /^ *--- (PASS|FAIL|SKIP): /) { test = line[i]; sub(/^ *--- [A-Z]+: /, "", test); sub(/ .*/, "", test) }
      if (whole || !some || test == "" || test in bad) print line[i]
    }
  }

  # long names the tests of a package that took long.
  function long(    i, s) {
    for (i = 0; i < n; i++) {
      if (line[i] !~ /^--- (PASS|FAIL): /) continue
      s = line[i]; sub(/^.*\(/, "", s); sub(/s\)$/, "", s)
      if (s + 0 > 30) { sub(/^--- [A-Z]+: /, "    long: ", line[i]); print line[i] }
    }
  }

  # skips counts the tests of a package that were skipped, and prints why.
  function skips(    i, test, why) {
    for (i = 0; i < n; i++) {
      if (line[i] ~ /^=== (RUN|CONT|NAME|PAUSE) /) { split(line[i], word, " +"); test = word[3]; continue }
      if (line[i] !~ /^ *--- SKIP: /) { why[test] = why[test] "\n" line[i]; continue }
      test = line[i]; sub(/^ *--- SKIP: /, "", test); sub(/ .*/, "", test)
      if (data == "" && why[test] ~ /HEXI_TEST_DATA/) { left++; continue }
      print line[i] why[test]
      skipped++
    }
  }

  END {
    for (i = 0; i < n; i++) print line[i]
    if (left) print left " tests over real data were left out"
    if (skipped) print "FAIL: " skipped " tests skipped, and here nothing may"
    exit (skipped || failed) ? 1 : 0
  }'
exit "${failed:-0}"

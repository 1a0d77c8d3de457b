package main

import (
	"strings"
	"testing"

	"hexi/ingest/check"
)

// What could not be mended does not look as if it were.
func TestCheckMarksWhatIsMended(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	printCheckText(&out, &check.Report{Differences: []check.Difference{
		{Code: check.PackageDamaged, Key: "a", Do: "restore it", Repaired: "not mended: it stands nowhere else"},
		{Code: check.AccessMissing, Key: "b", Repaired: "its access copy was made again", Mended: true},
	}})
	for _, want := range []string{" ✗ not mended: it stands nowhere else\n", " → restore it\n", " ✓ its access copy was made again\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}

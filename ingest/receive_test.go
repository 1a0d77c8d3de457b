package ingest

import (
	"strings"
	"testing"
)

func TestCleanName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"壁画 1.tif": "壁画 1.tif", "": "unnamed", ".": "unnamed", "..": "unnamed", "/": "unnamed", "a/..": "unnamed", `C:\photos\..`: "unnamed",
		"../../etc/passwd": "passwd", `C:\photos\a.jpg`: "a.jpg", ".\x00.": "unnamed", "a\x00b\n.jpg": "ab.jpg", "...": "...", ".hidden": ".hidden",
		"\xff.jpg": "\uFFFD.jpg", strings.Repeat("x", 300) + ".jpg": strings.Repeat("x", 251) + ".jpg",
	} {
		if got := cleanName(name); got != want {
			t.Errorf("cleanName(%q) = %q, want %q", name, got, want)
		}
	}
}

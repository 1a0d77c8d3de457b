package check

import (
	"strings"
	"testing"
)

// Two digests are never told as the same text.
func TestApart(t *testing.T) {
	t.Parallel()
	sum := strings.Repeat("0123456789abcdef", 8)
	for _, test := range []struct{ name, other, a, b string }{
		{"from the start", "f" + sum[1:], "0123456789ab…", "f123456789ab…"},
		{"far on", sum[:40] + "f" + sum[41:], sum[:44] + "…", sum[:40] + "f9ab…"},
		{"the last digit", sum[:127] + "0", sum, sum[:127] + "0"},
		{"cut off", sum[:20], sum[:24] + "…", sum[:20]},
		{"none", "", "0123456789ab…", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if a, b := apart(sum, test.other); a != test.a || b != test.b {
				t.Errorf("%s, %s", a, b)
			}
		})
	}
}

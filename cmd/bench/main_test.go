package main

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	t.Parallel()
	all := []string{"tiles", "computed", "lanes", "ingest", "s3", "import", "edit", "search"}
	tests := []struct {
		args string
		only []string
		err  string
	}{
		{"", all, ""},
		{"-quick", all, ""},
		{"-only s3", []string{"s3"}, ""},
		{"-only ingest,tiles -large", []string{"ingest", "tiles"}, ""},
		{"-pyramid a.tif", []string{"tiles"}, ""},
		{"-only tile", nil, "there are tiles, computed, lanes, ingest, s3, import, edit, search"},
		{"-only ,", nil, "no part"},
		{"-records -1", nil, "10,000,000"},
		{"-only search -grow 1000,3000", []string{"search"}, ""},
		{"-grow 3000,1000", nil, "larger than the one before"},
		{"-grow many", nil, "not a number"},
		{"-size 12", nil, "15360x6400"},
		{"-rounds 0", nil, "a round at least"},
	}
	for _, test := range tests {
		t.Run(test.args, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			got, keep, err := parse(append(strings.Fields(test.args), "-keep", dir), io.Discard)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got error %v, want one about %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !keep || got.dir != dir || !slices.Equal(got.only, test.only) {
				t.Errorf("got %+v, want the parts %v", got, test.only)
			}
			if quick := strings.Contains(test.args, "-quick"); quick && (got.rounds != 3 || got.each != time.Second/2 || got.width != 6000) {
				t.Errorf("a quick look has %d rounds of %v at %d px", got.rounds, got.each, got.width)
			}
		})
	}
}

func TestRatios(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	fast, slow := &contender{name: "a"}, &contender{name: "b"}
	for _, n := range []int{100, 300, 200} {
		fast.samples = append(fast.samples, sample{requests: n, elapsed: time.Second})
		slow.samples = append(slow.samples, sample{requests: 100, elapsed: time.Second})
	}
	printRatio(&b, fast, slow, 2.5)
	printRatio(&b, fast, slow, 2)
	printRatio(&b, fast, slow, 0)
	lines := strings.Split(b.String(), "\n")
	for i, want := range []string{"2.00 ×   goal ≥ 2.5: NOT reached", "2.00 ×   goal ≥ 2: reached", "2.00 ×"} {
		if !strings.HasPrefix(lines[i], "a / b ") || !strings.HasSuffix(lines[i], want) {
			t.Errorf("got %q, want %q", lines[i], want)
		}
	}

	hexi := &worker{efforts: []effort{{elapsed: 2 * time.Second, peakKB: 90 << 10}, {elapsed: time.Second, peakKB: 120 << 10}}}
	peer := &worker{efforts: []effort{{elapsed: 4 * time.Second}, {elapsed: 4 * time.Second}}}
	if got := ratiosOf(hexi, peer); !slices.Equal(got, []float64{0.5, 0.25}) {
		t.Errorf("got the ratios %v", got)
	}
	if got := hexi.peakMB(); got != 120 {
		t.Errorf("the peak is %d MB, want 120", got)
	}
	if got := atMost(0.5, 0.5); got != "goal ≤ 0.5: reached" {
		t.Errorf("got %q", got)
	}
	if got := atMost(0.51, 0.5); got != "goal ≤ 0.5: NOT reached" {
		t.Errorf("got %q", got)
	}
}

// TestMakePhotographs holds that the masters of the measurement are what it says.
func TestMakePhotographs(t *testing.T) {
	t.Parallel()
	if output(t.Context(), "vips", "--version") == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("vips is missing")
		}
		t.Skip("vips is missing; make test installs it (Debian package libvips-tools)")
	}
	dir := t.TempDir()
	p := photographs{count: 7, width: 300, height: 200}
	if err := makePhotographs(t.Context(), dir, p); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("got %v and error %v, want two folders", entries, err)
	}
	for _, format := range []string{"jpeg", "tiff"} {
		different := map[string]bool{}
		files, err := os.ReadDir(dir + "/" + format)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			data, err := os.ReadFile(dir + "/" + format + "/" + file.Name())
			if err != nil {
				t.Fatal(err)
			}
			different[string(data)] = true
			if got := output(t.Context(), "vipsheader", dir+"/"+format+"/"+file.Name()); !strings.Contains(got, "300x200 uchar, 3 bands, srgb") {
				t.Errorf("vipsheader says %q", got)
			}
		}
		if len(different) != 7 {
			t.Errorf("%s: got %d different files, want 7", format, len(different))
		}
	}
	if got := p.megapixels(); got != 0.42 {
		t.Errorf("got %v MPx", got)
	}
}

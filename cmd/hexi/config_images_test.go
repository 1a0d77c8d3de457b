package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hexi/archive/iiif"
	"hexi/archive/raster"
)

func TestLimitSettings(t *testing.T) {
	t.Parallel()
	const fits = 1 << 30 / raster.CostPerPixel
	for _, test := range []struct {
		name          string
		given         imageSettings
		memory        string
		public, staff iiif.Limits
		refused       string
	}{
		{"nothing", imageSettings{}, "", iiif.Limits{MaxArea: 16 << 20}, iiif.Limits{MaxArea: fits}, ""},
		{"much memory", imageSettings{}, "8G", iiif.Limits{MaxArea: 16 << 20}, iiif.Limits{MaxArea: 64 << 20}, ""},
		{"little memory", imageSettings{}, "36M", iiif.Limits{MaxArea: 1 << 20}, iiif.Limits{MaxArea: 1 << 20}, ""},
		{"an area", imageSettings{MaxArea: "4M"}, "", iiif.Limits{MaxArea: 4 << 20}, iiif.Limits{MaxArea: 16 << 20}, ""},
		{"a number", imageSettings{MaxArea: "1000000", MaxAreaStaff: "2000k"}, "", iiif.Limits{MaxArea: 1000000}, iiif.Limits{MaxArea: 2048000}, ""},
		{"sides", imageSettings{MaxWidth: "2K", MaxWidthStaff: "8K"}, "", iiif.Limits{MaxWidth: 2048, MaxArea: 16 << 20}, iiif.Limits{MaxWidth: 8192, MaxArea: fits}, ""},
		{"a side for the public", imageSettings{MaxWidth: "2048"}, "", iiif.Limits{MaxWidth: 2048, MaxArea: 16 << 20}, iiif.Limits{MaxArea: fits}, ""},
		{"more than the memory", imageSettings{MaxArea: "100M"}, "", iiif.Limits{MaxArea: 100 << 20}, iiif.Limits{MaxArea: 100 << 20}, ""},
		{"no number", imageSettings{MaxArea: "large"}, "", iiif.Limits{}, iiif.Limits{}, `max-area: "large" is not a number of pixels`},
		{"bytes", imageSettings{MaxArea: "16MiB"}, "", iiif.Limits{}, iiif.Limits{}, "max-area"},
		{"less than a tile", imageSettings{MaxArea: "1000"}, "", iiif.Limits{}, iiif.Limits{}, "stored tile"},
		{"a side less than a tile", imageSettings{MaxWidth: "511"}, "", iiif.Limits{}, iiif.Limits{}, "stored tile"},
		{"staff get less", imageSettings{MaxArea: "4M", MaxAreaStaff: "3M"}, "", iiif.Limits{}, iiif.Limits{}, "max-area-staff"},
		{"staff get less wide ones", imageSettings{MaxWidth: "4K", MaxWidthStaff: "2K"}, "", iiif.Limits{}, iiif.Limits{}, "max-width-staff"},
		{"only staff are limited", imageSettings{MaxWidthStaff: "2K"}, "", iiif.Limits{}, iiif.Limits{}, "max-width-staff"},
	} {
		got, err := settings{images: test.given, RenderMemory: test.memory}.load(func(string) string { return "" })
		switch {
		case test.refused != "":
			if err == nil || !strings.Contains(err.Error(), test.refused) {
				t.Errorf("%s: %v, want a refusal that says %q", test.name, err, test.refused)
			}
		case err != nil || got.images.limits != test.public || got.images.staffLimits != test.staff:
			t.Errorf("%s: the public gets %+v, staff %+v, %v; want %+v and %+v", test.name, got.images.limits, got.images.staffLimits, err, test.public, test.staff)
		}
	}
	file := filepath.Join(t.TempDir(), "hexi.yaml")
	if err := os.WriteFile(file, []byte("max-area: 3000000\nmax-area-staff: 5M\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := settings{Config: file}.load(func(name string) string { return map[string]string{"HEXI_MAX_AREA_STAFF": "6M"}[name] })
	if err != nil || got.images.limits.MaxArea != 3000000 || got.images.staffLimits.MaxArea != 6<<20 {
		t.Errorf("from file and environment: %+v, %v", got.images, err)
	}
	if names := got.images.beyond(64 << 20); len(names) != 2 {
		t.Errorf("more than 64 MB compute is allowed by %v", names)
	}
}

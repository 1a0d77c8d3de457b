package main

import (
	"strconv"
	"strings"

	"github.com/knadh/koanf/v2"
	"github.com/spf13/pflag"

	"hexi/archive/iiif"
	"hexi/archive/pyramid"
	"hexi/archive/raster"
	"hexi/cmd/hexi/internal/web"
)

// imageSettings are those of images, as they are written.
type imageSettings struct {
	MaxWidth, MaxWidthStaff string // pixels: the longest side of one image
	MaxArea, MaxAreaStaff   string // pixels: of one image in all

	Quality       string // of computed images
	AccessQuality string // of new access copies

	limits, staffLimits iiif.Limits
	quality             raster.Quality
}

// imageNames are the image settings that may also come from the environment or the
// file.
var imageNames = []string{"max-width", "max-width-staff", "max-area", "max-area-staff", "quality", "access-quality"}

// registerServer registers the settings of those commands that serve.
func (s *imageSettings) registerServer(flags *pflag.FlagSet) {
	flags.StringVar(&s.Quality, "quality", "", "JPEG quality of computed images, from 30 to 100; WebP and AVIF follow it (default 85)")
	flags.StringVar(&s.MaxArea, "max-area", "", "pixels of one image at most that the public gets (default 16M; K and M are powers of 1024)")
	flags.StringVar(&s.MaxAreaStaff, "max-area-staff", "", "the same for those who are signed in (default four times as many)")
	flags.StringVar(&s.MaxWidth, "max-width", "", "longest side of an image in pixels that the public gets (default none)")
	flags.StringVar(&s.MaxWidthStaff, "max-width-staff", "", "the same for those who are signed in (default none)")
}

// registerJobs registers the settings of those commands that work jobs.
func (s *imageSettings) registerJobs(flags *pflag.FlagSet) {
	flags.StringVar(&s.AccessQuality, "access-quality", "", "JPEG quality of new access copies, from 30 to 100 (default 85)")
}

// given are the settings that are set by flags.
func (s *imageSettings) given() map[string]string {
	return map[string]string{
		"max-width": s.MaxWidth, "max-width-staff": s.MaxWidthStaff, "max-area": s.MaxArea, "max-area-staff": s.MaxAreaStaff,
		"quality": s.Quality, "access-quality": s.AccessQuality,
	}
}

// load reads the settings and validates them. Limits that are left open are as large
// as the memory for computing images allows, so that no image is promised that is
// refused.
func (s *imageSettings) load(k *koanf.Koanf, renderBytes int64) error {
	var err error
	if s.quality.Computed, err = parseQuality("quality", k.String("quality")); err != nil {
		return err
	}
	if s.quality.Access, err = parseQuality("access-quality", k.String("access-quality")); err != nil {
		return err
	}
	return s.loadLimits(k, renderBytes)
}

// The least and the best quality. Below the least, blocks are what one sees.
const (
	leastQuality = 30
	bestQuality  = 100
)

// parseQuality reads a JPEG quality; "" is the default.
func parseQuality(name, value string) (int, error) {
	if value == "" {
		return raster.DefaultQuality, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < leastQuality || n > bestQuality {
		return 0, usage("%s: %q is not a JPEG quality from %d to %d, such as %d", name, value, leastQuality, bestQuality, raster.DefaultQuality)
	}
	return n, nil
}

func (s *imageSettings) loadLimits(k *koanf.Koanf, renderBytes int64) error {
	const tile = pyramid.DefaultTileSize
	most := max(tile*tile, renderBytes/raster.CostPerPixel)
	var err error
	number := func(name string, otherwise, least int64) int64 {
		value := k.String(name)
		if value == "" || err != nil {
			return otherwise
		}
		var n int64
		if n, err = parsePixels(name, value); err == nil && n < least {
			err = usage("%s: %s is less than the %d pixels of a stored tile", name, value, least)
		}
		return n
	}
	area := number("max-area", min(web.MaxArea, most), tile*tile)
	side := number("max-width", 0, tile)
	staffArea := number("max-area-staff", max(area, min(web.StaffFactor*area, most)), tile*tile)
	staffSide := number("max-width-staff", 0, tile)
	switch {
	case err != nil:
		return err
	case staffArea < area:
		return usage("max-area-staff: it is less than max-area, and staff see all that the public sees")
	case staffSide != 0 && (side == 0 || staffSide < side):
		return usage("max-width-staff: it is less than max-width, and staff see all that the public sees")
	}
	s.limits = iiif.Limits{MaxWidth: int(side), MaxArea: area}
	s.staffLimits = iiif.Limits{MaxWidth: int(staffSide), MaxArea: staffArea}
	return nil
}

// beyond names the limits that promise images for which there is not the memory.
func (s *imageSettings) beyond(renderBytes int64) (names []string) {
	if s.limits.MaxArea > renderBytes/raster.CostPerPixel {
		names = append(names, "max-area")
	}
	if s.staffLimits.MaxArea > renderBytes/raster.CostPerPixel {
		names = append(names, "max-area-staff")
	}
	return names
}

// maxPixels bounds the limits themselves: no image is larger.
const maxPixels = 1 << 30

// parsePixels reads a number of pixels such as 16M: K, M and G are powers of 1024, as
// in sizes.
func parsePixels(name, value string) (int64, error) {
	n, err := parseSize(name, value)
	if err != nil || strings.ContainsAny(value, "bBiI") {
		return 0, usage("%s: %q is not a number of pixels such as 16M or %s", name, value, strconv.Itoa(web.MaxArea))
	}
	return min(n, maxPixels), nil
}

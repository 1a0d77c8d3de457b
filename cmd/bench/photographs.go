package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// photographs says how many masters to make, of what size in pixels.
type photographs struct {
	count, width, height int
}

func (p photographs) megapixels() float64 {
	return float64(p.count) * float64(p.width) * float64(p.height) / 1e6
}

// photographQuality makes JPEG that weigh what cameras write, 9 MB for 24 MPx.
const photographQuality = 92

// apart is how far the cuts of the canvas lie from one another, in pixels.
const apart = 96

// makePhotographs writes them twice, into the folders jpeg and tiff: cuts, each
// from another place, of one canvas that vips paints of clouds (Perlin noise)
// large and small and of a sensor's noise.
func makePhotographs(ctx context.Context, dir string, p photographs) (err error) {
	canvas, err := makeCanvas(ctx, dir, p.width+6*apart, p.height+6*apart)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(canvas)) }()
	for i := range p.count {
		x, y := i%6*apart, i/6%6*apart
		cut := fmt.Sprintf("photograph-%02d", i+1)
		for _, to := range []string{"jpeg/" + cut + fmt.Sprintf(".jpg[Q=%d]", photographQuality), "tiff/" + cut + ".tif"} {
			to = filepath.Join(dir, to)
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return err
			}
			if err := vips(ctx, "crop", canvas, to, fmt.Sprint(x), fmt.Sprint(y), fmt.Sprint(p.width), fmt.Sprint(p.height)); err != nil {
				return err
			}
		}
	}
	return nil
}

// makeCanvas paints what photographs are cut out of, in vips' own format.
func makeCanvas(ctx context.Context, dir string, width, height int) (string, error) {
	in := func(name string) string { return filepath.Join(dir, name+".v") }
	w, h := fmt.Sprint(width), fmt.Sprint(height)
	layers := []string{in("clouds3"), in("specks3"), in("noise3")}
	for _, args := range [][]string{
		{"perlin", in("clouds"), w, h, "--cell-size", "600", "--seed", "1"}, // from −1 to 1
		{"linear", in("clouds"), layers[0], "60 50 40", "128 120 110"},      // red, green, blue
		{"perlin", in("specks"), w, h, "--cell-size", "40", "--seed", "2"},
		{"linear", in("specks"), layers[1], "25 30 35", "0 0 0"},
		{"gaussnoise", in("noise"), w, h, "--mean", "0", "--sigma", "8", "--seed", "3"},
		{"linear", in("noise"), layers[2], "0.9 1 1.1", "0 0 0"},
		{"sum", strings.Join(layers, " "), in("sum")},
		{"cast", in("sum"), in("bytes"), "uchar"},
		{"copy", in("bytes"), in("canvas"), "--interpretation", "srgb"},
	} {
		if err := vips(ctx, args...); err != nil {
			return "", err
		}
	}
	var errs []error
	for _, name := range []string{"clouds", "clouds3", "specks", "specks3", "noise", "noise3", "sum", "bytes"} {
		errs = append(errs, os.Remove(in(name)))
	}
	return in("canvas"), errors.Join(errs...)
}

// vips runs the command of the Debian package libvips-tools.
func vips(ctx context.Context, args ...string) error {
	if out, err := exec.CommandContext(ctx, "vips", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("vips %s: %w:\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// megabytes is the size of all files in a folder.
func megabytes(dir string) (float64, error) {
	entries, err := os.ReadDir(dir)
	total := int64(0)
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			return 0, err
		}
		total += info.Size()
	}
	return float64(total) / 1e6, err
}

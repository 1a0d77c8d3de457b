package main

import (
	"reflect"
	"testing"
)

func TestMixOf(t *testing.T) {
	t.Parallel()
	const width, height, n = 15360, 6400, 800
	mix := mixOf(width, height, n)
	if len(mix) != n {
		t.Fatalf("got %d images, want %d", len(mix), n)
	}
	if !reflect.DeepEqual(mix, mixOf(width, height, n)) {
		t.Error("a second list differs")
	}
	if !reflect.DeepEqual(mix[:100], mixOf(width, height, 100)) {
		t.Error("a shorter list is not the beginning of a longer one")
	}
	paths := map[string]bool{}
	var octaves [3]int
	for _, m := range mix {
		if paths[m.path()] {
			t.Errorf("%s comes twice", m.path())
		}
		paths[m.path()] = true
		if m.x < 1 || m.y < 1 || m.x+m.w >= width || m.y+m.h >= height {
			t.Errorf("%s reaches the edge", m.path())
		}
		if aligned(m.x) || aligned(m.y) || aligned(m.x+m.w) || aligned(m.y+m.h) {
			t.Errorf("%s lies on a line of tiles", m.path())
		}
		if m.width < leastOutput || m.width > mostOutput || m.w < m.width || m.h < m.height || m.w > mostScale*m.width {
			t.Errorf("%s is out of range", m.path())
		}
		switch scale := float64(m.w) / float64(m.width); {
		case scale < 2:
			octaves[0]++
		case scale < 4:
			octaves[1]++
		default:
			octaves[2]++
		}
	}
	for i, count := range octaves {
		if count < n/6 {
			t.Errorf("only %d of %d are scaled by %d to %d", count, n, 1<<i, 2<<i)
		}
	}
	if got := mixOf(300, 200, 10); len(got) != 0 {
		t.Errorf("a picture that is too small gives %d images", len(got))
	}
}

func TestThumbnailsOf(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{15360, 6400}, {4000, 6000}} {
		list := thumbnailsOf(size[0], size[1], 600)
		if len(list) != 600 {
			t.Errorf("%v: got %d thumbnails, want 600", size, len(list))
		}
		seen := map[string]bool{}
		for _, thumb := range list {
			if seen[thumb.path()] {
				t.Errorf("%s comes twice", thumb.path())
			}
			seen[thumb.path()] = true
			if longest := max(thumb.width, thumb.height); longest == 240 || longest == 480 {
				t.Errorf("%s is a stored thumbnail", thumb.path())
			}
			if thumb.x != 0 || thumb.y != 0 || thumb.w != size[0] || thumb.h != size[1] {
				t.Errorf("%s is not the whole picture", thumb.path())
			}
		}
	}
	if got, want := thumbnailOf(6000, 4000, 240), (tile{w: 6000, h: 4000, width: 240, height: 160}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

package raster

import "fmt"

// Quality is what an engine encodes with, from 1 to 100 as libjpeg counts.
type Quality struct {
	// Computed is that of the images that are computed for requests, as JPEG. WebP
	// and AVIF get numbers of their own scales that look about the same.
	Computed int
	// Access is that of the tiles of access copies. Their thumbnails, which nobody
	// enlarges, get a little less.
	Access int
}

// DefaultQuality loses nothing that is seen, also at 1:1.
const DefaultQuality = 85

func defaultQuality() Quality { return Quality{Computed: DefaultQuality, Access: DefaultQuality} }

// The numbers that look about like DefaultQuality: in the scales of libvips' savers,
// and that of thumbnails. What is asked for moves them in proportion.
const (
	likeWebP      = 82
	likeAVIF      = 60
	likeThumbnail = 82
)

// like returns the counterpart of a quality.
func like(quality, usual int) int {
	return max(1, min(100, (quality*usual+DefaultQuality/2)/DefaultQuality))
}

// origin names an engine and what of its settings decides about the bytes of an
// access copy. The number grows when the same master would give other bytes.
func (q Quality) origin(engine string) string {
	return fmt.Sprintf("%s 3, quality %d", engine, q.Access)
}

// signature is the same of computed images.
func (q Quality) signature(engine string) string {
	return fmt.Sprintf("%s 2, quality %d", engine, q.Computed)
}

package main

import (
	"math"
	"math/rand/v2"
)

// The mix of computed images: outputs of a screen or a part of one, out of
// regions up to eight times as large in both directions.
const (
	leastOutput, mostOutput = 400, 1200 // pixels, width of the output
	mostScale               = 8
)

// mixOf lists n different regions of an image with the sizes that they are asked
// for in. It is the same list each time. Scales are spread evenly over the levels
// of a pyramid, no region begins or ends on a line of tiles, and all have the
// shape of a screen or of a page, as far as the image has room.
func mixOf(width, height, n int) []tile {
	random := rand.New(rand.NewPCG(3, 4))
	seen := map[tile]bool{}
	var mix []tile
	for tries := 0; len(mix) < n && tries < 100*n+1000; tries++ {
		scale := math.Pow(mostScale, random.Float64())
		ratio := 0.66 + 0.84*random.Float64() // height to width: 3:2 to 2:3
		t := tile{width: leastOutput + random.IntN(mostOutput-leastOutput+1)}
		t.height = int(math.Round(float64(t.width) * ratio))
		t.w, t.h = int(float64(t.width)*scale), int(float64(t.height)*scale)
		if t.w > width-2 || t.h > height-2 {
			continue
		}
		t.x, t.y = 1+random.IntN(width-t.w-1), 1+random.IntN(height-t.h-1)
		if !aligned(t.x) && !aligned(t.y) && !aligned(t.x+t.w) && !aligned(t.y+t.h) && !seen[t] {
			seen[t] = true
			mix = append(mix, t)
		}
	}
	return mix
}

// aligned reports whether a coordinate is on a line of tiles.
func aligned(v int) bool { return v%tileSize == 0 }

// The widths of thumbnails that somebody may ask for.
const leastThumbnail, mostThumbnail = 90, 510

// thumbnailsOf lists the whole image in up to n sizes of thumbnails, shuffled,
// without those that are stored: each is an address of its own.
func thumbnailsOf(width, height, n int) []tile {
	var sizes []tile
	for w := leastThumbnail; w <= mostThumbnail; w++ {
		t := thumbnailOf(width, height, w)
		if max(t.width, t.height) != 240 && max(t.width, t.height) != 480 {
			sizes = append(sizes, t)
		}
		// The same width, one row more: as different clients round.
		t.height++
		if max(t.width, t.height) != 240 && max(t.width, t.height) != 480 {
			sizes = append(sizes, t)
		}
	}
	random := rand.New(rand.NewPCG(5, 6))
	random.Shuffle(len(sizes), func(i, j int) { sizes[i], sizes[j] = sizes[j], sizes[i] })
	return sizes[:min(n, len(sizes))]
}

// thumbnailOf is the whole image in a width.
func thumbnailOf(width, height, w int) tile {
	return tile{w: width, h: height, width: w, height: max(1, (2*w*height+width)/(2*width))}
}

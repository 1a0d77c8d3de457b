package iiif

import (
	"fmt"

	"hexi/archive"
)

const (
	// bodySide is the longest side, in pixels, of the picture that a manifest
	// names for clients that do not use its image service. Those that do zoom
	// from there; the others get a picture that any of them can hold.
	bodySide = 4096
	// thumbnailSide is the side that a thumbnail should have at least, in pixels.
	thumbnailSide = 400
)

// view returns the image as it is seen: the image itself, or what the public sees
// of a record of the tier "reduced", the largest level within its number of pixels.
func (p Publisher) view(record *archive.Record, asset *archive.Asset) Pyramid {
	size := max(asset.Image.Width, asset.Image.Height)
	if asset.Access != nil && asset.Access.TileSize > 0 {
		size = asset.Access.TileSize
	}
	shown := NewPyramid(asset.Image.Width, asset.Image.Height, size)
	if r := record.Rights; r != nil && r.Tier == archive.TierReduced && !p.Whole {
		shown, _ = shown.Within(r.MaxPixels)
	}
	return shown
}

// picture returns the image that is painted on a canvas, with its service: the
// largest level of at most bodySide pixels a side. The size that is said is the
// size that is sent.
func (p Publisher) picture(record *archive.Record, asset *archive.Asset) Reference {
	full := p.view(record, asset)
	limits := p.Offer.effective(full.Width, full.Height)
	lim := limits.bounds()
	k := 0
	w, h := full.Level(k)
	for max(w, h) > 1 && (max(w, h) > bodySide || !lim.admit(int64(w), int64(h))) {
		k++
		w, h = full.Level(k)
	}
	return p.image(asset.ID, full, w, h)
}

// smallPicture returns the thumbnail of an image: one that was made at ingest
// where there is any within the view, otherwise the smallest level that is
// large enough.
func (p Publisher) smallPicture(record *archive.Record, asset *archive.Asset) Reference {
	full := p.view(record, asset)
	limits := p.Offer.effective(full.Width, full.Height)
	lim := limits.bounds()
	best := archive.Thumbnail{}
	for _, t := range asset.Access.Thumbnails { // ascending
		if t.Width < 1 || t.Height < 1 || t.Width > full.Width || t.Height > full.Height || !lim.admit(int64(t.Width), int64(t.Height)) {
			continue
		}
		best = t
		if max(t.Width, t.Height) >= thumbnailSide {
			break
		}
	}
	if best.Width > 0 {
		return p.image(asset.ID, full, best.Width, best.Height)
	}
	k := 0
	w, h := full.Level(0)
	for max(w, h) > 2*thumbnailSide || max(w, h) > 1 && !lim.admit(int64(w), int64(h)) {
		k++
		w, h = full.Level(k)
	}
	return p.image(asset.ID, full, w, h)
}

// image points to the whole image at a size, in the canonical form of its
// address.
func (p Publisher) image(asset string, full Pyramid, w, h int) Reference {
	service := ServiceURI(p.Base, asset)
	size := fmt.Sprintf("%d,%d", w, h)
	if w == full.Width && h == full.Height {
		size = "max"
	}
	return Reference{
		ID: service + "/full/" + size + "/0/default.jpg", Type: "Image",
		Format: JPG.MediaType(), Width: w, Height: h,
		Service: []Service{{ID: service, Type: "ImageService3", Profile: "level2"}},
	}
}

// thumbnail returns the thumbnail of the first view, if there is one.
func (p Publisher) thumbnail(record *archive.Record, assets []archive.Asset) []Reference {
	views := archive.Views(assets)
	if len(views) == 0 {
		return nil
	}
	return []Reference{p.smallPicture(record, views[0].First())}
}

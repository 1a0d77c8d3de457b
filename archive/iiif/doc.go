// Package iiif speaks the IIIF standards: the grammar and geometry of the Image
// API 3.0 and the documents of the Image API and the Presentation API 3.0.
//
// It owns what an address means (ParseRequest), which pixels it asks for
// (Request.Resolve), whether these are a stored tile (Plan.Tile), what a server
// says of itself (NewInfo), and the JSON that describes records to viewers
// (Publisher). It owns no pixels, no network and no storage: every function is
// arithmetic over its arguments and safe for use by many goroutines.
//
// What holds:
//
//   - Nothing from outside makes it panic, overflow, or allocate more than a
//     small multiple of its input. Numbers of any length are read; what is
//     larger than any image saturates.
//   - A Plan's Canonical address resolves, for the same image and offer, to an
//     equal Plan.
//   - What Info advertises is what Resolve accepts: both read the same Offer.
//   - Pyramid levels are rounded up, ⌈W/2ᵏ⌉ × ⌈H/2ᵏ⌉, as viewers compute them,
//     so that every tile that a viewer derives from info.json is recognised.
//
// A request, from its address to its tile:
//
//	req, err := iiif.ParseRequest("dh-220-n/0,0,2048,2048/512,512/0/default.jpg")
//	// *SyntaxError: answer 400; *ShapeError: 404
//	img := iiif.Image{Pyramid: iiif.NewPyramid(40000, 25000, 512)}
//	plan, err := req.Resolve(img, iiif.Offer{})
//	// *SyntaxError: 400; *UnsupportedError: 501
//	if tile, ok := plan.Tile(img.Pyramid); ok && tile.Exact {
//		// send the stored bytes of tile.Level, tile.Col, tile.Row
//	}
//
// Sections named in comments are those of the Image API 3.0 specification
// unless another is named.
package iiif

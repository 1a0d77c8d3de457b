package iiif

import (
	"math"

	"hexi/archive"
)

// Info is the image information document, info.json (section 5). Its fields
// marshal in the order in which they stand here, @context first.
type Info struct {
	Context          string      `json:"@context"`
	ID               string      `json:"id"`
	Type             string      `json:"type"`
	Protocol         string      `json:"protocol"`
	Profile          string      `json:"profile"`
	Width            int         `json:"width"`
	Height           int         `json:"height"`
	MaxWidth         int         `json:"maxWidth,omitempty"`
	MaxHeight        int         `json:"maxHeight,omitempty"`
	MaxArea          int64       `json:"maxArea,omitempty"`
	Sizes            []InfoSize  `json:"sizes,omitempty"`
	Tiles            []InfoTile  `json:"tiles,omitempty"`
	Rights           string      `json:"rights,omitempty"`
	SeeAlso          []Reference `json:"seeAlso,omitempty"`
	PreferredFormats []Format    `json:"preferredFormats"`
	ExtraFormats     []Format    `json:"extraFormats,omitempty"`
	ExtraQualities   []Quality   `json:"extraQualities"`
	ExtraFeatures    []string    `json:"extraFeatures"`
}

// InfoSize is a size of the whole image that is quick to serve (section 5.3).
type InfoSize struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

// InfoTile is a grid of tiles, at several scales (section 5.4). Tiles are square.
type InfoTile struct {
	Width        int   `json:"width"`
	ScaleFactors []int `json:"scaleFactors"`
}

// Successor is the seeAlso of an image in whose place another one stands now, given by
// the service of that one (section 5.8).
func Successor(service string) []Reference {
	return []Reference{{
		ID: service + "/info.json", Type: "Dataset", Format: `application/ld+json;profile="http://iiif.io/api/image/3/context.json"`,
		Label: LanguageMap{"en": {"A better scan has replaced this image"}, "zh": {"此图已由更好的扫描替换"}},
	}}
}

// SuccessorLink is the Link header that says the same (RFC 5829, section 3.3).
func SuccessorLink(service string) string {
	return "<" + service + `/info.json>; rel="successor-version"`
}

// NewInfo describes an image. service is its ServiceURI, which becomes the id;
// statement is a rights statement in any form that archive.RightsURI reads, or "".
//
// sizes lists every level with its true pixels, smallest first, and tiles every
// power of two, as far as the limits allow (section 5.2 demands it). This is
// what OpenSeadragon's pyramid comes from: it takes the sizes for its levels
// only if there is one per scale factor and each rounds to it, which narrow
// levels do not (⌈300/32⌉ = 10, and 300/10 is 30); otherwise it computes
// ⌈side/factor⌉ itself. Levels being rounded up, both are the same, and the
// pyramid need not end early for panoramas.
//
// jpg is the only preferred format, since tiles are stored as JPEG: a viewer
// that preferred another would have every tile encoded anew.
func NewInfo(service string, img Image, offer Offer, statement string) Info {
	limits := offer.effective(img.Width, img.Height)
	info := Info{
		Context:  ImageContext,
		ID:       service,
		Type:     "ImageService3",
		Protocol: "http://iiif.io/api/image",
		Profile:  "level2",
		Width:    img.Width, Height: img.Height,
		MaxWidth: limits.MaxWidth, MaxArea: limits.MaxArea,
		PreferredFormats: []Format{JPG},
		ExtraFormats:     offer.Formats,
		ExtraQualities:   []Quality{Color, Gray},
		ExtraFeatures:    []string{"canonicalLinkHeader", "mirroring", "profileLinkHeader", "rotationArbitrary"},
	}
	if limits.MaxHeight != limits.MaxWidth {
		info.MaxHeight = limits.MaxHeight
	}
	if img.Gray { // color answers, but must not be listed (section 4.4)
		info.ExtraQualities = []Quality{Gray}
	}
	if offer.Bitonal {
		info.ExtraQualities = append(info.ExtraQualities, Bitonal)
	}
	if offer.upscales(limits) {
		info.ExtraFeatures = append(info.ExtraFeatures, "sizeUpscaling")
	}
	if uri, ok := archive.RightsURI(statement); ok {
		info.Rights = uri
	}
	info.addPyramid(img.Pyramid, limits.bounds())
	return info
}

// addPyramid lists levels and tiles. Where a tile would be larger than the
// limits, it lists smaller ones, which are computed but within what is allowed:
// viewers ask for every level up to the full one, whichever factors they see.
func (info *Info) addPyramid(p Pyramid, lim bounds) {
	if p.levels() == 0 {
		return
	}
	if tile := tileWithin(p, lim); tile < p.TileSize {
		p = NewPyramid(p.Width, p.Height, tile)
	}
	tiles := InfoTile{Width: p.TileSize}
	for k := range p.levels() {
		tiles.ScaleFactors = append(tiles.ScaleFactors, 1<<k)
		// From the last level up, so that the smallest stands first.
		w, h := p.Level(p.levels() - 1 - k)
		if lim.admit(int64(w), int64(h)) {
			info.Sizes = append(info.Sizes, InfoSize{Width: w, Height: h})
		}
	}
	info.Tiles = []InfoTile{tiles}
}

// tileWithin returns the pyramid's tile size, or the largest power of two
// whose tiles the limits admit.
func tileWithin(p Pyramid, lim bounds) int {
	side := int64(p.TileSize)
	if lim.admit(side, side) {
		return p.TileSize
	}
	side = min(side, lim.w, lim.h, int64(math.Sqrt(float64(lim.area))))
	power := 1
	for int64(power)*2 <= side {
		power *= 2
	}
	return power
}

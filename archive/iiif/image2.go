package iiif

import (
	"strconv"
	"strings"
)

// Version is a version of the Image API. The zero Version is the one that hexi names
// in its documents, 3.0; the other is for older clients. Both are answered from the
// same geometry, and by the same pictures.
type Version int

// The versions of the Image API.
const (
	V3 Version = iota // 3.0
	V2                // 2.1
)

// Prefix is what the addresses of a version begin with, "/iiif/3/" or "/iiif/2/".
func (v Version) Prefix() string {
	if v == V2 {
		return "/iiif/2/"
	}
	return "/iiif/3/"
}

func (v Version) number() string {
	if v == V2 {
		return "2"
	}
	return "3"
}

// ServiceURI returns the base URI of an image's service in a version: base is the
// server's own address, such as "https://archive.example.org".
func (v Version) ServiceURI(base, id string) string {
	return strings.TrimRight(base, "/") + v.Prefix() + EncodeID(id)
}

// ProfileLink is the Link header that image and image information responses of a
// version carry, as its info.json promises (Image API 3.0, section 6; 2.1, section 6.1).
func (v Version) ProfileLink() string {
	return "<" + v.level2() + `>;rel="profile"`
}

func (v Version) level2() string { return "http://iiif.io/api/image/" + v.number() + "/level2.json" }

// Context2 is the JSON-LD context of an information document of the Image API 2.1.
const Context2 = "http://iiif.io/api/image/2/context.json"

// ContextLink is the Link header that an information document of the Image API 2.1
// carries where it is sent as application/json (section 5.1).
const ContextLink = "<" + Context2 + `>;rel="http://www.w3.org/ns/json-ld#context";type="application/ld+json"`

// ContentType2 returns the media type of an information document of the Image API 2.1
// (section 5.1): application/json, which older clients expect, unless the Accept header
// prefers application/ld+json.
func ContentType2(accept string) string {
	if ld, json := jsonPreferences(accept); ld.q > json.q || ld.q == json.q && ld.q > 0 && ld.precision > json.precision {
		return "application/ld+json"
	}
	return "application/json"
}

// Info2 is the image information document of the Image API 2.1 (section 5.2).
type Info2 struct {
	Context  string     `json:"@context"`
	ID       string     `json:"@id"`
	Protocol string     `json:"protocol"`
	Width    int        `json:"width"`
	Height   int        `json:"height"`
	Sizes    []InfoSize `json:"sizes,omitempty"`
	Tiles    []InfoTile `json:"tiles,omitempty"`
	Profile  [2]any     `json:"profile"` // the level, and a Profile2 with what goes beyond it
	License  string     `json:"license,omitempty"`
}

// Profile2 says what a service does beyond its level, and its limits (section 5.3).
type Profile2 struct {
	Formats   []Format  `json:"formats"`
	Qualities []Quality `json:"qualities"`
	Supports  []string  `json:"supports"`
	MaxWidth  int       `json:"maxWidth,omitempty"`
	MaxHeight int       `json:"maxHeight,omitempty"`
	MaxArea   int64     `json:"maxArea,omitempty"`
}

// NewInfo2 describes an image in the words of the Image API 2.1: the same sizes, tiles
// and limits as NewInfo. Enlarging is not offered, so that a size beyond the region's
// is refused, and !w,h gives the region at most.
func NewInfo2(service string, img Image, offer Offer, statement string) Info2 {
	three := NewInfo(service, img, offer, statement)
	qualities := append([]Quality{Default}, three.ExtraQualities...)
	return Info2{
		Context: Context2, ID: service, Protocol: three.Protocol,
		Width: three.Width, Height: three.Height, Sizes: three.Sizes, Tiles: three.Tiles, License: three.Rights,
		Profile: [2]any{V2.level2(), Profile2{
			Formats: append([]Format{JPG, PNG}, offer.Formats...), Qualities: qualities,
			Supports: []string{"baseUriRedirect", "canonicalLinkHeader", "cors", "jsonldMediaType", "mirroring", "profileLinkHeader", "regionSquare", "rotationArbitrary"},
			MaxWidth: three.MaxWidth, MaxHeight: three.MaxHeight, MaxArea: three.MaxArea,
		}},
	}
}

// ParseRequest2 parses the part of an escaped path that follows "/iiif/2/", by the
// grammar of the Image API 2.1, and with the errors of ParseRequest.
func ParseRequest2(escapedPath string) (Request, error) { return parseRequest(escapedPath, V2) }

// parseSize2 parses a size of the Image API 2.1 (section 4.2), which knows no ^ and
// two words for the whole: full is the region's own size, max the largest that is
// served.
func parseSize2(text string) (Size, error) {
	if text == "full" {
		return Size{form: sizeFull, text: text, version: V2}, nil
	}
	if strings.HasPrefix(text, "^") {
		return Size{}, wrong(PartSize, text, "this is version 2 of the Image API, which has no ^")
	}
	s, err := parseSize(text)
	s.version = V2
	return s, err
}

// canonical2 writes the canonical form of the Image API 2.1 (section 4.7): the size as
// full where nothing is scaled, as w, where the region keeps its shape, else as w,h.
func (plan Plan) canonical2(img Image, reg region) string {
	size := strconv.Itoa(plan.Width) + ","
	switch w, h := (Size{form: sizeWidth, w: int64(plan.Width)}).natural(reg); {
	case int64(plan.Width) == reg.w && int64(plan.Height) == reg.h:
		size = "full"
	case w != int64(plan.Width) || h != int64(plan.Height):
		size += strconv.Itoa(plan.Height)
	}
	return plan.place(img) + "/" + size + "/" + Rotation{plan.Mirror, plan.Rotation}.String() + "/" + plan.name()
}

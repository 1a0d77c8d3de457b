package iiif

import (
	"fmt"
	"image"
	"slices"
	"strings"
)

// Image is what geometry needs to know of an image: its pixels and levels, and
// whether it has colour.
type Image struct {
	Pyramid
	Gray bool
}

// Offer is what a server can do beyond level 2 of the Image API, and how far it
// goes. The zero Offer is level 2 without limits: every region, every size that
// does not enlarge, every rotation, mirrored or not, default, color and gray,
// jpg and png. Info advertises an offer, Resolve keeps to it.
type Offer struct {
	Limits
	// Upscaling allows sizes beyond the region's (^). It takes effect only with
	// a limit, as section 5.7 demands.
	Upscaling bool
	// Bitonal adds the quality bitonal.
	Bitonal bool
	// Formats are those that the engine writes besides jpg and png.
	Formats []Format
}

// upscales reports whether enlarging is offered under these limits.
func (o Offer) upscales(l Limits) bool {
	return o.Upscaling && (l.MaxWidth > 0 || l.MaxArea > 0)
}

// Plan is what to do for a request: cut Region out of the full image, scale it
// to Width × Height, mirror it, rotate it clockwise, convert it to Quality and
// write it as Format, in this order (section 4.6). Plans are comparable: equal
// plans of one image are the same picture.
type Plan struct {
	Region        image.Rectangle // in pixels of the full image, never empty
	Width, Height int             // pixels after scaling, before rotation; at least 1
	Mirror        bool
	Rotation      float64 // degrees clockwise, at least 0 and less than 360
	Quality       Quality // Color, Gray or Bitonal: default is resolved
	Native        bool    // Quality is the image's own, so that nothing is converted
	Format        Format
	Upscaled      bool // a side is longer than the region's

	// Canonical is the canonical form of the request (section 4.8), what
	// follows the service's base URI and a slash.
	Canonical string
	// Canonical2 is the same for a request of the Image API 2.1 (section 4.7), and ""
	// for any other.
	Canonical2 string
}

// Resolve turns an image request into a plan for an image. It returns a
// *SyntaxError where the request asks for something that cannot be (400) and
// an *UnsupportedError where it asks for something that is not offered (501).
func (r Request) Resolve(img Image, offer Offer) (Plan, error) {
	if r.Kind != KindImage {
		return Plan{}, fmt.Errorf("resolve a request for %q: it does not ask for an image", r.ID)
	}
	if img.Width < 1 || img.Height < 1 || img.Width > maxSide || img.Height > maxSide {
		return Plan{}, fmt.Errorf("resolve a request for %q: no image has %s", r.ID, pixels(img.Width, img.Height))
	}
	if r.Format != JPG && r.Format != PNG && !slices.Contains(offer.Formats, r.Format) {
		return Plan{}, unoffered(PartFormat, string(r.Format), "write %s", offer.formatList())
	}
	if r.Quality == Bitonal && !offer.Bitonal {
		return Plan{}, unoffered(PartQuality, string(r.Quality), "write default, color or gray")
	}
	rect, err := r.Region.resolve(img.Width, img.Height)
	if err != nil {
		return Plan{}, err
	}
	limits := offer.effective(img.Width, img.Height)
	lim, reg := limits.bounds(), newRegion(rect, img.Pyramid)
	w, h, err := r.Size.resolve(reg, lim, offer.upscales(limits))
	if err != nil {
		return Plan{}, err
	}

	plan := Plan{
		Region: rect, Width: int(w), Height: int(h),
		Mirror: r.Rotation.Mirror, Rotation: r.Rotation.Degrees,
		Format:   r.Format,
		Upscaled: w > reg.w || h > reg.h,
	}
	plan.Quality, plan.Native = resolveQuality(r.Quality, img.Gray)
	if ow, oh := plan.OutputSize(); max(ow, oh) > r.Format.maxSide() {
		return Plan{}, wrong(PartFormat, string(r.Format), "it holds at most %d pixels on a side, and this image would have %s; ask for a smaller size or png",
			r.Format.maxSide(), pixels(ow, oh))
	}
	plan.Canonical = plan.canonical(img, reg, lim, r.Rotation)
	if r.Version == V2 {
		plan.Canonical2 = plan.canonical2(img, reg)
	}
	return plan, nil
}

// OutputSize returns the size of the picture that is sent, in pixels: that of
// the plan, or of the smallest upright rectangle around it once it is rotated.
func (plan Plan) OutputSize() (width, height int) {
	return rotated(plan.Width, plan.Height, plan.Rotation)
}

// resolveQuality returns what a quality means for an image, and whether that
// is the image's own. Every image has a color quality: that of a gray image is
// gray (section 4.4).
func resolveQuality(q Quality, gray bool) (resolved Quality, native bool) {
	own := Color
	if gray {
		own = Gray
	}
	switch q {
	case Default, Color:
		return own, true
	}
	return q, q == own
}

// canonical writes the canonical form. max and ^max are preferred to the
// pixels that they stand for.
func (plan Plan) canonical(img Image, reg region, lim bounds, rotation Rotation) string {
	var b strings.Builder
	b.WriteString(plan.place(img))
	box := lim
	prefix := "/"
	if plan.Upscaled {
		prefix = "/^"
	} else {
		box.w, box.h = min(box.w, reg.w), min(box.h, reg.h)
	}
	if w, h := reg.fit(box); w == int64(plan.Width) && h == int64(plan.Height) {
		b.WriteString(prefix + "max/")
	} else {
		fmt.Fprintf(&b, "%s%d,%d/", prefix, plan.Width, plan.Height)
	}
	b.WriteString(rotation.String() + "/" + plan.name())
	return b.String()
}

// place is the region of a canonical form, in every version.
func (plan Plan) place(img Image) string {
	if plan.Region == image.Rect(0, 0, img.Width, img.Height) {
		return "full"
	}
	return fmt.Sprintf("%d,%d,%d,%d", plan.Region.Min.X, plan.Region.Min.Y, plan.Region.Dx(), plan.Region.Dy())
}

// name is the last segment of a canonical form, {quality}.{format}.
func (plan Plan) name() string {
	quality := plan.Quality
	if plan.Native {
		quality = Default
	}
	return string(quality) + "." + string(plan.Format)
}

// formatList names the offered formats for a message.
func (o Offer) formatList() string {
	list := "jpg"
	for _, f := range o.Formats {
		list += ", " + string(f)
	}
	return list + " or png"
}

func newRegion(r image.Rectangle, p Pyramid) region {
	return region{Rectangle: r, w: int64(r.Dx()), h: int64(r.Dy()), pyramid: p}
}

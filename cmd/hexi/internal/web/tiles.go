package web

import (
	"hash/fnv"
	"net/http"
	"strconv"
	"strings"

	"hexi/archive/iiif"
	"hexi/archive/pyramid"
)

// buffers holds the bytes of tiles on their way out; most tiles fit.
var buffers = newPool(func() *[]byte { b := make([]byte, 0, 128<<10); return &b })

// maxPooled keeps a few exceptionally large tiles from filling the pool.
const maxPooled = 1 << 20

// imagePrefix begins the addresses of the Image API 3.0.
const imagePrefix = "/iiif/3/"

// fastTile answers the one kind of request that comes by the thousand: a public
// tile that is stored as it is asked for. It costs one read and one write, decodes
// nothing, and allocates nothing of the size of a tile. It returns false, having
// done nothing, for every other request.
func (s *Server) fastTile(w http.ResponseWriter, r *http.Request) bool {
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), imagePrefix)
	if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		return false
	}
	req, err := iiif.ParseRequest(path)
	if err != nil || req.Kind != iiif.KindImage || req.Format != iiif.JPG {
		return false
	}
	img, err := s.images.public(r.Context(), req.ID)
	if err != nil {
		return false
	}
	if img.base != 0 && (r.Header["Authorization"] != nil || r.Header["Cookie"] != nil) {
		return false // staff may see more of it than the public
	}
	plan, err := req.Resolve(img.shape, img.offer)
	if err != nil {
		return false
	}
	ref, ok := img.tile(plan)
	if !ok {
		return false
	}
	h := w.Header()
	s.imageHeaders(h, r, img, plan)
	h["Content-Type"] = jpegType
	if notModified(r, h) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		s.metrics.tileHits.Inc()
		return true
	}
	prefix := img.copy.index.Prefix()
	total := len(prefix) + int(ref.Length)
	pooled := buffers.get()
	defer func() {
		if cap(*pooled) <= maxPooled {
			buffers.put(pooled)
		}
	}()
	b := (*pooled)[:0]
	if cap(b) < total {
		b = make([]byte, 0, total)
		*pooled = b
	}
	b = b[:total]
	copy(b, prefix)
	if r.Method == http.MethodGet {
		if err := img.copy.fill(b[len(prefix):], ref); err != nil {
			clear(h)
			return false // the slow way tells what is wrong
		}
	}
	h["Content-Length"] = []string{strconv.Itoa(total)}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(b) // an error means that the client left
	}
	s.metrics.tileHits.Inc()
	return true
}

var jpegType = []string{"image/jpeg"}

// tile finds the stored tile that answers a plan exactly.
func (img *view) tile(plan iiif.Plan) (pyramid.TileRef, bool) {
	t, ok := plan.Tile(img.shape.Pyramid)
	if !ok || !t.Exact {
		return pyramid.TileRef{}, false
	}
	ref, err := img.copy.index.Tile(t.Level+img.base, t.Col, t.Row)
	if err != nil || ref.Padded || ref.Width != t.Width || ref.Height != t.Height {
		return pyramid.TileRef{}, false
	}
	return ref, true
}

// imageHeaders sets what every image response carries. Image addresses hold an
// asset's id, which is made from its master's bytes; what a reduced image shows
// depends on the record too, so that it is not kept for ever.
func (s *Server) imageHeaders(h http.Header, r *http.Request, img *view, plan iiif.Plan) {
	allowOrigin(h)
	h["X-Content-Type-Options"] = []string{"nosniff"}
	if img.base == 0 {
		h["Cache-Control"] = []string{"public, max-age=31536000, immutable"}
	} else {
		h["Cache-Control"] = []string{"public, max-age=3600"}
	}
	h["Link"] = []string{iiif.ProfileLink + ", " + iiif.CanonicalLink(iiif.ServiceURI(s.base(r), img.asset.ID), plan)}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(plan.Canonical)) // a hash never fails to write
	h["Etag"] = []string{`"` + img.asset.Access.Version + "-" + strconv.Itoa(img.base) + "-" + strconv.FormatUint(sum.Sum64(), 36) + `"`}
}

// notModified reports whether the client has what it asks for.
func notModified(r *http.Request, h http.Header) bool {
	match := r.Header.Get("If-None-Match")
	return match != "" && matches(match, h.Get("Etag"))
}

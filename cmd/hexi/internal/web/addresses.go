package web

import (
	"net/http"
	"strconv"
	"strings"
	"weak"

	"github.com/maypok86/otter/v2"

	"hexi/archive/iiif"
	"hexi/archive/pyramid"
)

// addresses remembers what was found out about the addresses of stored tiles: a
// viewer asks for the same ones again and again, and so do the viewers beside
// it. It holds no tiles, only where they lie and the headers that they go out
// with; about 1 kB each.
type addresses = otter.Cache[string, *storedTile]

// maxStored bounds the remembered addresses; maxStoredKey the length of one.
const (
	maxStored    = 8192
	maxStoredKey = 512
)

// storedTile is a stored tile that answers an address.
type storedTile struct {
	id  string // of the asset
	ref pyramid.TileRef

	resize        bool // it goes out in another size than it is stored in, by a pixel
	width, height int  // that size

	differs bool // staff may get another answer

	// What it was worked out for. The access copy is not kept from being closed.
	copy   weak.Pointer[access]
	base   int
	shape  iiif.Image
	limits iiif.Limits
	host   string
	tls    bool

	link, etag, kept, length []string // headers
}

// holds reports whether an answer is right for a request of now.
func (t *storedTile) holds(img *view, r *http.Request) bool {
	return t.copy.Value() == img.copy && t.base == img.base && t.shape == img.shape &&
		t.limits == img.offer.Limits && t.host == r.Host && t.tls == (r.TLS != nil)
}

// storedTile finds the stored tile of a public image that a request asks for, if
// it asks for one.
func (s *Server) storedTile(r *http.Request) (*view, *storedTile, bool) {
	if t, ok := s.images.addresses.GetIfPresent(r.RequestURI); ok {
		if img, err := s.images.public(r.Context(), t.id); err == nil && t.holds(img, r) {
			return img, t, true
		}
	}
	parse := iiif.ParseRequest
	path, ok := strings.CutPrefix(r.URL.EscapedPath(), iiif.V3.Prefix())
	if !ok {
		parse = iiif.ParseRequest2
		if path, ok = strings.CutPrefix(r.URL.EscapedPath(), iiif.V2.Prefix()); !ok {
			return nil, nil, false
		}
	}
	req, err := parse(path)
	if err != nil || req.Kind != iiif.KindImage || req.Format != iiif.JPG {
		return nil, nil, false
	}
	img, err := s.images.public(r.Context(), req.ID)
	if err != nil {
		return nil, nil, false
	}
	plan, err := req.Resolve(img.shape, img.offer)
	if err != nil {
		return nil, nil, false
	}
	ref, ok := img.tile(plan)
	if !ok {
		return nil, nil, false
	}
	t := &storedTile{
		id: req.ID, ref: ref, resize: img.resizes(plan), width: plan.Width, height: plan.Height,
		differs: img.differs(req, plan),
		copy:    weak.Make(img.copy), base: img.base, shape: img.shape, limits: img.offer.Limits,
		host: r.Host, tls: r.TLS != nil,
		link: s.linkHeader(r, req.Version, img, plan), etag: img.etagHeader(plan, ""),
		length: []string{strconv.Itoa(len(img.copy.index.Prefix()) + int(ref.Length))},
	}
	t.kept = kept(t.differs)
	if r.RequestURI != "" && len(r.RequestURI) <= maxStoredKey {
		s.images.addresses.Set(r.RequestURI, t)
	}
	return img, t, true
}

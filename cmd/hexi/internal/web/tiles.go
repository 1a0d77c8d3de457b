package web

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/fnv"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"hexi/archive/iiif"
	"hexi/archive/pyramid"
)

// buffers holds the bytes of tiles on their way out; most tiles fit.
var buffers = newPool(func() *[]byte { b := make([]byte, 0, 128<<10); return &b })

// maxPooled keeps a few exceptionally large tiles from filling the pool.
const maxPooled = 1 << 20

// fastTile answers the one kind of request that comes by the thousand: a public
// tile that is stored as it is asked for. It costs one read and one write, decodes
// nothing, and allocates nothing of the size of a tile. It returns false, having
// done nothing, for every other request.
func (s *Server) fastTile(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	start := time.Now()
	img, t, ok := s.storedTile(r)
	if !ok {
		return false
	}
	if t.differs && (r.Header["Authorization"] != nil || r.Header["Cookie"] != nil) {
		return false // staff may see more of it than the public
	}
	h := w.Header()
	imageHeaders(h, t.link, t.etag, t.kept)
	if t.differs {
		h["Vary"] = byAsker
	}
	if notModified(r, h) {
		w.WriteHeader(http.StatusNotModified)
		s.metrics.tile(imageUnchanged, start)
		return true
	}
	if img.copy.remote() {
		return s.remoteTile(w, r, img, t, start)
	}
	h["Content-Type"] = jpegType
	h["Content-Length"] = t.length
	prefix := img.copy.index.Prefix()
	total := len(prefix) + int(t.ref.Length)
	if r.Method == http.MethodGet && total >= worthSendfile && !t.resize && s.sendTile(w, r, img, t.ref) {
		s.metrics.tile(imagePassthrough, start)
		return true
	}
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
		if err := img.copy.fill(r.Context(), b[len(prefix):], t.ref); err != nil {
			clear(h)
			return false // the slow way tells what is wrong
		}
		if t.resize && !resized(b[len(prefix):], t.width, t.height) {
			clear(h)
			return false
		}
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(b) // an error means that the client left
	}
	s.metrics.tile(imagePassthrough, start)
	return true
}

// remoteTile is the rest of fastTile for an access copy that lies in a store. Its
// tiles are kept in memory for those who ask next.
func (s *Server) remoteTile(w http.ResponseWriter, r *http.Request, img *view, t *storedTile, start time.Time) bool {
	h := w.Header()
	var b []byte
	if r.Method == http.MethodGet {
		var err error
		if b, err = s.images.tile(r.Context(), img.copy, t.ref); err == nil && t.resize {
			b, err = withSize(b, len(img.copy.index.Prefix()), t.width, t.height)
		}
		if err != nil {
			if errors.Is(err, errReplaced) {
				s.images.forget(img.copy, err)
			}
			clear(h)
			return false // the slow way opens it again, or tells what is wrong
		}
	}
	h["Content-Type"] = jpegType
	h["Content-Length"] = t.length
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(b) // an error means that the client left
	s.metrics.tile(imagePassthrough, start)
	return true
}

// withSize returns a copy of a stored tile in another size, see resized.
func withSize(tile []byte, prefix, width, height int) ([]byte, error) {
	b := bytes.Clone(tile)
	if !resized(b[prefix:], width, height) {
		return nil, errNoSize
	}
	return b, nil
}

var errNoSize = errors.New("the tile does not begin with its frame")

type connectionKey struct{}

// ConnContext is for http.Server.ConnContext: tiles leave in fewer pieces where
// the connection of a request is known.
func ConnContext(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connectionKey{}, conn)
}

// worthSendfile is from how many bytes on a tile is sent by the kernel from the
// file: below, to read and write it is faster.
const worthSendfile = 12 << 10

// sendTile sends a tile that lies in a file without its bytes passing through
// this process: the tables go out with the header, the rest by sendfile. It
// returns false, having done nothing, where that cannot be.
func (s *Server) sendTile(w http.ResponseWriter, r *http.Request, img *view, ref pyramid.TileRef) bool {
	to, ok := w.(io.ReaderFrom)
	if !ok {
		return false
	}
	flusher, ok := w.(http.Flusher)
	if !ok {
		return false
	}
	from := img.copy.of(ref)
	h := s.images.handles.take(from)
	if h == nil {
		return false
	}
	defer from.give(h)
	body, err := h.from(ref.Offset, ref.Length)
	if err != nil {
		return false
	}
	if conn, ok := r.Context().Value(connectionKey{}).(*net.TCPConn); ok {
		cork(conn, 1)
		defer cork(conn, 0)
	}
	w.WriteHeader(http.StatusOK)
	// After an error the client has left, or the file is shorter than it was:
	// either way the connection ends before its Content-Length.
	if _, err := w.Write(img.copy.index.Prefix()); err == nil {
		flusher.Flush()
		_, _ = to.ReadFrom(body)
	}
	return true
}

// Values of headers that are the same for every image, made once.
var (
	jpegType       = []string{"image/jpeg"}
	anyOrigin      = []string{"*"}
	exposedHeaders = []string{exposed}
	noSniff        = []string{"nosniff"}
	keptForEver    = []string{"public, max-age=31536000, immutable"}
	keptAnHour     = []string{"public, max-age=3600"}
	byAsker        = []string{askerHeaders}
)

// tile finds the stored tile that answers a plan. Clients round the sizes of
// coarse levels in different ways: where the plan asks for a pixel less or more
// than the tile has, it is answered by the same tile in the size that is asked
// for, if the tile's last blocks have that pixel (see resized).
func (img *view) tile(plan iiif.Plan) (pyramid.TileRef, bool) {
	if img.shrink != 0 {
		return pyramid.TileRef{}, false
	}
	t, ok := plan.Tile(img.shape.Pyramid)
	if !ok {
		return pyramid.TileRef{}, false
	}
	ref, err := img.copy.index.Tile(t.Level+img.base, t.Col, t.Row)
	if err != nil || ref.Padded || ref.Width != t.Width || ref.Height != t.Height {
		return pyramid.TileRef{}, false
	}
	if !t.Exact {
		unit := 16 // pixels of a JPEG's smallest unit, 4:2:0
		if img.shape.Gray {
			unit = 8
		}
		if (ref.Width-1)/unit != (plan.Width-1)/unit || (ref.Height-1)/unit != (plan.Height-1)/unit {
			return pyramid.TileRef{}, false
		}
	}
	return ref, true
}

// resizes reports whether a plan that a stored tile answers asks for another size
// than the tile's own.
func (img *view) resizes(plan iiif.Plan) bool {
	t, ok := plan.Tile(img.shape.Pyramid)
	return ok && !t.Exact
}

// resized writes the size that is asked for into the frame header of a stored
// tile, which begins its stream (ISO/IEC 10918-1, B.2.2). The blocks stay as they
// are: a JPEG holds whole blocks, of which the frame says how many pixels count;
// those beyond a picture's edge repeat its last column and row. It does nothing
// to a stream that begins otherwise, and returns false.
func resized(stream []byte, width, height int) bool {
	if len(stream) < 9 || stream[0] != 0xff || stream[1] != 0xc0 || width > 0xffff || height > 0xffff {
		return false
	}
	binary.BigEndian.PutUint16(stream[5:], uint16(height))
	binary.BigEndian.PutUint16(stream[7:], uint16(width))
	return true
}

// imageHeaders sets what every image response carries.
func imageHeaders(h http.Header, link, etag, kept []string) {
	h["Access-Control-Allow-Origin"] = anyOrigin
	h["Access-Control-Expose-Headers"] = exposedHeaders
	h["X-Content-Type-Options"] = noSniff
	h["Cache-Control"] = kept
	h["Link"] = link
	h["Etag"] = etag
}

// linkHeader names the profile and the canonical address of an image response.
func (s *Server) linkHeader(r *http.Request, v iiif.Version, img *view, plan iiif.Plan) []string {
	return []string{v.ProfileLink() + ", " + iiif.CanonicalLink(v.ServiceURI(s.base(r), img.asset.ID), plan)}
}

// key names a picture of an image for caches: the address alone does not, because
// "max" is another size for each who asks.
func (img *view) key(plan iiif.Plan) string {
	return strconv.Itoa(img.base+img.shrink) + "/" + strconv.Itoa(plan.Width) + "x" + strconv.Itoa(plan.Height) + "/" + plan.Canonical
}

// version names the access copy by the bytes that are read of it.
func (img *view) version() string { return img.copy.index.ID() }

// etagHeader tells one version of an image response from another. A stored tile is
// what it is; of others the signature of who computes them decides too.
func (img *view) etagHeader(plan iiif.Plan, signature string) []string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(img.key(plan) + signature)) // a hash never fails to write
	return []string{`"` + img.version() + "-" + strconv.Itoa(img.base+img.shrink) + "-" + strconv.FormatUint(sum.Sum64(), 36) + `"`}
}

// kept says how long an image response may be kept. Image addresses hold an
// asset's id, which is made from its master's bytes; what is not the same for all
// who ask depends on the record or on the settings too, so that it is not kept for
// ever.
func kept(differs bool) []string {
	if differs {
		return keptAnHour
	}
	return keptForEver
}

// notModified reports whether the client has what it asks for.
func notModified(r *http.Request, h http.Header) bool {
	match := r.Header.Get("If-None-Match")
	return match != "" && matches(match, h.Get("Etag"))
}

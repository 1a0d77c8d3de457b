package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"hexi/archive"
	"hexi/archive/iiif"
	"hexi/archive/pyramid"
	"hexi/archive/raster"
	"hexi/ingest"
)

// iiif answers everything below /iiif/. It works on the escaped path, because
// identifiers may hold %2F.
func (s *Server) iiif(c *gin.Context) error {
	h := c.Writer.Header()
	allowOrigin(h)
	if c.Request.Method == http.MethodOptions {
		c.Status(http.StatusNoContent)
		c.Writer.WriteHeaderNow()
		return nil
	}
	path := strings.TrimPrefix(c.Request.URL.EscapedPath(), "/iiif/")
	kind, rest, _ := strings.Cut(path, "/")
	switch kind {
	case "3":
		return s.image(c, rest, iiif.ParseRequest)
	case "2":
		return s.image(c, rest, iiif.ParseRequest2)
	case "manifest":
		return s.manifest(c, rest)
	case "collection":
		return s.iiifCollection(c, rest)
	case "search":
		return s.contentSearch(c, rest)
	case "autocomplete":
		return s.autocomplete(c, rest)
	case "discovery":
		return s.discovery(c, rest)
	}
	return &unknownError{"address", "/iiif/" + kind, "there are /iiif/3/, /iiif/2/, /iiif/manifest/, /iiif/collection/, /iiif/search/, /iiif/autocomplete/ and /iiif/discovery/"}
}

// askerHeaders are the headers of a request that say who asks.
const askerHeaders = "Authorization, Cookie"

// privately keeps what was made for someone who is signed in out of the caches of
// others. It reports whether that is so.
func (s *Server) privately(c *gin.Context) bool {
	if !s.staff(c) {
		return false
	}
	c.Header("Cache-Control", "private, no-cache")
	c.Writer.Header().Add("Vary", askerHeaders)
	return true
}

// image answers the Image API in the version whose grammar parses the path, and counts
// what became of requests for images.
func (s *Server) image(c *gin.Context, path string, parse func(string) (iiif.Request, error)) error {
	start := time.Now()
	req, err := parse(path)
	if err == nil {
		err = s.imageNow(c, req)
	}
	if err != nil && (req.Kind == iiif.KindImage || req.ID == "") && c.Request.Context().Err() == nil && !c.Writer.Written() {
		s.metrics.answered(classOf(err), start)
	}
	return err
}

// imageNow answers a request for an image, or about one.
func (s *Server) imageNow(c *gin.Context, req iiif.Request) (err error) {
	// A copy that is replaced while it is read is opened again; once more only
	// where its parts are just being replaced one after the other.
	for _, pause := range []time.Duration{0, 0, replacing} {
		select {
		case <-time.After(pause):
		case <-c.Request.Context().Done():
			return c.Request.Context().Err()
		}
		var img *view
		if img, err = s.asked(c, req.ID); err != nil {
			err = unknown(err, iiif.PartIdentifier, req.ID, "there is no such image, or it is not public")
		} else {
			if err = s.imageOf(c, req, img); errors.Is(err, errReplaced) {
				s.images.forget(img.copy, err)
			}
		}
		if !errors.Is(err, errReplaced) {
			return err
		}
	}
	switch {
	case errors.Is(err, archive.ErrNotFound):
		return fmt.Errorf("asset %s: %w", req.ID, missing(err))
	case errors.Is(err, pyramid.ErrDamaged):
		return fmt.Errorf("asset %s: %w", req.ID, err)
	}
	s.log.Warn("an access copy does not hold still", "asset", req.ID, "error", err)
	return busy(2, "This image is just being replaced; try again in a moment.")
}

// replacing is about how long the parts of an access copy take to be replaced.
const replacing = 200 * time.Millisecond

// asked returns an image as the one who asks may see it.
func (s *Server) asked(c *gin.Context, id string) (*view, error) {
	if s.staff(c) {
		return s.images.open(c.Request.Context(), id, true)
	}
	return s.images.public(c.Request.Context(), id)
}

// imageOf answers a request for an opened image.
func (s *Server) imageOf(c *gin.Context, req iiif.Request, img *view) error {
	start := time.Now()
	service := req.Version.ServiceURI(s.base(c.Request), req.ID)
	switch req.Kind {
	case iiif.KindBase:
		if !s.privately(c) {
			c.Header("Cache-Control", "public, max-age=300")
		}
		c.Header("Location", service+"/info.json")
		c.Status(http.StatusSeeOther)
		c.Writer.WriteHeaderNow()
		return nil
	case iiif.KindInfo:
		return s.info(c, req, img, service)
	}
	plan, err := req.Resolve(img.shape, img.offer)
	if err != nil {
		return err
	}
	h := c.Writer.Header()
	differs := img.differs(req, plan)
	signature := s.images.signature
	if _, stored := img.tile(plan); stored {
		signature = ""
	}
	imageHeaders(h, s.linkHeader(c.Request, req.Version, img, plan), img.etagHeader(plan, signature), kept(differs))
	if !s.privately(c) && differs {
		h["Vary"] = byAsker
	}
	if notModified(c.Request, h) {
		s.metrics.answered(imageUnchanged, start)
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	p, err := s.images.bytes(c.Request.Context(), img, plan)
	if err != nil {
		return err
	}
	s.metrics.answered(p.class, start)
	h.Set("Content-Type", plan.Format.MediaType())
	h.Set("Content-Length", strconv.Itoa(len(p.data)))
	c.Status(http.StatusOK)
	if c.Request.Method == http.MethodHead {
		c.Writer.WriteHeaderNow()
		return nil
	}
	_, err = c.Writer.Write(p.data)
	return err
}

// info answers with the description of an image in the version that was asked for.
func (s *Server) info(c *gin.Context, req iiif.Request, img *view, service string) error {
	link, by := req.Version.ProfileLink(), ""
	if img.successor != "" {
		by = req.Version.ServiceURI(s.base(c.Request), img.successor)
		link += ", " + iiif.SuccessorLink(by)
	}
	if req.Version == iiif.V2 {
		contentType := iiif.ContentType2(accepted(c.Request))
		if contentType == "application/json" {
			link += ", " + iiif.ContextLink
		}
		c.Header("Link", link)
		return s.documentAs(c, iiif.NewInfo2(service, img.shape, img.offer, img.rights), contentType, documentAge)
	}
	c.Header("Link", link)
	info := iiif.NewInfo(service, img.shape, img.offer, img.rights)
	if by != "" {
		info.SeeAlso = iiif.Successor(by)
	}
	return s.document(c, info, iiif.ImageContext)
}

// picture is an image as it goes out, and how it came about.
type picture struct {
	data  []byte
	class imageClass
}

// bytes returns an image: a stored tile, a stored thumbnail, one that was
// computed before, or one computed now.
func (m *images) bytes(ctx context.Context, img *view, plan iiif.Plan) (picture, error) {
	if ref, ok := img.tile(plan); ok {
		data, err := m.stored(ctx, img, ref)
		if err == nil && img.resizes(plan) {
			data, err = withSize(data, len(img.copy.index.Prefix()), plan.Width, plan.Height)
		}
		if !errors.Is(err, errNoSize) {
			return picture{data, imagePassthrough}, err
		}
	}
	key := renderKey(img.asset.ID, img.version()) + img.key(plan)
	if data, ok := m.renders.GetIfPresent(key); ok {
		return picture{data, imageCached}, nil
	}
	return m.making.do(ctx, key, func(ctx context.Context) (picture, error) {
		if data, ok := m.renders.GetIfPresent(key); ok {
			return picture{data, imageCached}, nil // who made it was done just before
		}
		p, err := m.make(ctx, img, plan)
		if err == nil && m.latest(img) {
			m.renders.Set(key, p.data)
		}
		return p, err
	})
}

// make reads a thumbnail, or a computed image from the disk, or computes it.
func (m *images) make(ctx context.Context, img *view, plan iiif.Plan) (picture, error) {
	if name, ok := img.thumbnail(plan); ok {
		data, err := m.readSmall(ctx, ingest.ThumbnailKey(img.asset.ID, name))
		if err == nil || ctx.Err() != nil {
			return picture{data, imagePassthrough}, err
		}
		m.server.log.Warn("a thumbnail is missing and is computed", "asset", img.asset.ID, "error", err)
	}
	disk := m.server.Cache
	key := m.server.Version + "/" + m.signature + "/" + img.key(plan) // another hexi may compute it otherwise
	if disk != nil {
		if data, ok := disk.get(img.asset.ID, img.version(), key); ok {
			return picture{data, imageCached}, nil
		}
	}
	data, err := m.compute(ctx, img, plan)
	if err == nil && disk != nil && m.latest(img) {
		disk.put(img.asset.ID, img.version(), key, data)
	}
	return picture{data, imageComputed}, err
}

// renderKey begins the keys of all computed images of a version.
func renderKey(asset, version string) string { return asset + "@" + version + "/" }

// latest reports whether no other version has taken the place of an image's copy:
// what was computed of an older one is not kept.
func (m *images) latest(img *view) bool {
	now, ok := m.indexes.GetIfPresent(img.asset.ID)
	return ok && now.index.ID() == img.version()
}

// purge drops what is kept of other versions of an asset than one.
func (m *images) purge(asset, version string) {
	all, kept := asset+"@", renderKey(asset, version)
	for key := range m.renders.Keys() {
		if strings.HasPrefix(key, all) && !strings.HasPrefix(key, kept) {
			m.renders.Invalidate(key)
		}
	}
	if disk := m.server.Cache; disk != nil {
		disk.keep(asset, version)
	}
}

// stored returns a stored tile. The caller may not change it.
func (m *images) stored(ctx context.Context, img *view, ref pyramid.TileRef) ([]byte, error) {
	if img.copy.remote() {
		return m.tile(ctx, img.copy, ref)
	}
	return img.copy.ReadTile(ctx, ref)
}

// thumbnail finds the stored thumbnail that a plan asks for.
func (img *view) thumbnail(plan iiif.Plan) (name string, ok bool) {
	whole := plan.Region.Min.X == 0 && plan.Region.Min.Y == 0 && plan.Region.Dx() == img.shape.Width && plan.Region.Dy() == img.shape.Height
	if !whole || plan.Format != iiif.JPG || !plan.Native || plan.Mirror || plan.Rotation != 0 || img.reduced() {
		return "", false
	}
	for _, t := range img.asset.Access.Thumbnails {
		if t.Width == plan.Width && t.Height == plan.Height {
			return t.Name, true
		}
	}
	return "", false
}

func (m *images) readSmall(ctx context.Context, key string) ([]byte, error) {
	r, info, err := m.server.Objects.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // read to its end
	if info.Size > 8<<20 {
		return nil, fmt.Errorf("%s has %d bytes", key, info.Size)
	}
	return io.ReadAll(r)
}

// compute renders an image when there is room for it. What it will cost is known
// before anything is decoded.
func (m *images) compute(ctx context.Context, img *view, plan iiif.Plan) ([]byte, error) {
	q := raster.Request{
		Region: img.region(plan), Width: plan.Width, Height: plan.Height, Mirror: plan.Mirror, Rotation: plan.Rotation,
		Quality: string(plan.Quality), Format: string(plan.Format), Base: img.base,
	}
	asked := time.Now()
	leave, err := m.lane.enter(ctx, m.server.Renderer.Cost(img.copy.index.Geometry(), q))
	m.server.metrics.queue.Observe(time.Since(asked).Seconds())
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, renderTimeout)
	defer cancel()
	var b bytes.Buffer
	m.behind.do(func() { err = m.server.Renderer.Render(ctx, img.copy, q, &b) })
	if err != nil {
		return nil, fmt.Errorf("compute %s of asset %s: %w", plan.Canonical, img.asset.ID, err)
	}
	return b.Bytes(), nil
}

// region is the region of a plan in pixels of the level that is the base.
func (img *view) region(plan iiif.Plan) image.Rectangle {
	r := plan.Region
	if img.shrink == 0 {
		return r
	}
	w, h := img.copy.index.Geometry().Level(img.base)
	return image.Rect(r.Min.X<<img.shrink, r.Min.Y<<img.shrink, min(r.Max.X<<img.shrink, w), min(r.Max.Y<<img.shrink, h))
}

// How long others may keep a document without asking again: one that can change, and a page of
// activities that another follows.
const (
	documentAge = time.Minute
	fullPageAge = 24 * time.Hour
)

// document answers with a IIIF document as the client prefers it.
func (s *Server) document(c *gin.Context, doc any, context string) error {
	return s.documentFor(c, doc, context, documentAge)
}

// documentFor is document for one that others may keep for so long.
func (s *Server) documentFor(c *gin.Context, doc any, context string, age time.Duration) error {
	return s.documentAs(c, doc, iiif.ContentType(accepted(c.Request), context), age)
}

// accepted is what a client accepts, its lines joined.
func accepted(r *http.Request) string { return strings.Join(r.Header.Values("Accept"), ",") }

// documentAs answers with a IIIF document in the media type that was chosen by what the
// client accepts.
func (s *Server) documentAs(c *gin.Context, doc any, contentType string, age time.Duration) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("encode document: %w", err)
	}
	h := c.Writer.Header()
	h.Set("Vary", "Accept")
	if !s.privately(c) {
		h.Set("Cache-Control", fmt.Sprintf("public, max-age=%d", int(age.Seconds())))
		h.Add("Vary", askerHeaders) // staff get other limits, and see reduced images whole
	}
	// One document in two types is two representations: each has an ETag of its own.
	h.Set("ETag", etagOf(append([]byte(contentType+"\n"), b.Bytes()...)))
	if notModified(c.Request, h) {
		c.Status(http.StatusNotModified)
		c.Writer.WriteHeaderNow()
		return nil
	}
	c.Data(http.StatusOK, contentType, b.Bytes())
	return nil
}

func (s *Server) publisher(c *gin.Context) iiif.Publisher {
	return iiif.Publisher{
		Base: s.base(c.Request), Name: archiveName,
		Terms: s.Vocabulary, Offer: s.images.offer(s.staff(c)), Whole: s.staff(c),
	}
}

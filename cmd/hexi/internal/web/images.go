package web

import (
	"cmp"
	"context"
	"errors"
	"io"
	"maps"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"

	"hexi/archive"
	"hexi/archive/iiif"
	"hexi/archive/pyramid"
	"hexi/archive/raster"
)

// Renderer computes what is not a stored tile; an engine of package raster does it.
type Renderer interface {
	Render(ctx context.Context, t raster.Tiles, q raster.Request, w io.Writer) error
	Cost(g pyramid.Geometry, q raster.Request) int64
	Formats() []string
	// Signature names what decides about the bytes of what is computed: where it is
	// another one, what was computed before is not shown any more.
	Signature() string
}

// The limits of the image service.
const (
	indexCache    = 128 << 20        // bytes of pyramid indexes
	indexWeight   = 32 << 10         // least that an index counts: each holds two files open
	renderCache   = 64 << 20         // bytes of computed images
	tileMemory    = 64 << 20         // bytes of tiles from a store
	maxUnfit      = 1024             // remembered sidecars
	accessFor     = 2 * time.Second  // how long a decision about access holds
	renderMemory  = 1 << 30          // bytes that all who compute may take together
	renderTimeout = 30 * time.Second // of one request
	waitForRender = 5 * time.Second  // for a place among those who compute
	queuePerPlace = 16
)

// images serves the access copies.
type images struct {
	server    *Server
	indexes   *otter.Cache[string, *access] // by asset
	serials   atomic.Uint64                 // of opened copies
	unfit     *otter.Cache[string, string]  // by asset: the ETag of a sidecar that is not of its TIFF
	tiles     *otter.Cache[tileKey, []byte] // of copies that lie in a store
	renders   *otter.Cache[string, []byte]  // by asset, version and canonical request
	addresses *addresses                    // by address
	deciding  flight[*view]
	opening   flight[*access]
	fetching  flight[[]byte]
	making    flight[picture]
	handles   handles
	lane      lane                                        // of those who compute
	behind    *behind                                     // where they do
	dropped   struct{ indexes, tiles, renders evictions } // from the caches
	formats   []iiif.Format
	signature string // of the renderer

	mu    sync.RWMutex
	seen  map[string]decision // by asset: what the public may see of it
	swept time.Time           // when decisions that ran out were last dropped
}

// decision is what was found out about an image, and until when that holds. What
// does not exist is remembered too.
type decision struct {
	image *view
	err   error
	until time.Time
}

// view is an image as one asker may see it.
type view struct {
	asset  *archive.Asset
	record *archive.Record
	copy   *access
	shape  iiif.Image // levels as seen from outside
	base   int        // level of the access copy that is the full image from outside
	shrink int        // how often the full image from outside is half of that level
	offer  iiif.Offer
	staff  iiif.Offer // what those who are signed in are offered
	rights string
	// successor is the asset that took the image's place in its record, "" for none.
	successor string
}

func newImages(s *Server) *images {
	places := runtime.GOMAXPROCS(0)
	m := &images{
		behind: newBehind(), server: s, seen: map[string]decision{}, formats: extraFormats(s.Renderer.Formats()), signature: s.Renderer.Signature(),
		unfit:     otter.Must(&otter.Options[string, string]{MaximumSize: maxUnfit}),
		addresses: otter.Must(&otter.Options[string, *storedTile]{MaximumSize: maxStored}),
		lane: lane{
			budget: cmp.Or(s.RenderMemory, renderMemory), places: places, length: places * queuePerPlace, wait: waitForRender,
		},
	}
	m.indexes = otter.Must(&otter.Options[string, *access]{
		MaximumWeight: indexCache, StatsRecorder: &m.dropped.indexes,
		Weigher: func(_ string, a *access) uint32 { return uint32(max(indexWeight, a.index.MemorySize())) },
	})
	m.tiles = otter.Must(&otter.Options[tileKey, []byte]{
		MaximumWeight: uint64(cmp.Or(s.TileMemory, tileMemory)), StatsRecorder: &m.dropped.tiles,
		Weigher: func(_ tileKey, b []byte) uint32 { return uint32(len(b)) + 64 },
	})
	m.renders = otter.Must(&otter.Options[string, []byte]{
		MaximumWeight: renderCache, StatsRecorder: &m.dropped.renders,
		Weigher: func(k string, b []byte) uint32 { return uint32(len(k) + len(b)) },
	})
	return m
}

// maxSeen bounds the remembered decisions; beyond it all are forgotten, which
// costs a look at the catalogue each.
const maxSeen = 8192

// remember keeps a decision for a while. What has run out is dropped: a decision
// holds its access copy open.
func (m *images) remember(id string, img *view, err error) {
	now := time.Now()
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case len(m.seen) >= maxSeen:
		clear(m.seen)
	case now.Sub(m.swept) > accessFor:
		m.swept = now
		maps.DeleteFunc(m.seen, func(_ string, d decision) bool { return now.After(d.until) })
	}
	m.seen[id] = decision{img, err, now.Add(accessFor)}
}

// public returns an image as the public may see it.
func (m *images) public(ctx context.Context, id string) (*view, error) {
	m.mu.RLock()
	d, ok := m.seen[id]
	m.mu.RUnlock()
	if ok && time.Now().Before(d.until) {
		return d.image, d.err
	}
	return m.deciding.do(ctx, id, func(ctx context.Context) (*view, error) {
		img, err := m.open(ctx, id, false)
		if err == nil || errors.Is(err, archive.ErrNotFound) {
			m.remember(id, img, err)
		}
		return img, err
	})
}

// open finds an image, decides about access, and opens its access copy.
func (m *images) open(ctx context.Context, id string, staff bool) (*view, error) {
	if !archive.ValidID(id) {
		return nil, archive.ErrNotFound
	}
	s := m.server
	asset, err := s.Archive.Asset(ctx, id)
	if err != nil {
		return nil, err
	}
	if !asset.Servable() || !staff && !asset.Open(s.Archive.Now()) {
		return nil, archive.ErrNotFound
	}
	var entry *archive.Entry
	if staff {
		entry, err = s.Archive.Record(ctx, asset.Record)
	} else {
		entry, err = s.Archive.PublicRecord(ctx, asset.Record)
	}
	if err != nil {
		return nil, err
	}
	successor := ""
	if asset.Replaced() {
		// Of earlier versions the public is left those that it saw.
		if entry.Asset(id) == nil {
			return nil, archive.ErrNotFound
		}
		if now := entry.Current(id); now != nil {
			successor = now.ID
		}
	}
	opened, err := m.copyOf(ctx, asset)
	if err != nil {
		return nil, err
	}
	g := opened.index.Geometry()
	img := &view{
		asset: asset, record: &entry.Record, copy: opened, successor: successor,
		shape: iiif.Image{Pyramid: iiif.Pyramid(g), Gray: opened.index.Gray()},
		offer: m.offer(staff), staff: m.offer(true),
	}
	if rights := entry.Record.Rights; rights != nil {
		img.rights = rights.Statement
		if rights.Tier == archive.TierReduced && !staff {
			img.reduce(rights.MaxPixels)
		}
	}
	return img, nil
}

// reduce makes a coarser level the full image, so that no request reaches finer
// pixels. Nothing is enlarged: an answer has no more pixels than are allowed, and
// no more than the limits allow.
func (img *view) reduce(pixels int64) {
	within, level := img.shape.Within(pixels)
	if last := img.shape.Levels - 1; level > last {
		// Not even the smallest level is small enough: it is shown smaller still.
		img.shrink, level = level-last, last
	}
	img.shape.Pyramid, img.base, img.offer.Upscaling = within, level, false
}

// reduced reports whether the image is shown as less than it is.
func (img *view) reduced() bool { return img.base != 0 || img.shrink != 0 }

// differs reports whether those who are signed in may get another answer than the
// public to a request that the public gets this plan for: from a reduced image
// always, otherwise where the size gives way to the limits.
func (img *view) differs(req iiif.Request, plan iiif.Plan) bool {
	if img.reduced() {
		return true
	}
	if img.offer.Limits == img.staff.Limits {
		return false
	}
	theirs, err := req.Resolve(img.shape, img.staff)
	return err != nil || theirs != plan
}

// offer is what the image service can do, within the limits of who asks.
func (m *images) offer(staff bool) iiif.Offer {
	s := m.server
	limits := s.Limits
	if staff {
		limits = s.StaffLimits
	}
	return iiif.Offer{Limits: limits, Upscaling: true, Bitonal: true, Formats: m.formats}
}

func extraFormats(all []string) []iiif.Format {
	var out []iiif.Format
	for _, f := range all {
		if f != string(iiif.JPG) && f != string(iiif.PNG) {
			out = append(out, iiif.Format(f))
		}
	}
	return out
}

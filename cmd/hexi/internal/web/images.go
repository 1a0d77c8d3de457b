package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"sync"
	"time"

	"github.com/maypok86/otter/v2"

	"hexi/archive"
	"hexi/archive/iiif"
	"hexi/archive/objects"
	"hexi/archive/pyramid"
	"hexi/archive/raster"
	"hexi/ingest"
)

// Renderer computes what is not a stored tile; an engine of package raster does it.
type Renderer interface {
	Render(ctx context.Context, t raster.Tiles, q raster.Request, w io.Writer) error
	Cost(g pyramid.Geometry, q raster.Request) int64
	Formats() []string
}

// The limits of the image service. maxArea bounds one response in pixels, which
// bounds the memory that computing it takes; tiles are far below it.
const (
	maxArea        = 16 << 20
	indexCache     = 128 << 20        // bytes of pyramid indexes
	indexWeight    = 32 << 10         // least that an index counts: each holds two files open
	renderCache    = 64 << 20         // bytes of computed images
	accessFor      = 2 * time.Second  // how long a decision about access holds
	maxRenderCost  = 1 << 30          // bytes that one request may take
	renderTimeout  = 30 * time.Second // of one request
	waitForRender  = 5 * time.Second  // for a place among those who compute
	queuePerWorker = 16
)

// images serves the access copies.
type images struct {
	server    *Server
	indexes   *otter.Cache[string, *access] // by asset and version
	renders   *otter.Cache[string, []byte]  // by asset, version and canonical request
	addresses *addresses                    // by address
	deciding  flight[*view]
	opening   flight[*access]
	making    flight[[]byte]
	handles   handles
	places    chan struct{} // one for each request that is being computed
	queue     chan struct{} // one for each that waits or is being computed

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
	offer  iiif.Offer
	rights string
}

// access is an opened access copy.
type access struct {
	index   *pyramid.Index
	tiff    *source
	sidecar *source
}

// source reads one of the two objects of an access copy, held to one version.
type source struct {
	io.ReaderAt
	file *os.File // nil where it is no file
	idle chan *handle
}

func newImages(s *Server) *images {
	workers := runtime.GOMAXPROCS(0)
	return &images{
		server: s, seen: map[string]decision{},
		indexes: otter.Must(&otter.Options[string, *access]{
			MaximumWeight: indexCache, Weigher: func(_ string, a *access) uint32 { return uint32(max(indexWeight, a.index.MemorySize())) },
		}),
		renders: otter.Must(&otter.Options[string, []byte]{
			MaximumWeight: renderCache, Weigher: func(k string, b []byte) uint32 { return uint32(len(k) + len(b)) },
		}),
		addresses: otter.Must(&otter.Options[string, *storedTile]{MaximumSize: maxStored}),
		places:    make(chan struct{}, workers), queue: make(chan struct{}, workers*queuePerWorker),
	}
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
	return m.deciding.do(id, func() (*view, error) {
		img, err := m.open(context.WithoutCancel(ctx), id, false)
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
	if !asset.Servable() {
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
	opened, err := m.copyOf(ctx, asset)
	if err != nil {
		return nil, err
	}
	g := opened.index.Geometry()
	img := &view{
		asset: asset, record: &entry.Record, copy: opened,
		shape: iiif.Image{Pyramid: iiif.Pyramid(g), Gray: opened.index.Gray()},
		offer: iiif.Offer{Limits: iiif.Limits{MaxArea: maxArea}, Upscaling: true, Bitonal: true, Formats: extraFormats(s.Renderer.Formats())},
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
// pixels.
func (img *view) reduce(pixels int64) {
	within, level := img.shape.Within(pixels)
	if last := img.shape.Levels - 1; level > last {
		// Not even the smallest level is small enough: it is shown smaller still,
		// and nothing of it larger.
		within.Width, within.Height = img.shape.Level(last)
		within = iiif.NewPyramid(within.Width, within.Height, img.shape.TileSize)
		img.offer.MaxArea, img.offer.Upscaling = max(1, pixels), false
		level = last
	}
	img.shape.Pyramid, img.base = within, level
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

// copyOf opens an access copy: its sidecar's index, or, where that is lost, the
// TIFF's own directories.
func (m *images) copyOf(ctx context.Context, asset *archive.Asset) (*access, error) {
	key := asset.ID + "@" + asset.Access.Version
	if a, ok := m.indexes.GetIfPresent(key); ok {
		return a, nil
	}
	return m.opening.do(key, func() (*access, error) {
		a, err := m.read(context.WithoutCancel(ctx), asset)
		if err != nil {
			return nil, fmt.Errorf("open access copy of asset %s: %w", asset.ID, err)
		}
		m.indexes.Set(key, a)
		return a, nil
	})
}

func (m *images) read(ctx context.Context, asset *archive.Asset) (*access, error) {
	tiff, tiffSize, err := m.source(ctx, ingest.PyramidKey(asset.ID))
	if err != nil {
		return nil, missing(err)
	}
	a := &access{tiff: tiff}
	sidecar, size, err := m.source(ctx, ingest.SidecarKey(asset.ID))
	if err == nil {
		a.sidecar = sidecar
		a.index, err = pyramid.ReadSidecar(sidecar, size)
		if err == nil && a.index.TIFFSize() == tiffSize {
			return a, nil
		}
	}
	m.server.log.Warn("the sidecar of an access copy cannot be used; its TIFF is read instead", "asset", asset.ID, "error", cmp.Or(err, errors.New("it was made for another TIFF")))
	if a.index, err = pyramid.ReadTIFF(tiff, tiffSize); err != nil {
		return nil, err
	}
	return a, nil
}

// missing keeps a lost access copy from looking like an image that never was.
func missing(err error) error {
	if errors.Is(err, archive.ErrNotFound) {
		return errors.New("the access copy is missing from the object store")
	}
	return err
}

// source opens an object for reading at any place: the file itself in a
// directory, ranged reads of one version elsewhere.
func (m *images) source(ctx context.Context, key string) (*source, int64, error) {
	if dir, ok := m.server.Objects.(*objects.Dir); ok {
		f, info, err := dir.OpenFile(key)
		if err != nil {
			return nil, 0, err
		}
		// Closed by the runtime when the cache lets it go.
		return &source{ReaderAt: f, file: f, idle: make(chan *handle, handlesACopy)}, info.Size, nil
	}
	info, err := m.server.Objects.Stat(ctx, key)
	if err != nil {
		return nil, 0, err
	}
	return &source{ReaderAt: objects.NewReaderAt(context.WithoutCancel(ctx), m.server.Objects, info)}, info.Size, nil
}

// Index implements raster.Tiles.
func (a *access) Index() *pyramid.Index { return a.index }

// ReadTile implements raster.Tiles.
func (a *access) ReadTile(_ context.Context, ref pyramid.TileRef) ([]byte, error) {
	prefix := a.index.Prefix()
	b := make([]byte, len(prefix)+int(ref.Length))
	copy(b, prefix)
	return b, a.fill(b[len(prefix):], ref)
}

// of returns the object that a tile lies in.
func (a *access) of(ref pyramid.TileRef) *source {
	if ref.Source == pyramid.Sidecar {
		return a.sidecar
	}
	return a.tiff
}

// fill reads a tile's bytes.
func (a *access) fill(b []byte, ref pyramid.TileRef) error {
	if n, err := a.of(ref).ReadAt(b, ref.Offset); n < len(b) {
		return fmt.Errorf("read tile: %w", err)
	}
	return nil
}

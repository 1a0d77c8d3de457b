package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"hexi/archive"
	"hexi/archive/objects"
	"hexi/archive/pyramid"
	"hexi/ingest"
)

// access is an opened access copy.
type access struct {
	asset   string
	version string // that the catalogue named when it was opened
	serial  uint64 // tells opened copies apart, also two of one version
	index   *pyramid.Index
	tiff    *source
	sidecar *source // nil where it is lost
}

// source reads one of the two objects of an access copy, held to one version:
// the open file in a directory, ranges of a pinned object elsewhere.
type source struct {
	file   *os.File
	idle   chan *handle
	object *objects.Pinned // where file is nil
}

func (s *source) at(ctx context.Context) io.ReaderAt {
	if s.file != nil {
		return s.file
	}
	return s.object.At(ctx)
}

// errReplaced says that an access copy is not any more, or not yet whole, what
// was read of it before. To open it again helps. errUnfit, which is one of its
// kind, says that sidecar and TIFF are not of one another.
var (
	errReplaced = errors.New("the access copy was replaced while it was read")
	errUnfit    = fmt.Errorf("its sidecar is not of its TIFF: %w", errReplaced)
)

// remote reports whether the copy lies elsewhere than in files.
func (a *access) remote() bool { return a.tiff.file == nil }

// Index implements raster.Tiles.
func (a *access) Index() *pyramid.Index { return a.index }

// ReadTile implements raster.Tiles.
func (a *access) ReadTile(ctx context.Context, ref pyramid.TileRef) ([]byte, error) {
	prefix := a.index.Prefix()
	b := make([]byte, len(prefix)+int(ref.Length))
	copy(b, prefix)
	return b, a.fill(ctx, b[len(prefix):], ref)
}

// of returns the object that a tile lies in.
func (a *access) of(ref pyramid.TileRef) *source {
	if ref.Source == pyramid.Sidecar {
		return a.sidecar
	}
	return a.tiff
}

// fill reads a tile's bytes. An open file stays what it was; of an object that
// may be replaced at any time it makes sure that they are of the version that
// the index speaks of.
func (a *access) fill(ctx context.Context, b []byte, ref pyramid.TileRef) error {
	from := a.of(ref)
	if from.file != nil {
		if n, err := from.file.ReadAt(b, ref.Offset); n < len(b) {
			return fmt.Errorf("read tile: %w", err)
		}
		return nil
	}
	n, err := from.object.Read(ctx, b, ref.Offset)
	if errors.Is(err, archive.ErrConflict) || errors.Is(err, archive.ErrNotFound) {
		return fmt.Errorf("%w: %w", errReplaced, err)
	}
	if info, ok := from.object.Info(); ok && ref.Source == pyramid.TIFF && info.Size != a.index.TIFFSize() {
		return errUnfit
	}
	if n < len(b) {
		return fmt.Errorf("read tile: %w", err)
	}
	if err := a.index.Check(ref, b); err != nil {
		return fmt.Errorf("%w: %w", errReplaced, err)
	}
	return nil
}

// copyOf opens an access copy: its sidecar's index, or, where that is lost, the
// TIFF's own directories. A newer version takes the place of an older one.
func (m *images) copyOf(ctx context.Context, asset *archive.Asset) (*access, error) {
	version := asset.Access.Version
	if a, ok := m.indexes.GetIfPresent(asset.ID); ok && a.version == version {
		return a, nil
	}
	return m.opening.do(ctx, asset.ID+"@"+version, func(ctx context.Context) (*access, error) {
		if a, ok := m.indexes.GetIfPresent(asset.ID); ok && a.version == version {
			return a, nil // who opened it was done just before
		}
		a, err := m.read(ctx, asset)
		if errors.Is(err, archive.ErrConflict) {
			err = fmt.Errorf("%w: %w", errReplaced, err)
		}
		if err != nil {
			return nil, fmt.Errorf("open access copy of asset %s: %w", asset.ID, err)
		}
		m.indexes.Set(asset.ID, a)
		m.purge(asset.ID, a.index.ID())
		return a, nil
	})
}

// forget drops an opened copy that turned out not to be what is stored, so that
// the next one who asks opens it anew.
func (m *images) forget(a *access, why error) {
	if errors.Is(why, errUnfit) && a.sidecar != nil {
		if info, ok := a.sidecar.object.Info(); ok {
			m.unfit.Set(a.asset, info.ETag)
		}
	}
	if now, ok := m.indexes.GetIfPresent(a.asset); ok && now == a {
		m.indexes.Invalidate(a.asset)
	}
	for key := range m.tiles.Keys() {
		if key.serial == a.serial {
			m.tiles.Invalidate(key)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if d, ok := m.seen[a.asset]; ok && d.image != nil && d.image.copy == a {
		delete(m.seen, a.asset)
	}
}

func (m *images) read(ctx context.Context, asset *archive.Asset) (*access, error) {
	a := &access{asset: asset.ID, version: asset.Access.Version, serial: m.serials.Add(1)}
	dir, inFiles := m.server.Objects.(*objects.Dir)
	var err, useless error
	if inFiles {
		useless, err = a.openFiles(dir)
	} else {
		useless, err = m.openObjects(ctx, a, asset)
	}
	if err != nil || a.index != nil {
		return a, missing(err)
	}
	m.server.log.Warn("the sidecar of an access copy cannot be used; its TIFF is read instead", "asset", asset.ID, "error", useless)
	var size int64
	if size, err = a.tiffSize(ctx); err == nil {
		a.index, err = pyramid.ReadTIFF(a.tiff.at(ctx), size)
	}
	return a, missing(err)
}

// missing keeps a lost access copy from looking like an image that never was.
func missing(err error) error {
	if errors.Is(err, archive.ErrNotFound) {
		return errors.New("the access copy is missing from the object store")
	}
	return err
}

// errOtherTIFF is why a sidecar cannot be used.
var errOtherTIFF = errors.New("it was made for another TIFF")

// openFiles opens the two files in a directory. Without a usable sidecar the
// index stays nil, and useless says why.
func (a *access) openFiles(dir *objects.Dir) (useless, err error) {
	// Closed by the runtime when the cache lets them go.
	f, info, err := dir.OpenFile(ingest.PyramidKey(a.asset))
	if err != nil {
		return nil, err
	}
	a.tiff = &source{file: f, idle: make(chan *handle, handlesACopy)}
	f, side, err := dir.OpenFile(ingest.SidecarKey(a.asset))
	if err != nil {
		return err, nil // the TIFF is enough
	}
	a.sidecar = &source{file: f, idle: make(chan *handle, handlesACopy)}
	ix, err := pyramid.ReadSidecar(f, side.Size)
	switch {
	case err != nil:
		return err, nil
	case ix.TIFFSize() != info.Size:
		return errOtherTIFF, nil
	}
	a.index = ix
	return nil, nil
}

// openObjects opens a copy in a store with one request: for the beginning of the
// sidecar, as long as its index can be. Of the TIFF nothing is asked: its first
// tile tells its version and its size. Without a usable sidecar the index stays
// nil, and useless says why.
func (m *images) openObjects(ctx context.Context, a *access, asset *archive.Asset) (useless, err error) {
	a.tiff = &source{object: objects.Pin(m.server.Objects, ingest.PyramidKey(asset.ID))}
	sidecar := objects.Pin(m.server.Objects, ingest.SidecarKey(asset.ID))
	body, info, err := sidecar.Range(ctx, 0, headLength(asset))
	var invalid *archive.InvalidError
	if errors.Is(err, archive.ErrNotFound) || errors.As(err, &invalid) { // lost, or empty
		return err, nil
	}
	if err != nil {
		return nil, err
	}
	start, err := io.ReadAll(body)
	if err = errors.Join(err, body.Close()); err != nil {
		return nil, fmt.Errorf("read sidecar: %w", err)
	}
	if unfit, ok := m.unfit.GetIfPresent(asset.ID); ok && unfit == info.ETag {
		return errOtherTIFF, nil
	}
	head := &begun{start: start, rest: sidecar.At(ctx)}
	ix, err := pyramid.ReadSidecar(head, info.Size)
	if head.err != nil {
		return nil, head.err // not the sidecar's fault
	}
	if err != nil {
		return err, nil // the TIFF is enough
	}
	a.sidecar, a.index = &source{object: sidecar}, ix
	return nil, nil
}

// headLength is how much of a sidecar is asked for at once: enough for its
// index, which takes up to eight bytes a tile.
func headLength(asset *archive.Asset) int64 {
	const least, most, aTile = 32 << 10, 4 << 20, 9
	g, err := pyramid.NewGeometry(asset.Image.Width, asset.Image.Height, asset.Access.TileSize)
	if err != nil {
		return least
	}
	n := int64(least / 2)
	for k := range g.Levels {
		cols, rows := g.Grid(k)
		n += aTile * int64(cols) * int64(rows)
	}
	return min(max(n, least), most)
}

// begun reads an object of which the beginning is here already.
type begun struct {
	start []byte
	rest  io.ReaderAt
	err   error // of rest, other than its end
}

// ReadAt implements io.ReaderAt.
func (r *begun) ReadAt(b []byte, off int64) (int, error) {
	if off >= 0 && off+int64(len(b)) <= int64(len(r.start)) {
		return copy(b, r.start[off:]), nil
	}
	n, err := r.rest.ReadAt(b, off)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

func (a *access) tiffSize(ctx context.Context) (int64, error) {
	if a.tiff.file != nil {
		info, err := a.tiff.file.Stat()
		if err != nil {
			return 0, fmt.Errorf("look at access copy: %w", err)
		}
		return info.Size(), nil
	}
	if _, err := a.tiff.object.Read(ctx, make([]byte, 8), 0); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	info, _ := a.tiff.object.Info() // known after a read
	return info.Size, nil
}

// tileKey names a tile of an opened copy.
type tileKey struct {
	serial uint64
	source pyramid.Source
	offset int64
}

// tile returns a tile of a copy that lies in a store, as a complete JPEG: from
// memory, or with one request, however many ask at once. The caller may not
// change it.
func (m *images) tile(ctx context.Context, a *access, ref pyramid.TileRef) ([]byte, error) {
	key := tileKey{a.serial, ref.Source, ref.Offset}
	if b, ok := m.tiles.GetIfPresent(key); ok {
		return b, nil
	}
	name := strconv.FormatUint(key.serial, 36) + "/" + strconv.Itoa(int(key.source)) + "/" + strconv.FormatInt(key.offset, 36)
	return m.fetching.do(ctx, name, func(ctx context.Context) ([]byte, error) {
		if b, ok := m.tiles.GetIfPresent(key); ok {
			return b, nil // who fetched it was done just before
		}
		b, err := a.ReadTile(ctx, ref)
		if err != nil {
			return nil, err
		}
		m.tiles.Set(key, b)
		return b, nil
	})
}

package check

import (
	"context"
	"errors"
	"fmt"

	"hexi/archive"
	"hexi/archive/pyramid"
	"hexi/ingest"
)

// access looks at the access copy of an image: whether its files are there, are what
// was made, and are of the version that the catalogue serves.
func (c *Checker) access(ctx context.Context, a *archive.Asset) ([]Difference, error) {
	at := func(code Code, key, format string, args ...any) Difference {
		return Difference{Code: code, Record: a.Record, Asset: a.ID, Key: key, Why: fmt.Sprintf(format, args...)}
	}
	if a.Access == nil || a.Image == nil {
		return []Difference{at(RowInconsistent, "assets/"+a.ID, "the asset is ready, and the catalogue does not say what its access copy is")}, nil
	}
	var found []Difference
	keys := []string{ingest.PyramidKey(a.ID), ingest.SidecarKey(a.ID)}
	for _, t := range a.Access.Thumbnails {
		keys = append(keys, ingest.ThumbnailKey(a.ID, t.Name))
	}
	for _, key := range keys {
		_, err := c.parts.Objects.Stat(ctx, key)
		if err = absent(err); errors.Is(err, archive.ErrNotFound) {
			found = append(found, at(AccessMissing, key, "this file of the access copy of %s is not in the object store", a.Master.Filename))
		} else if err != nil {
			return nil, fmt.Errorf("look at %s: %w", key, err)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return c.pyramid(ctx, a, at)
}

// pyramid reads the access copy and compares it with its sidecar, and that with the
// catalogue.
func (c *Checker) pyramid(ctx context.Context, a *archive.Asset, at func(Code, string, string, ...any) Difference) ([]Difference, error) {
	sidecarKey, pyramidKey := ingest.SidecarKey(a.ID), ingest.PyramidKey(a.ID)
	sidecar, size, err := c.open(ctx, sidecarKey)
	if err != nil {
		return nil, err
	}
	defer sidecar.Close() //nolint:errcheck // opened for reading only
	index, err := pyramid.ReadSidecar(sidecar, size)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return []Difference{at(AccessDamaged, sidecarKey, "%v", err)}, nil
	}
	g := index.Geometry()
	switch {
	case index.ID() != a.Access.Version:
		return []Difference{at(AccessStale, sidecarKey, "the access copy is version %s, and the catalogue serves %s", index.ID(), a.Access.Version)}, nil
	case g.Width != a.Image.Width || g.Height != a.Image.Height || g.TileSize != a.Access.TileSize || g.Levels != a.Access.Levels || index.Gray() != a.Access.Gray:
		return []Difference{at(AccessStale, sidecarKey, "the access copy has %d × %d pixels in %d levels of tiles of %d, and the catalogue says %d × %d in %d of %d",
			g.Width, g.Height, g.Levels, g.TileSize, a.Image.Width, a.Image.Height, a.Access.Levels, a.Access.TileSize)}, nil
	}
	tiff, tiffSize, err := c.open(ctx, pyramidKey)
	if err != nil {
		return nil, err
	}
	defer tiff.Close() //nolint:errcheck // opened for reading only
	if tiffSize != index.TIFFSize() || tiffSize != a.Access.Bytes {
		return []Difference{at(AccessDamaged, pyramidKey, "it has %d bytes, and %d were made", tiffSize, index.TIFFSize())}, nil
	}
	if _, err := pyramid.ReadTIFF(tiff, tiffSize); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return []Difference{at(AccessDamaged, pyramidKey, "%v", err)}, nil
	}
	if err := index.Verify(ctx, tiff, sidecar); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return []Difference{at(AccessDamaged, pyramidKey, "%v", err)}, nil
	}
	return nil, nil
}

// open opens an object for reading anywhere in it, at the pace of the run.
func (c *Checker) open(ctx context.Context, key string) (ReaderAtCloser, int64, error) {
	r, size, err := c.parts.Objects.ReaderAt(ctx, key)
	if err != nil {
		return nil, 0, fmt.Errorf("open %s: %w", key, err)
	}
	return &pacedReaderAt{r, ctx, c.pace}, size, nil
}

type pacedReaderAt struct {
	ReaderAtCloser
	ctx  context.Context
	pace *pace
}

// ReadAt implements io.ReaderAt.
func (r *pacedReaderAt) ReadAt(b []byte, off int64) (int, error) {
	n, err := r.ReaderAtCloser.ReadAt(b, off)
	if n > 0 {
		if waitErr := r.pace.took(r.ctx, n); waitErr != nil {
			return n, waitErr
		}
	}
	return n, err
}

package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"hexi/archive"
)

// Pinned reads one version of an object at any place, each time with one
// request for a range and with nothing before it: the first answer tells which
// version that is, and every later request is held to it by its ETag. Once the
// object was replaced, reads end with archive.ErrConflict, and no bytes of two
// versions ever come out of one Pinned. It is safe for concurrent use.
//
// Those who come while the first request is on its way wait for its header, so
// that none but the first is without a condition.
type Pinned struct {
	store    Store
	key      string
	info     atomic.Pointer[Info] // nil until the version is known
	learning chan struct{}        // held by the one who finds out
}

// Pin returns a reader of the version that its first read meets.
func Pin(store Store, key string) *Pinned {
	return &Pinned{store: store, key: key, learning: make(chan struct{}, 1)}
}

// PinTo returns a reader of the version that info describes.
func PinTo(store Store, info Info) *Pinned {
	p := Pin(store, info.Key)
	p.info.Store(&info)
	return p
}

// Info describes the version; ok is false before the first read.
func (p *Pinned) Info() (info Info, ok bool) {
	if known := p.info.Load(); known != nil {
		return *known, true
	}
	return Info{}, false
}

// Range reads n bytes from offset off, as Store.Range does.
func (p *Pinned) Range(ctx context.Context, off, n int64) (io.ReadCloser, Info, error) {
	if known := p.info.Load(); known != nil {
		return p.store.Range(ctx, p.key, off, n, known.ETag)
	}
	select {
	case p.learning <- struct{}{}:
		defer func() { <-p.learning }()
	case <-ctx.Done():
		return nil, Info{}, ctx.Err()
	}
	if known := p.info.Load(); known != nil {
		return p.store.Range(ctx, p.key, off, n, known.ETag)
	}
	body, info, err := p.store.Range(ctx, p.key, off, n, "")
	if err != nil {
		return nil, Info{}, err
	}
	p.info.Store(&info)
	return body, info, nil
}

// Read fills b from offset off, with one request. It returns how much was read,
// and io.EOF where the object ends before.
func (p *Pinned) Read(ctx context.Context, b []byte, off int64) (int, error) {
	if len(b) == 0 {
		return 0, nil
	}
	if known := p.info.Load(); known != nil && off >= known.Size {
		return 0, io.EOF
	}
	body, info, err := p.Range(ctx, off, int64(len(b)))
	if err != nil {
		if invalid := (*archive.InvalidError)(nil); off >= 0 && errors.As(err, &invalid) {
			return 0, io.EOF // only now is known where it ends
		}
		return 0, err
	}
	defer body.Close() //nolint:errcheck // read to its end below
	want := min(int64(len(b)), info.Size-off)
	n, err := io.ReadFull(body, b[:want])
	if err != nil {
		return n, fmt.Errorf("read %s at %d: %w", p.key, off, err)
	}
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

// At returns an io.ReaderAt whose reads end with ctx.
func (p *Pinned) At(ctx context.Context) io.ReaderAt { return pinnedAt{p, ctx} }

type pinnedAt struct {
	pinned *Pinned
	ctx    context.Context
}

func (r pinnedAt) ReadAt(b []byte, off int64) (int, error) { return r.pinned.Read(r.ctx, b, off) }

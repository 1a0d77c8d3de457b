package raster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
)

// master is a master's bytes. It ends the reading when the caller gives up, and
// remembers when the reading itself failed: then it is not the master that is
// broken, and nothing may be said against it.
type master struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64

	filled *filledRows // the rows of one that may end early; nil of others

	mu     sync.Mutex
	failed error
}

func newMaster(ctx context.Context, r io.ReaderAt, size int64) *master {
	return &master{ctx: ctx, r: r, size: size}
}

// ReadAt reads like the reader below it, up to size.
func (m *master) ReadAt(b []byte, off int64) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	if off < 0 || off >= m.size {
		return 0, io.EOF
	}
	short := int64(len(b)) > m.size-off
	if short {
		b = b[:m.size-off]
	}
	n, err := m.r.ReadAt(b, off)
	switch {
	case n == len(b):
		err = nil
		if short {
			err = io.EOF
		}
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		err = fmt.Errorf("read master: it has %d bytes instead of %d", off+int64(n), m.size)
		m.fail(err)
	default:
		err = fmt.Errorf("read master: %w", err)
		m.fail(err)
	}
	return n, err
}

func (m *master) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.failed == nil {
		m.failed = err
	}
}

// all reads the master from its start.
func (m *master) all() io.Reader { return io.NewSectionReader(m, 0, m.size) }

// judge turns what a decoder of the named format says into a refusal, unless it
// was the reading that failed, or the caller gave up.
func (m *master) judge(format string, err error) error {
	if err == nil {
		return nil
	}
	if ctxErr := m.ctx.Err(); ctxErr != nil {
		return ctxErr
	}
	m.mu.Lock()
	failed := m.failed
	m.mu.Unlock()
	if failed != nil {
		return failed
	}
	var refused *RefusedError
	if errors.As(err, &refused) {
		return refused
	}
	refused = damaged(format, err)
	if refused.Code == CodeTruncated || refused.Code == CodeBroken && m.declared() > m.size {
		return m.endsEarly(format)
	}
	return refused
}

// broken reports whether reading the master failed.
func (m *master) broken() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.failed != nil || m.ctx.Err() != nil
}

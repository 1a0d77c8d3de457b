package check

import (
	"context"
	"io"
	"sync"
	"time"
)

// pace holds reading down to a number of bytes a second, over all who read.
type pace struct {
	rate int64 // bytes a second; 0: as fast as it goes

	mu    sync.Mutex
	until time.Time // when what was read so far should have been read
	bytes int64
}

// took waits until n more bytes may have been read.
func (p *pace) took(ctx context.Context, n int) error {
	p.mu.Lock()
	p.bytes += int64(n)
	if p.rate <= 0 {
		p.mu.Unlock()
		return ctx.Err()
	}
	now := time.Now()
	if p.until.Before(now) {
		p.until = now // what was not used up is not caught up with
	}
	p.until = p.until.Add(time.Duration(float64(n) / float64(p.rate) * float64(time.Second)))
	wait := p.until.Sub(now)
	p.mu.Unlock()
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (p *pace) read() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.bytes
}

// reader reads at that pace, until ctx ends.
func (p *pace) reader(ctx context.Context, r io.Reader) io.Reader { return &pacedReader{ctx, p, r} }

type pacedReader struct {
	ctx  context.Context
	pace *pace
	r    io.Reader
}

// Read implements io.Reader.
func (r *pacedReader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	if n > 0 {
		if waitErr := r.pace.took(r.ctx, n); waitErr != nil {
			return n, waitErr
		}
	}
	return n, err
}

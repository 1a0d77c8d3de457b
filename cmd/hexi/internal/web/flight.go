package web

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
)

// flight lets many who want the same wait for one who makes it. The work goes on
// as long as anybody waits for it, whoever began it, and ends with the last.
type flight[T any] struct {
	mu    sync.Mutex
	calls map[string]*call[T]
}

// call is one piece of work under way.
type call[T any] struct {
	done    chan struct{} // closed when value and err stand
	cancel  context.CancelFunc
	waiters int // guarded by the flight's lock
	value   T
	err     error
}

// do calls produce once for all who ask for a key at the same time. The context
// that produce gets carries the values of the first who asked, and ends when
// none of them waits any more.
func (f *flight[T]) do(ctx context.Context, key string, produce func(context.Context) (T, error)) (T, error) {
	f.mu.Lock()
	c, ok := f.calls[key]
	if !ok {
		work, cancel := context.WithCancel(context.WithoutCancel(ctx))
		c = &call[T]{done: make(chan struct{}), cancel: cancel}
		if f.calls == nil {
			f.calls = map[string]*call[T]{}
		}
		f.calls[key] = c
		go f.run(work, key, c, produce)
	}
	c.waiters++
	f.mu.Unlock()
	select {
	case <-c.done:
		return c.value, c.err
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.waiters--; c.waiters == 0 {
		c.cancel()
		f.forget(key, c) // who comes now begins anew
	}
	var none T
	return none, ctx.Err()
}

func (f *flight[T]) run(ctx context.Context, key string, c *call[T], produce func(context.Context) (T, error)) {
	defer func() {
		// It runs on a goroutine of its own, where a panic would end the server.
		if v := recover(); v != nil {
			c.err = fmt.Errorf("panic: %v\n%s", v, debug.Stack())
		}
		f.mu.Lock()
		f.forget(key, c)
		f.mu.Unlock()
		close(c.done)
		c.cancel()
	}()
	c.value, c.err = produce(ctx)
}

// forget takes a call off the list, unless another has taken its place.
func (f *flight[T]) forget(key string, c *call[T]) {
	if f.calls[key] == c {
		delete(f.calls, key)
	}
}

// pool keeps what is made often and used shortly.
type pool[T any] struct{ pool sync.Pool }

func newPool[T any](produce func() *T) *pool[T] {
	return &pool[T]{sync.Pool{New: func() any { return produce() }}}
}

func (p *pool[T]) get() *T {
	v, _ := p.pool.Get().(*T) // New makes nothing else
	return v
}

func (p *pool[T]) put(v *T) { p.pool.Put(v) }

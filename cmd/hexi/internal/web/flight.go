package web

import (
	"sync"

	"golang.org/x/sync/singleflight"
)

// flight lets many who want the same wait for one who makes it.
type flight[T any] struct{ group singleflight.Group }

// do calls produce once for all who ask for a key at the same time.
func (f *flight[T]) do(key string, produce func() (T, error)) (T, error) {
	v, err, _ := f.group.Do(key, func() (any, error) { return produce() })
	out, _ := v.(T) // nothing else is ever put in; nil after an error
	return out, err
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

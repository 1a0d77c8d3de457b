package ingest

import (
	"context"
	"io"
	"log/slog"
	"sync"

	"hexi/archive"
)

// Objects is what the pipeline needs of the object store.
type Objects interface {
	// Put stores all of r under key, replacing what was there, and returns how
	// many bytes it stored. Size is the number of bytes to come, or -1.
	Put(ctx context.Context, key string, r io.Reader, size int64, contentType string) (int64, error)
	// Reader opens an object for reading anywhere in it, and returns its size.
	// The caller closes it.
	Reader(ctx context.Context, key string) (ReaderAtCloser, int64, error)
	// Size returns how many bytes an object has; archive.ErrNotFound if it is not there.
	Size(ctx context.Context, key string) (int64, error)
	// Delete removes an object; one that is not there is no error.
	Delete(ctx context.Context, key string) error
}

// Stager is an object store that takes in bytes before their key is known.
type Stager interface {
	// Stage takes in all of r, which is visible to nobody yet.
	Stage(ctx context.Context, r io.Reader) (Staged, error)
}

// Staged is an object that has no key yet.
type Staged interface {
	// Place makes it durable under a key, replacing what was there.
	Place(ctx context.Context, key string) error
	// Discard drops it, unless it was placed.
	Discard() error
}

// ReaderAtCloser is an opened object.
type ReaderAtCloser interface {
	io.ReaderAt
	io.Closer
}

// Options are the outside facts of a pipeline.
type Options struct {
	// Stager is the object store, if it can do that; without it, files are read
	// twice: to know their key, and to store them.
	Stager Stager
	// Scratch is the directory for access copies in the making; "" is the
	// system's. It needs room for one access copy a worker.
	Scratch string
	// Packages is where the preservation packages are written; nowhere if nil.
	Packages Packages
	// Free tells how many bytes may still be written to a directory; FreeSpace
	// if nil.
	Free func(dir string) (int64, error)
	// Observer hears of masters, jobs and access copies; nobody if nil.
	Observer Observer
	Log      *slog.Logger
}

// Pipeline takes files in and works the jobs that follow. It is safe for use
// by many goroutines.
type Pipeline struct {
	archive *archive.Archive
	objects Objects
	engine  Engine
	opts    Options

	space    sync.Mutex
	reserved int64 // bytes of scratch space for access copies under way

	preserving preserving
}

// New makes a pipeline. It starts nothing.
func New(arch *archive.Archive, objects Objects, engine Engine, opts Options) *Pipeline {
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Free == nil {
		opts.Free = FreeSpace
	}
	if opts.Observer == nil {
		opts.Observer = unheard{}
	}
	return &Pipeline{archive: arch, objects: objects, engine: engine, opts: opts}
}

// Handlers are the steps that run as jobs, by their kind.
func (p *Pipeline) Handlers() map[archive.JobKind]func(context.Context, archive.Job) error {
	return map[archive.JobKind]func(context.Context, archive.Job) error{
		archive.JobIdentify: p.worked(p.identify),
		archive.JobDerive:   p.worked(p.derive),
	}
}

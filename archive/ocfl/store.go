package ocfl

import (
	"context"
	"io"
	"iter"
	"time"
)

// Store is where the files of a storage root are kept. Keys are paths with "/". An
// object of the store is visible whole or not at all, and durable when Put returns.
type Store interface {
	// Put stores all of r under key. With IfAbsent, what is there stays and the
	// error is archive.ErrExists; with IfMatch, only what has that ETag is replaced,
	// and the error is archive.ErrConflict otherwise.
	Put(ctx context.Context, key string, r io.Reader, opts PutOptions) error
	// Get opens an object; one that is not there is archive.ErrNotFound.
	Get(ctx context.Context, key string) (io.ReadCloser, Info, error)
	Stat(ctx context.Context, key string) (Info, error)
	// Copy makes to what from is, without the bytes passing through here.
	Copy(ctx context.Context, from, to string) error
	// Delete removes an object. One that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List yields what begins with prefix, in the order of the keys' bytes.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
}

// PutOptions say how many bytes come, and on which condition they are stored.
type PutOptions struct {
	Size     int64
	IfAbsent bool
	IfMatch  string // an ETag, or ""
}

// Info describes an object of the store. ETag changes with the content.
type Info struct {
	Key      string
	Size     int64
	ETag     string
	Modified time.Time // of no account but for the age of leftovers
}

// Oddity is what a directory can hold and a listing of files does not show.
type Oddity struct {
	Key  string
	What string // EmptyFolder, Link or Special
}

// What an Oddity is.
const (
	EmptyFolder = "empty folder"
	Link        = "symbolic link"
	Special     = "device, socket or pipe"
)

// Odd is implemented by stores that can hold oddities. Validate looks for them,
// since the specification forbids them.
type Odd interface {
	Oddities(ctx context.Context, prefix string) iter.Seq2[Oddity, error]
}

// Blob is a small object to put.
type Blob struct {
	Key  string
	Data []byte
	PutOptions
}

// Batch is implemented by stores that put many small objects in less time than one
// after the other. Each becomes visible only when those before it are, and after one
// that fails none is put. It returns how many were put, and why the next one was
// not; those that were are durable. A store that turns out to be unable to returns
// errors.ErrUnsupported.
type Batch interface {
	PutAll(ctx context.Context, blobs []Blob) (done int, err error)
}

// Package objects stores bytes under keys: in a directory (Dir) or in any
// S3-compatible store (S3). Both hold to one contract, Store, and one
// conformance suite.
//
// It owns keys, durability and ranges. It does not know what the bytes are;
// which keys mean what is decided by its callers.
//
// Invariants: an object is visible whole or not at all, whenever the writer or
// the machine stops; Put returns only when the bytes are durable; a listing is
// in the order of the keys' bytes and never shows an unfinished write.
//
//	store, err := objects.Open(ctx, "dir:/srv/hexi/objects")
//	info, err := store.Put(ctx, "incoming/a1/master", file, objects.PutOptions{Size: size})
//	r, info, err := store.Range(ctx, "access/a1/pyramid.tif", 4096, 512, "")
//
// On S3 the credentials need these permissions on the bucket:
// s3:GetObject, s3:PutObject, s3:DeleteObject, s3:AbortMultipartUpload,
// s3:ListMultipartUploadParts on its objects; s3:ListBucket,
// s3:GetBucketLocation on itself; s3:CreateBucket if it does not exist yet.
package objects

import (
	"context"
	"io"
	"iter"
	"strings"
	"time"
	"unicode/utf8"

	"hexi/archive"
)

// Store keeps objects. It is safe for use by many goroutines and processes.
//
// A key that breaks the rules of CheckKey is an *archive.InvalidError; an
// object that is not there is archive.ErrNotFound (wrapped).
type Store interface {
	// Put stores all of r under key, replacing what is there unless IfAbsent
	// is set: then the one who comes second gets archive.ErrExists and what is
	// there stays. With IfMatch, only the object of that ETag is replaced: of
	// those who replace the same one, all but the first get archive.ErrConflict,
	// and so does who replaces one that is gone. A Put without a condition does
	// not wait for those that have one. Where the answer of a store is lost, the one
	// who succeeded may be told of its own object; who can have that happen compares
	// what is there. When r fails, or delivers another number
	// of bytes than promised, or ctx ends, nothing is stored.
	Put(ctx context.Context, key string, r io.Reader, opts PutOptions) (Info, error)
	// Stat describes an object.
	Stat(ctx context.Context, key string) (Info, error)
	// Get opens an object for reading from its start. The caller closes it.
	Get(ctx context.Context, key string) (io.ReadCloser, Info, error)
	// Range reads n bytes from offset off with one request, and describes the
	// whole object that they are a part of. A range that passes the end delivers
	// what there is; one that starts at or after the end is an
	// *archive.InvalidError. When ifMatch is not "" and the object's ETag is
	// another, the error is archive.ErrConflict.
	Range(ctx context.Context, key string, off, n int64, ifMatch string) (io.ReadCloser, Info, error)
	// Copy makes to a copy of from, without the bytes passing through here
	// where the store can do that.
	Copy(ctx context.Context, from, to string) error
	// Move is Copy and Delete; in a directory it is one rename.
	Move(ctx context.Context, from, to string) error
	// Delete removes an object. One that is not there is no error.
	Delete(ctx context.Context, key string) error
	// List yields the objects whose keys begin with prefix, in the order of
	// their keys' bytes. An error ends the sequence.
	List(ctx context.Context, prefix string) iter.Seq2[Info, error]
	// String is the store's address without secrets.
	String() string
}

// PutOptions say what is known of the bytes to come, and on which condition they
// are stored. Size is their number, or -1 where it is not known; IfMatch is the
// ETag of the object that they replace, or "". Only one of the two conditions can
// be set.
type PutOptions struct {
	Size        int64
	ContentType string
	IfAbsent    bool
	IfMatch     string
}

// check refuses conditions that contradict each other.
func (o PutOptions) check(key string) error {
	if o.IfAbsent && o.IfMatch != "" {
		return archive.Invalid("put", "%s cannot both be absent and match %s", key, o.IfMatch)
	}
	return nil
}

// Info describes a stored object. ETag changes whenever the content does; it
// carries no quotes and says nothing about how it was computed.
type Info struct {
	Key      string
	Size     int64
	ETag     string
	Modified time.Time
}

// Open opens the store at an address: dir:PATH, or
// s3://KEY:SECRET@HOST:PORT/BUCKET[/PREFIX][?tls=off&region=…]. Where the
// address has no credentials they come from AWS_ACCESS_KEY_ID and
// AWS_SECRET_ACCESS_KEY. Directory and bucket are made if they do not exist.
func Open(ctx context.Context, address string) (Store, error) {
	if path, ok := strings.CutPrefix(address, "dir:"); ok {
		d, err := OpenDir(path)
		if err != nil {
			return nil, err // not a nil *Dir in a Store that is not nil
		}
		return d, nil
	}
	if strings.HasPrefix(address, "s3://") {
		s, err := OpenS3(ctx, address)
		if err != nil {
			return nil, err
		}
		return s, nil
	}
	return nil, archive.Invalid("objects", "the address begins neither with dir: nor with s3://")
}

// maxKey is the longest key in bytes (S3's own limit), maxSegment the longest
// part between two slashes (the limit of file systems).
const (
	maxKey     = 1024
	maxSegment = 255
)

// CheckKey reports what is wrong with a key: it is made of non-empty segments
// of valid UTF-8 without control characters, parted by slashes, none of them
// "." or "..", none beginning with the name under which unfinished writes lie.
func CheckKey(key string) error {
	switch {
	case key == "":
		return archive.Invalid("key", "is empty")
	case len(key) > maxKey:
		return archive.Invalid("key", "%q… has %d bytes; at most %d are allowed", key[:40], len(key), maxKey)
	case !utf8.ValidString(key):
		return archive.Invalid("key", "%q is not UTF-8", key)
	}
	for segment := range strings.SplitSeq(key, "/") {
		switch {
		case segment == "":
			return archive.Invalid("key", "%q has an empty segment", key)
		case segment == "." || segment == "..":
			return archive.Invalid("key", "%q may not hold %q", key, segment)
		case len(segment) > maxSegment:
			return archive.Invalid("key", "a segment has %d bytes; at most %d are allowed", len(segment), maxSegment)
		case strings.HasPrefix(segment, tempPrefix):
			return archive.Invalid("key", "%q begins like an unfinished write", segment)
		}
	}
	for _, r := range key {
		if r < ' ' || r == 0x7f || r == '\\' {
			return archive.Invalid("key", "%q holds a control character or a backslash", key)
		}
	}
	return nil
}

// checkRange refuses offsets and lengths that no range has.
func checkRange(key string, off, n int64) error {
	if off < 0 || n <= 0 {
		return archive.Invalid("range", "%d bytes at %d of %s is no range", n, off, key)
	}
	return nil
}

// errPastEnd says that a range starts at or after the end of an object.
func errPastEnd(key string, off int64) error {
	return archive.Invalid("range", "offset %d is at or past the end of %s", off, key)
}

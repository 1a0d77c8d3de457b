package check

import (
	"context"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"hexi/archive"
)

// bufferSize is how many bytes are read at a time.
const bufferSize = 256 << 10

// sum reads an object to its end. Its errors are those of faulty; a key that can be none
// is archive.ErrNotFound.
func (c *Checker) sum(ctx context.Context, key string, to ...io.Writer) (int64, error) {
	body, _, err := c.parts.Objects.Get(ctx, key)
	if err != nil {
		return 0, c.faulty(ctx, err)
	}
	defer body.Close() //nolint:errcheck // opened for reading only
	n, err := io.CopyBuffer(onlyWriter{io.MultiWriter(to...)}, c.pace.reader(ctx, body), make([]byte, bufferSize))
	return n, c.faulty(ctx, err)
}

// onlyWriter hides what else a writer can do, so that the buffer is used.
type onlyWriter struct{ io.Writer }

// absent makes one error of the ways in which there is no object of a key: also one
// that can be no key, because the row that names it was altered.
func absent(err error) error {
	var invalid *archive.InvalidError
	if errors.As(err, &invalid) {
		return fmt.Errorf("%w (%w)", archive.ErrNotFound, err)
	}
	return err
}

// master looks at a master; nil if it is what was received.
func (c *Checker) master(ctx context.Context, a *archive.Asset) (*Difference, error) {
	d := &Difference{Record: a.Record, Asset: a.ID, Key: a.Master.Key}
	digest := sha512.New()
	size, err := c.sum(ctx, a.Master.Key, digest)
	switch {
	case errors.Is(err, archive.ErrNotFound):
		d.Code, d.Why = MasterMissing, fmt.Sprintf("the master %s of %d bytes is not in the object store", a.Master.Filename, a.Master.Size)
		return d, nil
	case stops(err):
		return nil, fmt.Errorf("read master %s: %w", a.Master.Key, err)
	case err != nil:
		d.Code, d.Why = faultOf(err, MasterDamaged), fmt.Sprintf("the master %s cannot be read to its end: %v", a.Master.Filename, err)
		return d, nil
	}
	got := hex.EncodeToString(digest.Sum(nil))
	switch {
	case size != a.Master.Size:
		d.Code, d.Why = MasterDamaged, fmt.Sprintf("the master %s has %d bytes, and %d were received", a.Master.Filename, size, a.Master.Size)
	case got != a.Master.SHA512:
		is, was := apart(got, a.Master.SHA512)
		d.Code, d.Why = MasterDamaged, fmt.Sprintf("the master %s has the SHA-512 %s, and %s was received", a.Master.Filename, is, was)
	default:
		return nil, nil
	}
	return d, nil
}

// apart shortens two digests that differ behind the first place where they do: a digest of
// which one bit was altered where it is kept begins like the other.
func apart(a, b string) (string, string) {
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	shorten := func(s string) string {
		if n := max(12, same+4); n < len(s) {
			return s[:n] + "…"
		}
		return s
	}
	return shorten(a), shorten(b)
}

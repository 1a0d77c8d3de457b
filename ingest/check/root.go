package check

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"hexi/archive"
	"hexi/archive/ocfl"
)

// rootFiles compares the files that describe the storage root of the packages with those
// that hexi writes there, byte for byte: a description is not held to anything else.
func (c *Checker) rootFiles(ctx context.Context, r *Report) error {
	written, err := describedRoot(ctx)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(written)) {
		got, err := c.small(ctx, key, 1<<20)
		switch {
		case errors.Is(err, archive.ErrNotFound):
			r.add(Difference{Code: PackageRoot, Key: key, Why: "this file of the storage root is not there"})
		case stops(err):
			return fmt.Errorf("read %s: %w", key, err)
		case err != nil:
			r.add(Difference{Code: faultOf(err, PackageRoot), Key: key, Why: fmt.Sprintf("this file of the storage root cannot be read: %v", err)})
		case !bytes.Equal(got, written[key]):
			r.add(Difference{Code: PackageRoot, Key: key, Why: "its bytes are not those that were written when the storage root was made"})
		}
	}
	return nil
}

// packagesPrefix is where the storage root lies.
const packagesPrefix = "ocfl"

// describedRoot returns the files of a storage root without objects, by their keys.
func describedRoot(ctx context.Context) (map[string][]byte, error) {
	held := newHeldFiles()
	if _, err := ocfl.Create(ctx, held, packagesPrefix); err != nil {
		return nil, fmt.Errorf("describe storage root: %w", err)
	}
	return held.files, nil
}

// heldFiles is a store in memory, for the few files of an empty storage root. Packages put
// several files at a time.
type heldFiles struct {
	mu    *sync.Mutex
	files map[string][]byte
}

func newHeldFiles() heldFiles { return heldFiles{&sync.Mutex{}, map[string][]byte{}} }

func (h heldFiles) get(key string) ([]byte, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	data, ok := h.files[key]
	return data, ok
}

func (h heldFiles) set(key string, data []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.files[key] = data
}

func (h heldFiles) Put(_ context.Context, key string, r io.Reader, _ ocfl.PutOptions) error {
	data, err := io.ReadAll(r)
	if err == nil {
		h.set(key, data)
	}
	return err
}

func (h heldFiles) Get(_ context.Context, key string) (io.ReadCloser, ocfl.Info, error) {
	data, ok := h.get(key)
	if !ok {
		return nil, ocfl.Info{}, archive.ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(data)), ocfl.Info{Key: key, Size: int64(len(data))}, nil
}

func (h heldFiles) Stat(_ context.Context, key string) (ocfl.Info, error) {
	data, ok := h.get(key)
	if !ok {
		return ocfl.Info{}, archive.ErrNotFound
	}
	return ocfl.Info{Key: key, Size: int64(len(data))}, nil
}

func (h heldFiles) Copy(_ context.Context, from, to string) error {
	data, _ := h.get(from)
	h.set(to, data)
	return nil
}

func (h heldFiles) Delete(_ context.Context, key string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.files, key)
	return nil
}

func (h heldFiles) keys() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.files))
}

func (h heldFiles) List(_ context.Context, prefix string) iter.Seq2[ocfl.Info, error] {
	return func(yield func(ocfl.Info, error) bool) {
		for _, key := range h.keys() {
			data, ok := h.get(key)
			if ok && strings.HasPrefix(key, prefix) && !yield(ocfl.Info{Key: key, Size: int64(len(data))}, nil) {
				return
			}
		}
	}
}

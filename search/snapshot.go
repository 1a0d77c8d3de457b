package search

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
	"github.com/klauspost/compress/zstd"
)

// Snapshot describes a copy of an index at one change of the log. With it another server
// begins instead of reading the whole catalogue; Fits and Adopt hold the copy to it.
type Snapshot struct {
	Archive string         `json:"archive"` // the identity of the catalogue
	Schema  string         `json:"schema"`
	Seq     int64          `json:"seq"`            // the change up to which it has come
	Hash    string         `json:"hash,omitempty"` // of that change
	Records uint64         `json:"records"`
	Made    time.Time      `json:"made"`
	Files   []SnapshotFile `json:"files"`
}

// SnapshotFile is a file of an index.
type SnapshotFile struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// Schema is that of the indexes that this program makes.
func Schema() string { return schemaVersion }

// Bytes is how much room the copy takes in an index directory.
func (s *Snapshot) Bytes() (n int64) {
	for _, f := range s.Files {
		n += f.Size
	}
	return n
}

// ErrNotNow says that an index is not to be copied: it is being made, or it may still hold
// what was erased.
var ErrNotNow = errors.New("the index is not to be copied now")

// Held is a copy of an index that changes no more, while the index does. It lies beside it
// and shares its segments with it by links, so that it takes hardly any room where the disk
// knows links. It has to be closed.
type Held struct {
	Snapshot

	dir    string
	copies *copies
}

// copies are those that are in use: what is cleared away leaves them alone.
type copies struct {
	mu   sync.Mutex
	held map[string]bool // by the names of their directories
}

// begin makes the directory of a copy.
func (c *copies) begin(in string) (dir string, err error) {
	c.mu.Lock() // whoever sees the directory sees also that it is held
	defer c.mu.Unlock()
	if dir, err = os.MkdirTemp(in, copyPrefix); err != nil {
		return "", err
	}
	if c.held == nil {
		c.held = map[string]bool{}
	}
	c.held[filepath.Base(dir)] = true
	return dir, nil
}

func (c *copies) end(dir string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.held, filepath.Base(dir))
}

// list lists a directory without the copies in use.
func (c *copies) list(dir string) ([]os.DirEntry, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entries, err := os.ReadDir(dir)
	return slices.DeleteFunc(entries, func(e os.DirEntry) bool { return c.held[e.Name()] }), err
}

// Hold makes a copy of the index as it is at this moment. Searches and changes go on.
func (ix *Index) Hold(ctx context.Context) (_ *Held, err error) {
	if ix.dir == "" {
		return nil, fmt.Errorf("copy index: it is in memory: %w", ErrNotNow)
	}
	if ix.Indexing() != nil {
		return nil, fmt.Errorf("copy index: it is being made anew: %w", ErrNotNow)
	}
	dir, err := ix.copies.begin(ix.dir)
	if err != nil {
		return nil, fmt.Errorf("copy index: %w", err)
	}
	h := &Held{dir: dir, copies: &ix.copies}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.Close())
		}
	}()
	if err := ix.copyTo(dir); err != nil {
		return nil, fmt.Errorf("copy index: %w", err)
	}
	return h, h.describe(ctx, ix.now())
}

// Close removes the copy.
func (h *Held) Close() error {
	defer h.copies.end(h.dir)
	if err := os.RemoveAll(h.dir); err != nil {
		return fmt.Errorf("remove copy of index: %w", err)
	}
	return nil
}

// copyTo has the engine write a state of the index into a directory. What it has written
// already it does not write again.
func (ix *Index) copyTo(dir string) (err error) {
	ix.mu.RLock() // it is not swapped meanwhile
	defer ix.mu.RUnlock()
	advanced, err := ix.bleve.Advanced()
	if err != nil {
		return err
	}
	engine, ok := advanced.(index.CopyIndex)
	if !ok {
		return fmt.Errorf("it is kept by %T, not by scorch", advanced)
	}
	state := engine.CopyReader()
	defer func() { err = errors.Join(err, state.CloseCopyReader()) }()
	whole, ok := state.(*scorch.IndexSnapshot)
	if !ok {
		return fmt.Errorf("it is kept by %T, not by scorch", state)
	}
	to := &copied{dir: dir, written: map[string]string{}}
	for _, part := range whole.Segments() {
		if kept, ok := part.Segment().(segment.PersistedSegment); ok {
			to.written[filepath.Base(kept.Path())] = kept.Path()
		}
	}
	if err := state.CopyTo(to); err != nil {
		return err
	}
	meta, err := os.ReadFile(filepath.Join(ix.bleve.Name(), metaFile))
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, metaFile), meta, 0o640)
}

// copied is the directory that the engine copies a state into.
type copied struct {
	dir     string
	written map[string]string // the segments that are files already, which never change
}

// GetWriter implements index.Directory: nil is for what need not be copied.
func (c *copied) GetWriter(name string) (io.WriteCloser, error) {
	path := filepath.Join(c.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, err
	}
	if from := c.written[filepath.Base(name)]; from != "" && os.Link(from, path) == nil {
		return nil, nil
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o640)
}

// describe reads of the copy itself what it is.
func (h *Held) describe(ctx context.Context, now time.Time) (err error) {
	b, err := openGuarded(h.dir, map[string]any{"read_only": true, "bolt_timeout": "2s"})
	if err != nil {
		return fmt.Errorf("copy index: %w", err)
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	kept := map[string]string{}
	for _, key := range []string{schemaKey, archiveKey, hashKey, erasedKey} {
		v, err := b.GetInternal([]byte(key))
		if err != nil {
			return fmt.Errorf("copy index: %w", err)
		}
		kept[key] = string(v)
	}
	if kept[erasedKey] != "" {
		return fmt.Errorf("copy index: it may hold what was erased at change %s: %w", kept[erasedKey], ErrNotNow)
	}
	h.Archive, h.Schema, h.Made = kept[archiveKey], kept[schemaKey], now.UTC()
	if h.Seq, err = seqOf(b); err != nil {
		return err
	}
	if h.Seq == 0 {
		return fmt.Errorf("copy index: it has followed nothing: %w", ErrNotNow)
	}
	h.Hash = hashOf(kept[hashKey], h.Seq)
	if h.Records, err = b.DocCount(); err != nil {
		return fmt.Errorf("count index: %w", err)
	}
	segments, err := filepath.Glob(filepath.Join(h.dir, storeDir, "*.zap"))
	if err != nil {
		return fmt.Errorf("copy index: %w", err)
	}
	names := []string{metaFile, storeDir + "/" + tableFile}
	for _, s := range segments {
		names = append(names, storeDir+"/"+filepath.Base(s))
	}
	slices.Sort(names)
	for _, name := range names {
		size, sum, err := sumOf(ctx, filepath.Join(h.dir, filepath.FromSlash(name)))
		if err != nil {
			return fmt.Errorf("copy index: %w", err)
		}
		h.Files = append(h.Files, SnapshotFile{Name: name, Size: size, SHA256: sum})
	}
	return nil
}

// Pack writes the copy as one stream, a tar archive in zstd.
func (h *Held) Pack(ctx context.Context, w io.Writer) error {
	packed, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1))
	if err != nil {
		return fmt.Errorf("pack index: %w", err)
	}
	list := tar.NewWriter(packed)
	for _, f := range h.Files {
		if err := h.packFile(ctx, list, f); err != nil {
			return errors.Join(fmt.Errorf("pack index: %s: %w", f.Name, err), packed.Close())
		}
	}
	if err := errors.Join(list.Close(), packed.Close()); err != nil {
		return fmt.Errorf("pack index: %w", err)
	}
	return nil
}

func (h *Held) packFile(ctx context.Context, to *tar.Writer, f SnapshotFile) error {
	in, err := os.Open(filepath.Join(h.dir, filepath.FromSlash(f.Name)))
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // opened for reading only
	if err := to.WriteHeader(&tar.Header{Name: f.Name, Size: f.Size, Mode: 0o640, Typeflag: tar.TypeReg}); err != nil {
		return err
	}
	_, err = io.CopyN(to, &stopping{ctx, in}, f.Size)
	return err
}

// stopping reads until a context ends.
type stopping struct {
	ctx context.Context //nolint:containedctx // an io.Reader takes none
	r   io.Reader
}

// Read implements io.Reader.
func (s *stopping) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

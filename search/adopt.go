package search

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strconv"

	"github.com/blevesearch/bleve/v2"
	"github.com/klauspost/compress/zstd"
)

// ErrUnfit says that a copy of an index is none that this index can begin with.
var ErrUnfit = errors.New("the snapshot of the index does not fit")

func unfit(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrUnfit, fmt.Sprintf(format, args...))
}

// What a snapshot has at most, so that one that was tampered with fills no disk.
const (
	maxSnapshotFiles = 10_000
	maxSnapshotBytes = 1 << 40
	maxWindow        = 64 << 20 // bytes of memory for unpacking
)

// Fits says why the index cannot begin with a copy of what is described: one of another
// archive or another schema, or of a state of the log that the catalogue does not have.
// The error is an ErrUnfit.
func (ix *Index) Fits(ctx context.Context, source Source, s *Snapshot) error {
	switch {
	case s.Archive == "" || s.Archive != ix.archive:
		return unfit("it is of another archive")
	case s.Schema != schemaVersion:
		return unfit("it is of schema %q, and this hexi makes %s", clip(s.Schema, 20), schemaVersion)
	case s.Seq < 1:
		return unfit("it has followed nothing")
	case len(s.Files) > maxSnapshotFiles:
		return unfit("it has %d files", len(s.Files))
	}
	seen, bytes := map[string]bool{}, int64(0)
	for _, f := range s.Files {
		dir, name := path.Split(f.Name)
		switch {
		case f.Name != metaFile && (dir != storeDir+"/" || name != tableFile && !segmentName.MatchString(name)):
			return unfit("it has a file %q, which no index has", clip(f.Name, 60))
		case seen[f.Name]:
			return unfit("it has %s twice", f.Name)
		case f.Size < 0 || f.Size > maxSnapshotBytes-bytes:
			return unfit("it is too large")
		}
		seen[f.Name] = true
		bytes += f.Size
	}
	if !seen[metaFile] || !seen[storeDir+"/"+tableFile] {
		return unfit("it is not whole")
	}
	why, err := strays(ctx, source, s.Seq, s.Hash)
	if err != nil {
		return err
	}
	if why != "" {
		return unfit("%s", why)
	}
	return nil
}

// Adopt begins with a packed copy of an index that is described, instead of reading the
// whole catalogue: it is unpacked beside the one in use, held to its description, brought
// up to date, and takes its place when it holds as many records as the catalogue has
// published. What is wrong with the copy is an ErrUnfit, and leaves nothing behind.
func (ix *Index) Adopt(ctx context.Context, source Source, s *Snapshot, packed io.Reader) (records int, err error) {
	ix.rebuild.Lock()
	defer ix.rebuild.Unlock()
	if ix.dir == "" {
		return 0, errors.New("adopt snapshot: the index is in memory")
	}
	if err := ix.Fits(ctx, source, s); err != nil {
		return 0, err
	}
	name, err := ix.nextName()
	if err != nil {
		return 0, err
	}
	dir := filepath.Join(ix.dir, name)
	var fresh bleve.Index
	defer func() {
		if err == nil {
			return
		}
		if fresh != nil {
			err = errors.Join(err, fresh.Close())
		}
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	if err := unpack(ctx, dir, s, packed); err != nil {
		return 0, err
	}
	if fresh, err = openWhole(dir); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrUnfit, err)
	}
	if err := ix.asDescribed(fresh, s); err != nil {
		return 0, err
	}
	// Most of what is missing, while the one in use still follows.
	if _, err := ix.follow(ctx, source, fresh); err != nil {
		return 0, err
	}
	return ix.finish(ctx, name, fresh, source)
}

// asDescribed holds an index that was unpacked to its description.
func (ix *Index) asDescribed(b bleve.Index, s *Snapshot) error {
	for key, want := range map[string]string{schemaKey: s.Schema, archiveKey: s.Archive, seqKey: strconv.FormatInt(s.Seq, 10)} {
		got, err := b.GetInternal([]byte(key))
		if err != nil {
			return fmt.Errorf("look at snapshot: %w", err)
		}
		if string(got) != want {
			return unfit("its %s is %q, and it should be %q", key, clip(string(got), 40), want)
		}
	}
	n, err := b.DocCount()
	if err != nil {
		return fmt.Errorf("look at snapshot: %w", err)
	}
	if n != s.Records {
		return unfit("it holds %d records, and should hold %d", n, s.Records)
	}
	return nil
}

// unpack writes the files of a copy into a new directory: those that are described, as
// long as they are said to be, and nothing else.
func unpack(ctx context.Context, dir string, s *Snapshot, packed io.Reader) error {
	if err := os.MkdirAll(filepath.Join(dir, storeDir), 0o750); err != nil {
		return fmt.Errorf("unpack snapshot: %w", err)
	}
	stream, err := zstd.NewReader(&stopping{ctx, packed}, zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true))
	if err != nil {
		return fmt.Errorf("unpack snapshot: %w", err)
	}
	defer stream.Close()
	const perFile = 4096 // bytes that tar has for each file besides
	list := tar.NewReader(io.LimitReader(stream, s.Bytes()+int64(len(s.Files)+1)*perFile))
	left := map[string]SnapshotFile{}
	for _, f := range s.Files {
		left[f.Name] = f
	}
	for {
		head, err := list.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return damagedCopy(ctx, err)
		}
		f, ok := left[head.Name]
		if !ok || head.Typeflag != tar.TypeReg || head.Size != f.Size {
			return unfit("it holds %q, which is not as it is described", clip(head.Name, 60))
		}
		delete(left, f.Name)
		if err := unpackFile(ctx, filepath.Join(dir, filepath.FromSlash(f.Name)), f, list); err != nil {
			return err
		}
	}
	for name := range left {
		return unfit("%s is missing in it", name)
	}
	return nil
}

func unpackFile(ctx context.Context, to string, f SnapshotFile, from io.Reader) (err error) {
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if err != nil {
		return fmt.Errorf("unpack snapshot: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sum := sha256.New()
	written := &writing{w: out}
	if _, err := io.CopyN(io.MultiWriter(written, sum), from, f.Size); err != nil {
		if written.err != nil { // the disk, and not the copy
			return fmt.Errorf("unpack snapshot: %w", written.err)
		}
		return damagedCopy(ctx, err)
	}
	if hex.EncodeToString(sum.Sum(nil)) != f.SHA256 {
		return unfit("%s is not as it was when it was copied", f.Name)
	}
	if err := out.Sync(); err != nil {
		return fmt.Errorf("unpack snapshot: %w", err)
	}
	return nil
}

// damagedCopy is the error of reading a packed copy.
func damagedCopy(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: it cannot be unpacked: %w", ErrUnfit, err)
}

// writing remembers whether it was the writing that failed.
type writing struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (w *writing) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if err != nil {
		w.err = err
	}
	return n, err
}
